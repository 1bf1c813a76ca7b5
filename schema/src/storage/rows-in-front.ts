/** Rows in front of others: what was written and is not committed yet, over what is. */

interface RowOf<V> {
  readonly key: string;
  readonly value: V;
}

/**
 * Both in the order of their keys, or both in its reverse; the row in front wherever both have one, and none where its value is null,
 * whatever lies behind.
 */
export function mergeInFront<V>(
  behind: readonly RowOf<V>[],
  inFront: readonly RowOf<V | null>[],
  isReverse: boolean,
): readonly RowOf<V>[] {
  if (inFront.length === 0) return behind;
  const merged: RowOf<V>[] = [];
  let at = 0;
  for (const { key, value } of inFront) {
    for (; at < behind.length; at += 1) {
      const row = behind[at];
      if (row === undefined || !isAhead(row.key, key, isReverse)) break;
      merged.push(row);
    }
    if (behind[at]?.key === key) at += 1;
    if (value !== null) merged.push({ key, value });
  }
  return [...merged, ...behind.slice(at)];
}

function isAhead(key: string, of: string, isReverse: boolean): boolean {
  return isReverse ? key > of : key < of;
}
