/**
 * The index of one record: per change its dependencies, actor, seq, startOp, what its operations write, and per group the live
 * statements after it (shared with the parent's when untouched). It answers what was live at any dependencies, and which change
 * an operation is of, without loading a document.
 *
 * Rows enter in causal order; nothing here checks them (`index-change.ts` does). The same index serves admission on the server
 * and composing on the client.
 */
import {
  foldStatement,
  sameLiveSet,
  type LiveSet,
  type StatementOp,
} from "../clinical/live-set.ts";
import type { StatementGraph } from "../clinical/statement-graph.ts";
import {
  compareOpIds,
  type ActorId,
  type ChangeHash,
  type OpId,
} from "../ids.ts";

export interface IndexedChange {
  readonly hash: ChangeHash;
  readonly actor: ActorId;
  readonly seq: number;
  readonly startOp: number;
  readonly opCount: number;
  readonly deps: readonly ChangeHash[];
  /** What its operations write, in order; equal neighbours share a run. The counts add up to `opCount`. */
  readonly writes: readonly WriteRun[];
  /** Whether the record's creation is this change or lies behind it. */
  readonly isRooted: boolean;
  /** By group: what this change signs. At most one per group; several groups only at creation. */
  readonly statements: Readonly<Record<string, StatementOp>>;
  /** By group: the live statements once this change and everything behind it are known. */
  readonly live: Readonly<Record<string, LiveSet>>;
}

/** Operations in a row that write the same thing: a root key, or the container with this id. */
export interface WriteRun {
  /** Null for deletions and increments: nothing can overwrite or follow those. */
  readonly target: string | null;
  readonly count: number;
}

const noStatements: LiveSet = [];

export class ChangeIndex implements StatementGraph {
  readonly #changes = new Map<ChangeHash, IndexedChange>();
  readonly #heads = new Set<ChangeHash>();
  readonly #liveByGroup = new Map<string, LiveSet>();
  readonly #statements = new Map<
    OpId,
    { readonly hash: ChangeHash; readonly pred: readonly OpId[] }
  >();
  /** Each actor's changes by rising sequence. */
  readonly #changesByActor = new Map<string, IndexedChange[]>();
  #creation: ChangeHash | null = null;

  add(change: IndexedChange): void {
    if (this.#changes.has(change.hash)) return;
    this.#changes.set(change.hash, change);
    for (const dep of change.deps) this.#heads.delete(dep);
    this.#heads.add(change.hash);
    for (const [group, op] of Object.entries(change.statements)) {
      this.#statements.set(op.opId, { hash: change.hash, pred: op.pred });
      this.#liveByGroup.set(group, foldStatement(this.live(group), op));
    }
    const own = this.#changesByActor.get(change.actor);
    if (own === undefined) this.#changesByActor.set(change.actor, [change]);
    else own.push(change);
    if (change.isRooted && change.deps.length === 0)
      this.#creation = change.hash;
  }

  get size(): number {
    return this.#changes.size;
  }

  get(hash: ChangeHash): IndexedChange | undefined {
    return this.#changes.get(hash);
  }

  has(hash: ChangeHash): boolean {
    return this.#changes.has(hash);
  }

  /** In the order they were added: causal. */
  changes(): IterableIterator<IndexedChange> {
    return this.#changes.values();
  }

  heads(): readonly ChangeHash[] {
    return [...this.#heads].sort();
  }

  /** Whether these, each once, are the heads. */
  areHeads(hashes: readonly ChangeHash[]): boolean {
    return (
      hashes.length === this.#heads.size &&
      hashes.every((hash) => this.#heads.has(hash))
    );
  }

  lastOf(actor: ActorId): IndexedChange | undefined {
    return this.#changesByActor.get(actor)?.at(-1);
  }

  /** An actor's sequences have no gap: the first is 1. */
  changeBy(actor: string, seq: number): IndexedChange | undefined {
    return this.#changesByActor.get(actor)?.[seq - 1];
  }

  /** The change that created the record; null while only genesis changes are here. */
  creation(): ChangeHash | null {
    return this.#creation;
  }

  /** Groups anyone has signed. */
  groups(): readonly string[] {
    return [...this.#liveByGroup.keys()];
  }

  live(group: string): LiveSet {
    return this.#liveByGroup.get(group) ?? noStatements;
  }

  /** The live statements of a group as seen at some dependencies, which must all be known. SPEC CF-2. */
  liveAt(deps: readonly ChangeHash[], group: string): LiveSet {
    const [only] = deps;
    if (only === undefined) return noStatements;
    if (deps.length === 1) return this.#liveAfter(only, group);
    if (this.areHeads(deps)) return this.live(group);
    const sets = deps.map((dep) => this.#liveAfter(dep, group));
    const holders = new Map<OpId, number>();
    for (const opId of sets.flat())
      holders.set(opId, (holders.get(opId) ?? 0) + 1);
    const candidates = [...holders.keys()].sort(compareOpIds);
    const contested = candidates.filter(
      (opId) => holders.get(opId) !== deps.length,
    );
    if (contested.length === 0) return candidates;
    // Not live after every dependency: either some of them do not know it, or somebody behind one has overwritten it.
    const overwritten = new Set<OpId>();
    const signed = contested.map((opId) => this.#signedBy(opId));
    for (const hash of this.behind(deps, this.#lowestOf(signed)))
      for (const opId of this.#known(hash).statements[group]?.pred ?? [])
        overwritten.add(opId);
    return candidates.filter((opId) => !overwritten.has(opId));
  }

  /** `liveAt` for every group signed at those dependencies; sets shared with the parent where they are the same. */
  allLiveAt(deps: readonly ChangeHash[]): Readonly<Record<string, LiveSet>> {
    const [only] = deps;
    if (only !== undefined && deps.length === 1) return this.#known(only).live;
    const groups = new Set(
      deps.flatMap((dep) => Object.keys(this.#known(dep).live)),
    );
    return Object.fromEntries(
      [...groups].map((group) => [
        group,
        this.#shared(deps, group, this.liveAt(deps, group)),
      ]),
    );
  }

  /** Whether `change` is `head` or lies behind it. */
  isSeenBy(change: ChangeHash, head: ChangeHash): boolean {
    return this.isSeenByAny(change, [head]);
  }

  isSeenByAny(change: ChangeHash, heads: readonly ChangeHash[]): boolean {
    return (
      heads.includes(change) ||
      this.seenAmong(new Set([change]), heads).size > 0
    );
  }

  /** Those of the given changes that are heads or lie behind them, by one walk back however many they are. */
  seenAmong(
    changes: ReadonlySet<ChangeHash>,
    heads: readonly ChangeHash[],
  ): ReadonlySet<ChangeHash> {
    const seen = new Set<ChangeHash>();
    if (changes.size === 0) return seen;
    for (const hash of this.behind(heads, this.#lowestOf([...changes]))) {
      if (changes.has(hash)) seen.add(hash);
      if (seen.size === changes.size) break;
    }
    return seen;
  }

  /** The first operation counter free after some dependencies. */
  nextOp(deps: readonly ChangeHash[]): number {
    return (
      deps.reduce(
        (highest, dep) => Math.max(highest, maxOpOf(this.#known(dep))),
        0,
      ) + 1
    );
  }

  /** Those of the given changes that no other of them has behind it. */
  frontier(hashes: readonly ChangeHash[]): readonly ChangeHash[] {
    const distinct = new Set(hashes);
    const nearest = new Set(
      [...distinct].flatMap((hash) => this.#known(hash).deps),
    );
    for (const hash of this.behind([...nearest], this.#lowestOf(hashes)))
      distinct.delete(hash);
    return [...distinct].sort();
  }

  /** The heads and what lies behind them, each once, as far down as a change with this highest operation counter may be. */
  *behind(heads: readonly ChangeHash[], lowestOp = 0): Generator<ChangeHash> {
    // Operation counters only grow along dependencies, so nothing below the lowest sought can lead to what is.
    const isSought = (hash: ChangeHash) =>
      maxOpOf(this.#known(hash)) >= lowestOp;
    const open = heads.filter(isSought);
    const visited = new Set(open);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      yield next;
      for (const dep of this.#known(next).deps) {
        if (visited.has(dep) || !isSought(dep)) continue;
        visited.add(dep);
        open.push(dep);
      }
    }
  }

  predOf(opId: OpId): readonly OpId[] {
    return this.#statements.get(opId)?.pred ?? [];
  }

  /** The change that signed a statement; undefined for an operation that is no statement of this record. */
  signedIn(opId: OpId): ChangeHash | undefined {
    return this.#statements.get(opId)?.hash;
  }

  /** The change an operation is part of; undefined if none of this record's is. */
  changeOf(opId: OpId): ChangeHash | undefined {
    return this.#place(opId)?.change.hash;
  }

  /** What an operation writes (`WriteRun`); undefined if the operation is not here. */
  targetOf(opId: OpId): string | null | undefined {
    const place = this.#place(opId);
    if (place === undefined) return undefined;
    let runEnd = 0;
    for (const { target, count } of place.change.writes) {
      runEnd += count;
      if (place.position < runEnd) return target;
    }
    return undefined;
  }

  /** The change an operation is part of, and its position there. */
  #place(
    opId: OpId,
  ): { readonly change: IndexedChange; readonly position: number } | undefined {
    const at = opId.indexOf("@");
    const counter = Number(opId.slice(0, at));
    const own = this.#changesByActor.get(opId.slice(at + 1)) ?? [];
    // An actor's counters rise with its sequence: halve towards the last change that does not begin after the operation.
    let low = 0;
    let high = own.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((own[middle]?.startOp ?? 0) <= counter) low = middle + 1;
      else high = middle;
    }
    const change = own[low - 1];
    if (change === undefined || counter > maxOpOf(change)) return undefined;
    return { change, position: counter - change.startOp };
  }

  #signedBy(opId: OpId): ChangeHash {
    const hash = this.signedIn(opId);
    if (hash === undefined)
      throw new Error("a live statement is not in the index");
    return hash;
  }

  #known(hash: ChangeHash): IndexedChange {
    const change = this.#changes.get(hash);
    if (change === undefined)
      throw new Error("a dependency is not in the index");
    return change;
  }

  #lowestOf(hashes: readonly ChangeHash[]): number {
    return hashes.reduce(
      (lowest, hash) => Math.min(lowest, maxOpOf(this.#known(hash))),
      Infinity,
    );
  }

  #liveAfter(hash: ChangeHash, group: string): LiveSet {
    return this.#known(hash).live[group] ?? noStatements;
  }

  #shared(deps: readonly ChangeHash[], group: string, live: LiveSet): LiveSet {
    for (const dep of deps) {
      const held = this.#liveAfter(dep, group);
      if (sameLiveSet(held, live)) return held;
    }
    return live;
  }
}

/** The highest operation counter of a change and everything behind it: exact, since `startOp` is. */
function maxOpOf(change: IndexedChange): number {
  return change.startOp + change.opCount - 1;
}
