/**
 * What is known of one record's changes while it is in memory: the index, who wrote each change, and its number among the
 * record's changes. No document and no bytes.
 */
import {
  ChangeIndex,
  foldStatement,
  KnownStatement,
  parseStatement,
} from "@suture/schema";
import type {
  ActorId,
  ChangeHash,
  ChainHash,
  DeviceId,
  GroupDefinition,
  IndexedChange,
  LiveSet,
  OpId,
  ReadStatement,
  ReadTransaction,
  RecordId,
  Statement,
} from "@suture/schema";
import { changeIndexTable, type ChangeRow } from "./log-tables.ts";

export interface ChangeAuthor {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
}

export class RecordMemory {
  readonly index = new ChangeIndex();
  /** Parsed statements, so that those that are live need not be parsed again. */
  readonly #statements = new Map<OpId, KnownStatement>();
  readonly #numbers = new Map<ChangeHash, number>();
  readonly #authors = new Map<ActorId, ChangeAuthor>();
  /** Changes that write a set's entry, by its root key. */
  readonly #entryWriters = new Map<string, ChangeHash[]>();
  #tip: ChainHash | null = null;

  /** Adds an admitted change; `tip` is the chain at its last place. */
  add(change: IndexedChange, author: ChangeAuthor, tip: ChainHash): void {
    this.index.add(change);
    this.#numbers.set(change.hash, this.index.size);
    if (!this.#authors.has(change.actor))
      this.#authors.set(change.actor, author);
    for (const { target } of change.writes) {
      if (target?.includes("/") !== true) continue;
      const writers = this.#entryWriters.get(target);
      if (writers === undefined) this.#entryWriters.set(target, [change.hash]);
      else writers.push(change.hash);
    }
    this.#tip = tip;
  }

  /** The changes that write an entry, by its root key, in the order of admission. */
  entryWriters(key: string): readonly ChangeHash[] {
    return this.#entryWriters.get(key) ?? [];
  }

  /** Reads only what differs from a statement in memory that it overwrites. */
  readonly readStatement: ReadStatement = (group, text, pred) => {
    const known = pred.findLast((opId) => this.#statements.has(opId));
    const before = known && this.#statements.get(known);
    return before?.readNext(group, text) ?? parseStatement(group, text);
  };

  /** One that was read in the text, of an admitted change. */
  keepStatement(
    opId: OpId,
    group: GroupDefinition,
    text: string,
    statement: Statement,
  ): void {
    const known = new KnownStatement(group, text, statement);
    this.#statements.set(opId, known);
  }

  statementOf(opId: OpId): Statement | undefined {
    return this.#statements.get(opId)?.statement;
  }

  /** Lets go of statements that neither are live nor were overwritten by a live one. */
  trimStatements(): void {
    if (this.#statements.size === 0) return;
    const live = this.index.groups().flatMap((group) => this.index.live(group));
    const kept = new Set(
      live.flatMap((opId) => [opId, ...this.index.predOf(opId)]),
    );
    for (const opId of this.#statements.keys())
      if (!kept.has(opId)) this.#statements.delete(opId);
  }

  /** From 1, in the order of admission. */
  numberOf(hash: ChangeHash): number | undefined {
    return this.#numbers.get(hash);
  }

  /** Who wrote the first change of an actor in this record. */
  authorOf(actor: ActorId): ChangeAuthor | undefined {
    return this.#authors.get(actor);
  }

  /** Everybody who wrote, once for each of their actors. */
  authors(): readonly ChangeAuthor[] {
    return [...this.#authors.values()];
  }

  isAt(changeCount: number, tip: ChainHash): boolean {
    return this.index.size === changeCount && this.#tip === tip;
  }
}

/** Reads a record's whole index. Rows lie in causal order, so what was live after each follows from those before it. */
export async function loadRecordMemory(
  tx: ReadTransaction,
  recordId: RecordId,
): Promise<RecordMemory> {
  const memory = new RecordMemory();
  const rows = await tx.scan(changeIndexTable, { prefix: [recordId] });
  for (const { value } of rows)
    memory.add(
      indexedChangeOf(memory.index, value),
      { memberId: value.memberId, deviceId: value.deviceId },
      tipOf(value),
    );
  return memory;
}

/** Where the log stood at the change's last place. */
export function tipOf(row: Pick<ChangeRow, "places">): ChainHash {
  const last = row.places.at(-1);
  if (last === undefined) throw new Error("a change stands in no log");
  return last.chain;
}

function indexedChangeOf(index: ChangeIndex, row: ChangeRow): IndexedChange {
  const inherited = index.allLiveAt(row.deps);
  const signed = Object.entries(row.statements);
  const live: Record<string, LiveSet> = { ...inherited };
  for (const [group, op] of signed)
    live[group] = foldStatement(inherited[group] ?? [], op);
  return {
    hash: row.hash,
    actor: row.actor,
    seq: row.seq,
    startOp: row.startOp,
    opCount: row.opCount,
    deps: row.deps,
    writes: row.writes,
    isRooted: row.isRooted,
    statements: row.statements,
    live: signed.length === 0 ? inherited : live,
  };
}
