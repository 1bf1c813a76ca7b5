/**
 * What a change depends on where a record has more heads than one change may name: hundreds of people wrote apart, and each of
 * them was right to. Every composer takes its dependencies from here, so that such a record stays writable; each change made on
 * a part of the heads leaves that many fewer. What it does not depend on counts as not seen. SPEC CO-15.
 */
import type { ChangeHash, OpId } from "../ids.ts";
import type { ChangeIndex } from "./change-index.ts";
import { defaultChangeLimits } from "./change-limits.ts";

/** Half of what a change may name: others may build on it together with what they hold. */
export const maxComposedHeads = defaultChangeLimits.maxDeps / 2;

/**
 * The heads, if there are no more than `max`. Otherwise the frontier of at most so many changes, the same wherever the same is
 * known: the last head, the creation, whoever wrote last what is to be written (`keys`: root keys, and containers by id), and
 * heads by falling operation counter. So the new change still counts as later than everything its author had seen.
 */
export function boundedHeads(
  index: ChangeIndex,
  heads: readonly ChangeHash[],
  keys: Iterable<string>,
  max = maxComposedHeads,
): readonly ChangeHash[] {
  if (heads.length <= max) return heads;
  const written = new Set(keys);
  const writers: ChangeHash[] = [];
  for (const hash of index.behind(heads)) {
    const writes = index.get(hash)?.writes ?? [];
    if (writes.some(({ target }) => target !== null && written.has(target)))
      writers.push(hash);
  }
  const latestFirst = (hashes: readonly ChangeHash[]) =>
    hashes
      .map((hash) => ({ hash, nextOp: index.nextOp([hash]) }))
      .sort(
        (left, right) =>
          right.nextOp - left.nextOp || (left.hash < right.hash ? -1 : 1),
      )
      .map(({ hash }) => hash);
  const sorted = latestFirst(heads);
  const creation = index.creation();
  const chosen = new Set([
    ...sorted.slice(0, 1),
    ...(creation === null ? [] : [creation]),
    ...latestFirst(index.frontier(writers)),
    ...sorted,
  ]);
  return index.frontier([...chosen].slice(0, max));
}

/** Of a key's live operations those behind the dependencies, the last ones where they are more than an operation may overwrite. */
export function predBehind(
  index: ChangeIndex,
  deps: readonly ChangeHash[],
  live: readonly OpId[],
): readonly OpId[] {
  return live
    .filter((opId) => {
      const hash = index.changeOf(opId);
      return hash !== undefined && index.isSeenByAny(hash, deps);
    })
    .slice(-defaultChangeLimits.maxPredsPerOp);
}
