/**
 * One record as its rows tell it: index, fold, and where each change stands. Every chunk's digest is checked against its
 * name, so damage on the disk is a damaged record, not a wrong value; other records are not touched by it. SPEC CL-10.
 */
import {
  ChangeIndex,
  decodeChange,
  defaultChangeLimits,
  err,
  indexChange,
  interpretChange,
  ok,
  RecordFold,
  StoreError,
  type ChangeHash,
  type DecodedChange,
  type Edit,
  type IndexedChange,
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
import type { LocalChange } from "../store/local-change.ts";

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

export interface HeldChange {
  readonly row: LocalChange;
  readonly bytes: Uint8Array;
  readonly decoded: DecodedChange;
  readonly edits: readonly Edit[];
  readonly indexed: IndexedChange;
}

type EarlyChange = Pick<HeldChange, "row" | "bytes" | "decoded">;

export class RecordState {
  readonly recordId: RecordId;
  readonly type: RecordType;
  #held = new Map<ChangeHash, HeldChange>();
  /** Accepted, but something they build on has not arrived yet. */
  #early: EarlyChange[] = [];
  #refused: LocalChange[] = [];
  #index = new ChangeIndex();
  #fold = new RecordFold();
  #lastLocalNumber = 0;

  constructor(recordId: RecordId, type: RecordType) {
    this.recordId = recordId;
    this.type = type;
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
    const seen = this.behind(heads);
    if (seen.size === this.#held.size) return this.#fold;
    const fold = new RecordFold();
    for (const [hash, { edits }] of this.#held)
      if (seen.has(hash)) fold.addChange(edits);
    return fold;
  }

  /** The heads and everything behind them. */
  behind(heads: readonly ChangeHash[]): ReadonlySet<ChangeHash> {
    const seen = new Set<ChangeHash>();
    const open = [...heads];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(this.#held.get(next)?.row.deps ?? []));
    }
    return seen;
  }

  /** The chunks of the heads and everything behind them, in causal order. */
  bytesBehind(heads: readonly ChangeHash[]): readonly Uint8Array[] {
    const seen = this.behind(heads);
    return [...this.#held]
      .filter(([hash]) => seen.has(hash))
      .map(([, { bytes }]) => bytes);
  }

  /** Forgets everything: the next `refresh` reads all rows. */
  reset(): void {
    this.#clear();
    this.#lastLocalNumber = 0;
  }

  /** Takes in what the rows say now: new ones and, unless rows were only added, those that were not settled. */
  async refresh(
    tx: ReadTransaction,
    isAppend = false,
  ): Promise<Result<null, RecordProblem>> {
    try {
      return await this.#refresh(tx, isAppend);
    } catch (cause) {
      if (cause instanceof StoreError && cause.code === "store-damaged")
        return err({ code: "store-damaged" });
      throw cause;
    }
  }

  async #refresh(
    tx: ReadTransaction,
    isAppend: boolean,
  ): Promise<Result<null, RecordProblem>> {
    if (!isAppend && this.#lastLocalNumber > 0) await this.#renewProgress(tx);
    const isFirst = this.#lastLocalNumber === 0;
    const rows = isFirst
      ? await changesOf(tx, this.recordId)
      : (
          await tx.scan(changesTable, {
            prefix: [this.recordId],
            after: [this.recordId, this.#lastLocalNumber],
          })
        ).map(({ value }) => value);
    if (isFirst && rows.length === 0) return err({ code: "record-unknown" });
    const bytesByHash = isFirst ? await this.#allBytes(tx) : undefined;
    for (const row of rows) {
      this.#lastLocalNumber = row.localNumber;
      if (row.progress.state === "refused") {
        this.#refused.push(row);
        continue;
      }
      const bytes =
        bytesByHash?.get(row.hash) ??
        (await tx.get(changeBytesTable, [this.recordId, row.hash]));
      const decoded =
        bytes === undefined
          ? undefined
          : decodeChange(bytes, defaultChangeLimits);
      if (
        bytes === undefined ||
        decoded?.ok !== true ||
        decoded.value.hash !== row.hash
      )
        return err({ code: "store-damaged" });
      this.#early.push({ row, bytes, decoded: decoded.value });
    }
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
        const { row, decoded } = early;
        if (!row.deps.every((dep) => this.#index.has(dep))) {
          waiting.push(early);
          continue;
        }
        const indexed = indexChange(this.type, this.#index, decoded);
        const edits = interpretChange(this.type, decoded);
        // Whoever accepted it knew more of this record type than this version of the app.
        if (!indexed.ok || !edits.ok) return err({ code: "update-needed" });
        this.#add({
          ...early,
          indexed: indexed.value,
          edits: edits.value,
        });
        hasProgress = true;
      }
      this.#early = waiting;
    }
    return ok(null);
  }

  #add(change: HeldChange): void {
    this.#held.set(change.row.hash, change);
    this.#index.add(change.indexed);
    this.#fold.addChange(change.edits);
  }

  async #renewProgress(tx: ReadTransaction): Promise<void> {
    let hasLost = false;
    for (const [hash, change] of this.#held) {
      if (isSettled(change.row)) continue;
      const row = await tx.get(changesTable, [
        this.recordId,
        change.row.localNumber,
      ]);
      if (row === undefined) continue;
      this.#held.set(hash, { ...change, row });
      if (row.progress.state === "refused") hasLost = true;
    }
    const refused: LocalChange[] = [];
    for (const { localNumber } of this.#refused) {
      const row = await tx.get(changesTable, [this.recordId, localNumber]);
      if (row?.progress.state === "refused") refused.push(row);
      // Refused once and accepted later, brought by somebody else: read it anew.
      else if (row !== undefined) this.#lastLocalNumber = 0;
    }
    this.#refused = refused;
    if (this.#lastLocalNumber === 0) this.#clear();
    else if (hasLost) this.#rebuildWithoutRefused();
  }

  #rebuildWithoutRefused(): void {
    const held = [...this.#held.values()];
    const refused = this.#refused;
    const early = this.#early;
    this.#clear();
    this.#early = early;
    this.#refused = refused;
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
    this.#index = new ChangeIndex();
    this.#fold = new RecordFold();
  }
}

export async function loadRecordState(
  tx: ReadTransaction,
  types: RecordTypes,
  recordId: RecordId,
): Promise<Result<RecordState, RecordProblem>> {
  const record = await tx.get(recordsTable, [recordId]);
  if (record === undefined) return err({ code: "record-unknown" });
  const type = types.get(record.recordType);
  if (type === undefined) return err({ code: "record-type-unknown" });
  const state = new RecordState(recordId, type);
  const loaded = await state.refresh(tx);
  return loaded.ok ? ok(state) : loaded;
}

function isSettled({ progress }: LocalChange): boolean {
  return progress.state === "accepted" && progress.admittedAtMs !== null;
}
