/**
 * One record as its rows tell it: index, fold, and where each change stands. Every chunk's digest is checked against its
 * name, so damage on the disk is a damaged record, not a wrong value; other records are not touched by it. SPEC CL-10.
 */
import {
  ChangeIndex,
  err,
  indexChange,
  interpretChange,
  ok,
  RecordFold,
  type ChangeHash,
  type ReadTransaction,
  type RecordId,
  type RecordType,
  type RecordTypes,
  type Result,
} from "@suture/schema";

import { changesOf } from "../store/change-rows.ts";
import {
  changeBytesTable,
  changesTable,
  recordsTable,
} from "../store/client-tables.ts";
import type { PackedChange } from "../store/change-pack.ts";
import type { LocalChange } from "../store/local-change.ts";
import { orDamaged } from "../store/or-damaged.ts";
import { readPacks, unpackChange, type ReadChange } from "./packed-changes.ts";
import { readChunk, type Chunk } from "./read-chunk.ts";
import { SeenChanges } from "./seen-changes.ts";
import { UnpackedChanges, type WritePacks } from "./unpacked-changes.ts";

export interface RecordProblem {
  readonly code:
    | "record-unknown"
    /** The app was given no such record type. */
    | "record-type-unknown"
    /** A later version of the app wrote something this one cannot read. */
    | "update-needed"
    /** What lies on the disk is not what was written. */
    | "store-damaged";
}

export interface HeldChange extends ReadChange {
  /** Null while nobody needed more than what it means. */
  readonly bytes: Uint8Array | null;
}

/** Not taken in yet: its chunk, or what its chunk said before. */
interface EarlyChange {
  readonly row: LocalChange;
  readonly from: Chunk | PackedChange;
}

export class RecordState {
  readonly recordId: RecordId;
  readonly type: RecordType;
  #held = new Map<ChangeHash, HeldChange>();
  /** Accepted, but something they build on has not arrived yet. */
  #early: EarlyChange[] = [];
  #refused: LocalChange[] = [];
  #index = new ChangeIndex();
  #fold = new RecordFold();
  #seen = new SeenChanges();
  /** The values at heads that lie further back, as last asked for. */
  #foldThen:
    | { readonly seen: ReadonlySet<ChangeHash>; readonly fold: RecordFold }
    | undefined;
  #lastLocalNumber = 0;
  #needsBytes = false;
  #unpacked: UnpackedChanges;

  constructor(recordId: RecordId, type: RecordType) {
    this.recordId = recordId;
    this.type = type;
    this.#unpacked = new UnpackedChanges(type, recordId);
  }

  get index(): ChangeIndex {
    return this.#index;
  }

  get fold(): RecordFold {
    return this.#fold;
  }

  /** Everything but what was refused, in causal order. */
  get changes(): readonly HeldChange[] {
    return [...this.#held.values()];
  }

  get refused(): readonly LocalChange[] {
    return this.#refused;
  }

  /** All that is here of the record, shown or not: refused, or waiting for what it builds on. */
  get rows(): readonly LocalChange[] {
    return [
      ...this.changes.map(({ row }) => row),
      ...this.#early.map(({ row }) => row),
      ...this.#refused,
    ];
  }

  change(hash: ChangeHash): HeldChange | undefined {
    return this.#held.get(hash);
  }

  /** Of what somebody had seen, what is still here: a change that was refused counts as the one that says it again. */
  stillHere(seen: Iterable<ChangeHash>): readonly ChangeHash[] {
    const found = new Set<ChangeHash>();
    for (let hash of seen) {
      for (let again = this.#sayingAgain(hash); again !== undefined;) {
        hash = again;
        again = this.#sayingAgain(hash);
      }
      if (this.#held.has(hash)) found.add(hash);
    }
    return [...found];
  }

  #sayingAgain(hash: ChangeHash): ChangeHash | undefined {
    const progress = this.#refused.find((row) => row.hash === hash)?.progress;
    return progress?.state === "refused" ? progress.reexpressedAs : undefined;
  }

  /** The values as seen at some heads, which must be known. */
  foldAt(heads: readonly ChangeHash[]): RecordFold {
    if (this.#index.areHeads(heads)) return this.#fold;
    const seen = this.behind(heads);
    if (seen.size === this.#held.size) return this.#fold;
    if (this.#foldThen?.seen === seen) return this.#foldThen.fold;
    const fold = new RecordFold();
    for (const [hash, { edits }] of this.#held)
      if (seen.has(hash)) fold.addChange(edits);
    this.#foldThen = { seen, fold };
    return fold;
  }

  /** The heads and everything behind them. */
  behind(heads: readonly ChangeHash[]): ReadonlySet<ChangeHash> {
    return this.#seen.behind(heads, (hash) => this.#held.get(hash)?.row.deps);
  }

  /** The chunks of the heads and everything behind them, in causal order: of a record with texts, or once `loadBytes` is done. */
  bytesBehind(heads: readonly ChangeHash[]): readonly Uint8Array[] {
    const seen = this.behind(heads);
    return [...this.#held].flatMap(([hash, { bytes }]) => {
      if (!seen.has(hash)) return [];
      if (bytes === null) throw new Error("the chunks have not been loaded");
      return [bytes];
    });
  }

  /** From now on it has the chunks of all its changes. */
  async loadBytes(tx: ReadTransaction): Promise<Result<null, RecordProblem>> {
    if (this.#needsBytes) return ok(null);
    this.#needsBytes = true;
    const bytesByHash = await this.#allBytes(tx);
    const chunkOf = ({ hash }: LocalChange) =>
      readChunk(hash, bytesByHash.get(hash));
    for (const [hash, change] of this.#held) {
      const chunk = chunkOf(change.row);
      if (chunk === null) return err({ code: "store-damaged" });
      this.#held.set(hash, { ...change, bytes: chunk.bytes });
    }
    for (const [at, { row }] of this.#early.entries()) {
      const from = chunkOf(row);
      if (from === null) return err({ code: "store-damaged" });
      this.#early[at] = { row, from };
    }
    return ok(null);
  }

  /** Packs what was read from chunks, once it is enough to be worth it. */
  async pack(write: WritePacks): Promise<void> {
    await this.#pack(write);
  }

  /** As `pack`, of a record that somebody is shown and will be again: what came from the server is packed at first as it is. */
  async packShown(write: WritePacks): Promise<void> {
    const isSynced = this.changes.every(({ row }) => isSettled(row));
    await this.#pack(
      write,
      isSynced && !this.#unpacked.hasPacks ? 1 : undefined,
    );
  }

  async #pack(write: WritePacks, leastCount?: number): Promise<void> {
    if (this.#needsBytes) return;
    const find = (hash: ChangeHash) => this.#held.get(hash);
    await this.#unpacked.pack(write, find, leastCount);
  }

  /** The next `refresh` reads all rows; what they said before stands until then, so that nobody sees a record without them. */
  reset(): void {
    this.#lastLocalNumber = 0;
  }

  /** Takes in what the rows say now: new ones, and of those that were not settled the ones that may have changed; null for any. */
  async refresh(
    tx: ReadTransaction,
    changed: ReadonlySet<ChangeHash> | null = null,
  ): Promise<Result<null, RecordProblem>> {
    return orDamaged(() => this.#refresh(tx, changed));
  }

  async #refresh(
    tx: ReadTransaction,
    changed: ReadonlySet<ChangeHash> | null,
  ): Promise<Result<null, RecordProblem>> {
    if (changed?.size !== 0 && this.#lastLocalNumber > 0)
      await this.#renewProgress(tx, changed);
    const isFirst = this.#lastLocalNumber === 0;
    const rows = isFirst
      ? await changesOf(tx, this.recordId)
      : (
          await tx.scan(changesTable, {
            prefix: [this.recordId],
            after: [this.recordId, this.#lastLocalNumber],
          })
        ).map(({ value }) => value);
    if (isFirst && rows.length === 0) {
      this.#clear();
      return err({ code: "record-unknown" });
    }
    const packs =
      isFirst && !this.#needsBytes
        ? await readPacks(tx, this.type, this.recordId)
        : undefined;
    const bytesByHash =
      isFirst && (packs?.size ?? 0) === 0
        ? await this.#allBytes(tx)
        : undefined;
    const refused: LocalChange[] = [];
    const early: EarlyChange[] = [];
    for (const row of rows) {
      if (row.progress.state === "refused") {
        refused.push(row);
        continue;
      }
      const from =
        packs?.get(row.hash) ??
        readChunk(
          row.hash,
          bytesByHash?.get(row.hash) ??
            (await tx.get(changeBytesTable, [this.recordId, row.hash])),
        );
      if (from === null) return err({ code: "store-damaged" });
      early.push({ row, from });
    }
    // Nothing is awaited from here on: a reader sees what the rows said before, or what they say now.
    if (isFirst) this.#clear();
    this.#unpacked.hasPacks ||= (packs?.size ?? 0) > 0;
    this.#refused.push(...refused);
    this.#early.push(...early);
    this.#lastLocalNumber = rows.at(-1)?.localNumber ?? this.#lastLocalNumber;
    return this.#admitEarly();
  }

  async #allBytes(
    tx: ReadTransaction,
  ): Promise<ReadonlyMap<unknown, Uint8Array>> {
    const rows = await tx.scan(changeBytesTable, { prefix: [this.recordId] });
    return new Map(rows.map(({ key, value }) => [key[1], value]));
  }

  /** Adds what has everything it builds on; the rest waits. Local order is causal but for bytes that were fetched late. */
  #admitEarly(): Result<null, RecordProblem> {
    for (let hasProgress = true; hasProgress;) {
      hasProgress = false;
      const waiting: EarlyChange[] = [];
      for (const early of this.#early) {
        if (!early.row.deps.every((dep) => this.#index.has(dep))) {
          waiting.push(early);
          continue;
        }
        const read = this.#read(early);
        // Whoever accepted it knew more of this record type than this version of the app.
        if (read === null) return err({ code: "update-needed" });
        this.#add(read);
        hasProgress = true;
      }
      this.#early = waiting;
    }
    return ok(null);
  }

  #read({ row, from }: EarlyChange): HeldChange | null {
    if (!("decoded" in from))
      return { row, ...unpackChange(this.#index, row, from), bytes: null };
    const { bytes, decoded } = from;
    const indexed = indexChange(this.type, this.#index, decoded);
    const edits = interpretChange(this.type, decoded);
    if (!indexed.ok || !edits.ok) return null;
    this.#unpacked.add(row.hash);
    return { row, bytes, indexed: indexed.value, edits: edits.value };
  }

  #add(change: HeldChange): void {
    this.#held.set(change.row.hash, change);
    this.#index.add(change.indexed);
    this.#fold.addChange(change.edits);
  }

  async #renewProgress(
    tx: ReadTransaction,
    changed: ReadonlySet<ChangeHash> | null,
  ): Promise<void> {
    const mayHaveChanged = ({ hash }: LocalChange) =>
      changed === null || changed.has(hash);
    let hasLost = false;
    for (const [hash, change] of this.#held) {
      if (isSettled(change.row) || !mayHaveChanged(change.row)) continue;
      const row = await this.#rowNow(tx, change.row);
      if (row === undefined) continue;
      this.#held.set(hash, { ...change, row });
      if (row.progress.state === "refused") hasLost = true;
    }
    const refused: LocalChange[] = [];
    const early: EarlyChange[] = [];
    for (const { row: before, from } of this.#early) {
      const row = mayHaveChanged(before)
        ? await this.#rowNow(tx, before)
        : before;
      if (row?.progress.state === "refused") refused.push(row);
      else early.push({ row: row ?? before, from });
    }
    this.#early = early;
    for (const before of this.#refused) {
      const row = mayHaveChanged(before)
        ? await this.#rowNow(tx, before)
        : before;
      if (row?.progress.state === "refused") refused.push(row);
      // Refused once and accepted later, brought by somebody else: read it anew.
      else if (row !== undefined) this.#lastLocalNumber = 0;
    }
    this.#refused = refused;
    if (hasLost && this.#lastLocalNumber > 0) this.#rebuildWithoutRefused();
  }

  #rowNow(
    tx: ReadTransaction,
    { localNumber }: LocalChange,
  ): Promise<LocalChange | undefined> {
    return tx.get(changesTable, [this.recordId, localNumber]);
  }

  #rebuildWithoutRefused(): void {
    const held = [...this.#held.values()];
    const refused = this.#refused;
    const early = this.#early;
    const unpacked = this.#unpacked;
    this.#clear();
    this.#early = early;
    this.#refused = refused;
    this.#unpacked = unpacked;
    for (const change of held) {
      if (change.row.progress.state === "refused")
        this.#refused.push(change.row);
      else this.#add(change);
    }
  }

  #clear(): void {
    this.#held = new Map();
    this.#early = [];
    this.#refused = [];
    this.#unpacked = new UnpackedChanges(this.type, this.recordId);
    this.#index = new ChangeIndex();
    this.#fold = new RecordFold();
    this.#seen = new SeenChanges();
    this.#foldThen = undefined;
  }
}

export async function loadRecordState(
  tx: ReadTransaction,
  types: RecordTypes,
  recordId: RecordId,
): Promise<Result<RecordState, RecordProblem>> {
  return orDamaged(async () => {
    const record = await tx.get(recordsTable, [recordId]);
    if (record === undefined) return err({ code: "record-unknown" });
    const type = types.get(record.recordType);
    if (type === undefined) return err({ code: "record-type-unknown" });
    const state = new RecordState(recordId, type);
    const loaded = await state.refresh(tx);
    return loaded.ok ? ok(state) : loaded;
  });
}

function isSettled({ progress }: LocalChange): boolean {
  return progress.state === "accepted" && progress.admittedAtMs !== null;
}
