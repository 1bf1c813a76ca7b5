/**
 * What the live set, the base and a conflict are by definition, computed the slow way: from the ancestors of every change,
 * each as a set, with no `pred`, no counters and none of the code it is compared with.
 *
 * A write is live at some heads if it lies behind them and no other write of its key that does has it behind itself.
 */
export interface OracleContent {
  readonly values: Readonly<Record<string, string>>;
  /** By part, then by entry id. */
  readonly entries: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface OracleWrite<Op extends string> {
  /** `counter@actor`. */
  readonly opId: Op;
  readonly key: string;
  readonly content?: OracleContent;
}

export interface OracleChange<Hash extends string, Op extends string> {
  readonly hash: Hash;
  readonly deps: readonly Hash[];
  readonly writes: readonly OracleWrite<Op>[];
}

interface PlacedWrite<
  Hash extends string,
  Op extends string,
> extends OracleWrite<Op> {
  readonly hash: Hash;
}

export class RegisterOracle<Hash extends string, Op extends string> {
  readonly #behind = new Map<Hash, ReadonlySet<Hash>>();
  readonly #writes: PlacedWrite<Hash, Op>[] = [];

  add(change: OracleChange<Hash, Op>): void {
    const behind = new Set(change.deps);
    for (const dep of change.deps)
      for (const hash of this.behind(dep)) behind.add(hash);
    this.#behind.set(change.hash, behind);
    for (const write of change.writes)
      this.#writes.push({ ...write, hash: change.hash });
  }

  /** Every change that lies behind this one, without it. */
  behind(hash: Hash): ReadonlySet<Hash> {
    const behind = this.#behind.get(hash);
    if (behind === undefined) throw new Error("no such change");
    return behind;
  }

  isSeenBy(hash: Hash, head: Hash): boolean {
    return hash === head || this.behind(head).has(hash);
  }

  /** Of the given changes those that none of the others has behind it. */
  heads(hashes: Iterable<Hash> = this.#behind.keys()): readonly Hash[] {
    const all = [...hashes];
    return all
      .filter((hash) => !all.some((other) => this.behind(other).has(hash)))
      .sort();
  }

  /** Operation ids, by counter and then actor. */
  live(heads: readonly Hash[], key: string): readonly Op[] {
    return this.#liveWrites(heads, key).map(({ opId }) => opId);
  }

  isConflict(heads: readonly Hash[], key: string): boolean {
    return this.#differ(this.#liveWrites(heads, key));
  }

  /** What all the live ones had last seen settled. */
  base(heads: readonly Hash[], key: string): OracleContent | null {
    return this.#baseOf(this.#liveWrites(heads, key));
  }

  #liveWrites(
    heads: readonly Hash[],
    key: string,
  ): readonly PlacedWrite<Hash, Op>[] {
    const known = this.#writes.filter(
      (write) =>
        write.key === key &&
        heads.some((head) => this.isSeenBy(write.hash, head)),
    );
    return this.#maximal(known);
  }

  #maximal(
    writes: readonly PlacedWrite<Hash, Op>[],
  ): readonly PlacedWrite<Hash, Op>[] {
    return writes
      .filter(
        ({ hash }) =>
          !writes.some((other) => this.behind(other.hash).has(hash)),
      )
      .sort(byOpId);
  }

  #baseOf(writes: readonly PlacedWrite<Hash, Op>[]): OracleContent | null {
    const seenByAll = this.#maximal(
      this.#writes.filter(
        ({ key, hash }) =>
          key === writes[0]?.key &&
          writes.every((write) => this.behind(write.hash).has(hash)),
      ),
    );
    return this.#differ(seenByAll)
      ? this.#baseOf(seenByAll)
      : (seenByAll.at(-1)?.content ?? null);
  }

  #differ(writes: readonly PlacedWrite<Hash, Op>[]): boolean {
    if (writes.length < 2) return false;
    const base = this.#baseOf(writes);
    const [first, ...others] = writes.map(({ content }) => content);
    return others.some(
      (other) =>
        first === undefined ||
        other === undefined ||
        !saysTheSame(first, other, base),
    );
  }
}

/** Equal, entry by entry, where an entry the base does not hold may stand under any id. */
function saysTheSame(
  left: OracleContent,
  right: OracleContent,
  base: OracleContent | null,
): boolean {
  const values = Object.keys({ ...left.values, ...right.values });
  if (values.some((name) => left.values[name] !== right.values[name]))
    return false;
  const parts = Object.keys({ ...left.entries, ...right.entries });
  return parts.every((part) => {
    const known = base?.entries[part] ?? {};
    const leftOver = Object.entries(right.entries[part] ?? {});
    for (const [entryId, entry] of Object.entries(left.entries[part] ?? {})) {
      const match = leftOver.findIndex(([otherId, other]) =>
        entryId in known || otherId in known
          ? entryId === otherId && entry === other
          : entry === other,
      );
      if (match === -1) return false;
      leftOver.splice(match, 1);
    }
    return leftOver.length === 0;
  });
}

function byOpId(left: OracleWrite<string>, right: OracleWrite<string>): number {
  const [leftCounter, leftActor = ""] = left.opId.split("@");
  const [rightCounter, rightActor = ""] = right.opId.split("@");
  return (
    Number(leftCounter) - Number(rightCounter) ||
    (leftActor < rightActor ? -1 : 1)
  );
}
