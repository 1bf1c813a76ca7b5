/**
 * Reads a value that React may ask for at any time: the object it gave before for as long as that says the same, since React renders
 * again whatever shows a new one. SPEC RE-2.
 */
export function keepSame<T>(
  read: () => T,
  isSame: (before: T, now: T) => boolean,
): () => T {
  let held: { readonly value: T } | undefined;
  return () => {
    const now = read();
    if (held === undefined || !isSame(held.value, now)) held = { value: now };
    return held.value;
  };
}

/** Item by item, in order. */
export function isSameList<T>(
  isSame: (before: T, now: T) => boolean,
): (before: readonly T[], now: readonly T[]) => boolean {
  return (before, now) =>
    before.length === now.length &&
    before.every((item, at) => {
      const other = now[at];
      return other !== undefined && isSame(item, other);
    });
}
