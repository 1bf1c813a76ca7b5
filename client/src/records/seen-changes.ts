/**
 * Everything behind some heads of a record. A form asks for it when it opens, while it is saved and when it shows what it has saved, and
 * heads mostly go on from those asked about before: what was found then is kept, and only what came since is walked.
 */
import type { ChangeHash } from "@suture/schema";

/** What a change that is here builds on; undefined for one that is not. */
type DepsOf = (hash: ChangeHash) => readonly ChangeHash[] | undefined;

export class SeenChanges {
  #heads: readonly ChangeHash[] = [];
  #seen: ReadonlySet<ChangeHash> = new Set();

  /** The heads and everything behind them; the same set for the same heads, for as long as no others were asked about. */
  behind(
    heads: readonly ChangeHash[],
    depsOf: DepsOf,
  ): ReadonlySet<ChangeHash> {
    if (isSame(heads, this.#heads)) return this.#seen;
    const seen = this.#goOn(heads, depsOf) ?? walk(heads, depsOf);
    // What lies behind a change that is not here may still come.
    if (!heads.every((head) => depsOf(head) !== undefined)) return seen;
    this.#heads = [...heads];
    this.#seen = seen;
    return seen;
  }

  /** Null where some of the heads asked about before do not lie behind these. */
  #goOn(
    heads: readonly ChangeHash[],
    depsOf: DepsOf,
  ): ReadonlySet<ChangeHash> | null {
    const reached = new Set<ChangeHash>();
    const added = walk(heads, (hash) => {
      if (!this.#seen.has(hash)) return depsOf(hash);
      reached.add(hash);
      return undefined;
    });
    return this.#heads.every((head) => reached.has(head))
      ? new Set([...this.#seen, ...added])
      : null;
  }
}

function walk(
  heads: readonly ChangeHash[],
  depsOf: DepsOf,
): ReadonlySet<ChangeHash> {
  const seen = new Set<ChangeHash>();
  const open = [...heads];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(depsOf(next) ?? []));
  }
  return seen;
}

function isSame(
  left: readonly ChangeHash[],
  right: readonly ChangeHash[],
): boolean {
  return (
    left.length === right.length && left.every((hash, at) => hash === right[at])
  );
}
