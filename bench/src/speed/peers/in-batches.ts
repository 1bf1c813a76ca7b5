/** As the SDK pushes: what a line of 2 KiB a second carries before a server counts as silent. */
const maxPushBytes = 24 * 1024;

/** In their order; a batch has at least one. */
export function inBatches<T extends { readonly bytes: Uint8Array }>(
  items: readonly T[],
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let byteCount = Number.POSITIVE_INFINITY;
  for (const item of items) {
    byteCount += item.bytes.length;
    if (byteCount > maxPushBytes) {
      batches.push([]);
      byteCount = item.bytes.length;
    }
    batches.at(-1)?.push(item);
  }
  return batches;
}
