import type { ChangeHash, ChangeIndex } from "@suture/schema";

/**
 * Those of the changes that no other of them has behind it, as the index would find them by walking: what a form has shown and what it
 * has just saved is mostly all heads there are, or one on top of another, which is seen at once.
 */
export function frontierOf(
  index: ChangeIndex,
  hashes: readonly ChangeHash[],
): readonly ChangeHash[] {
  const left = new Set(hashes);
  for (const hash of hashes)
    for (const dep of index.get(hash)?.deps ?? []) left.delete(dep);
  // It lies behind all others, as far down as one can walk.
  const creation = index.creation();
  const isOnCreation = (hash: ChangeHash) =>
    hash !== creation && index.get(hash)?.isRooted === true;
  if (creation !== null && [...left].some(isOnCreation)) left.delete(creation);
  const found = [...left];
  return index.areHeads(found) ? found.sort() : index.frontier(found);
}
