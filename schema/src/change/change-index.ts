/**
 * The index of one record: per change its dependencies, actor, seq, startOp, op count, and per group the live statements after
 * it (shared with the parent's when untouched). It answers what was live at any dependencies without loading a document.
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
  /** Whether the record's creation is this change or lies behind it. */
  readonly isRooted: boolean;
  /** By group: what this change signs. At most one per group; several groups only at creation. */
  readonly statements: Readonly<Record<string, StatementOp>>;
  /** By group: the live statements once this change and everything behind it are known. */
  readonly live: Readonly<Record<string, LiveSet>>;
}

const noStatements: LiveSet = [];

export class ChangeIndex implements StatementGraph {
  readonly #changes = new Map<ChangeHash, IndexedChange>();
  readonly #heads = new Set<ChangeHash>();
  readonly #current: Record<string, LiveSet> = {};
  readonly #statements = new Map<
    OpId,
    {
      readonly hash: ChangeHash;
      readonly group: string;
      readonly pred: readonly OpId[];
    }
  >();
  readonly #lastByActor = new Map<ActorId, IndexedChange>();

  add(change: IndexedChange): void {
    if (this.#changes.has(change.hash)) return;
    this.#changes.set(change.hash, change);
    for (const dep of change.deps) this.#heads.delete(dep);
    this.#heads.add(change.hash);
    for (const [group, op] of Object.entries(change.statements)) {
      this.#statements.set(op.opId, {
        hash: change.hash,
        group,
        pred: op.pred,
      });
      this.#current[group] = foldStatement(
        this.#current[group] ?? noStatements,
        op,
      );
    }
    const last = this.#lastByActor.get(change.actor);
    if (last === undefined || last.seq < change.seq)
      this.#lastByActor.set(change.actor, change);
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

  lastOf(actor: ActorId): IndexedChange | undefined {
    return this.#lastByActor.get(actor);
  }

  /** Groups anyone has signed. */
  groups(): readonly string[] {
    return Object.keys(this.#current);
  }

  live(group: string): LiveSet {
    return this.#current[group] ?? noStatements;
  }

  /** The live statements of a group as seen at some dependencies, which must all be known. SPEC CF-2. */
  liveAt(deps: readonly ChangeHash[], group: string): LiveSet {
    const [only] = deps;
    if (only === undefined) return noStatements;
    if (deps.length === 1) return this.#liveAfter(only, group);
    if (this.#areHeads(deps)) return this.live(group);
    const sets = deps.map((dep) => ({
      dep,
      live: this.#liveAfter(dep, group),
    }));
    const candidates = new Set(sets.flatMap(({ live }) => live));
    // Whoever overwrote a statement depends on it, so it is still live unless some dependency that knows it has it overwritten.
    const isLive = (opId: OpId) =>
      sets.every(
        ({ dep, live }) =>
          live.includes(opId) || !this.isSeenBy(this.#changeOf(opId), dep),
      );
    return [...candidates].filter(isLive).sort(compareOpIds);
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
    if (change === head) return true;
    const lowest = maxOpOf(this.#known(change));
    const open = [head];
    const visited = new Set(open);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const dep of this.#known(next).deps) {
        if (dep === change) return true;
        // Operation counters only grow along dependencies, so nothing below the one sought can lead to it.
        if (visited.has(dep) || maxOpOf(this.#known(dep)) < lowest) continue;
        visited.add(dep);
        open.push(dep);
      }
    }
    return false;
  }

  isSeenByAny(change: ChangeHash, heads: readonly ChangeHash[]): boolean {
    return heads.some((head) => this.isSeenBy(change, head));
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
    const distinct = [...new Set(hashes)];
    return distinct
      .filter(
        (hash) =>
          !distinct.some(
            (other) => other !== hash && this.isSeenBy(hash, other),
          ),
      )
      .sort();
  }

  predOf(opId: OpId): readonly OpId[] {
    return this.#statements.get(opId)?.pred ?? [];
  }

  /** The change that signed a statement; undefined for an operation that is no statement of this record. */
  signedIn(opId: OpId): ChangeHash | undefined {
    return this.#statements.get(opId)?.hash;
  }

  #changeOf(opId: OpId): ChangeHash {
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

  #liveAfter(hash: ChangeHash, group: string): LiveSet {
    return this.#known(hash).live[group] ?? noStatements;
  }

  #areHeads(deps: readonly ChangeHash[]): boolean {
    return (
      deps.length === this.#heads.size &&
      deps.every((dep) => this.#heads.has(dep))
    );
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
