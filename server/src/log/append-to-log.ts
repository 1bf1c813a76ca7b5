/**
 * Appends to the logs of one partition, inside one transaction.
 *
 * A row's sequence is one more than the row's before it in its scope, and its chain commits to all of them. SPEC SY-6.
 * Heads are read once and written once, by `flush`: what the transaction commits is a whole log or nothing.
 */
import { bytesToHex, firstChain, nextChain } from "@suture/schema";
import type {
  ChainHash,
  Cursor,
  LogLink,
  Place,
  Random,
  ScopeId,
  WriteTransaction,
} from "@suture/schema";
import { logHeadsTable, logTable } from "./log-tables.ts";

export interface NewLogRow extends LogLink {
  readonly recordType: string;
  readonly admittedAtMs: number;
}

/** A row as it lies in the log, with the bytes of its change. */
export interface AppendedRow extends NewLogRow {
  readonly sequence: number;
  readonly chain: ChainHash;
  readonly bytes: Uint8Array;
}

/** What a transaction appended to one scope; both ends inclusive. */
export interface AppendedRange {
  readonly scopeId: ScopeId;
  readonly epoch: string;
  readonly fromSequence: number;
  readonly toSequence: number;
  /** After its last row. */
  readonly chain: ChainHash;
  /** In their order, so that whoever forwards them need not read them back; null where not all bytes were at hand. */
  readonly rows: readonly AppendedRow[] | null;
}

interface OpenHead {
  readonly fromSequence: number;
  cursor: Cursor;
  rows: AppendedRow[] | null;
}

export class LogAppender {
  readonly #tx: WriteTransaction;
  readonly #random: Random;
  readonly #headsByScope = new Map<ScopeId, OpenHead>();

  constructor(tx: WriteTransaction, random: Random) {
    this.#tx = tx;
    this.#random = random;
  }

  /** Begins a scope's log under a fresh epoch, unless it has begun. */
  async begin(scopeId: ScopeId): Promise<void> {
    await this.#head(scopeId);
  }

  /** `bytes` are the change's, where they are at hand. */
  async append(
    scopeId: ScopeId,
    row: NewLogRow,
    bytes: Uint8Array | null,
  ): Promise<Place> {
    const head = this.#headsByScope.get(scopeId) ?? (await this.#head(scopeId));
    const { epoch, sequence: before } = head.cursor;
    const sequence = before + 1;
    const chain = nextChain(head.cursor.chain, row);
    // Member by member, as every change comes through here: an object that grows by spreading costs several times as much.
    const { recordId, recordType, hash, memberId, deviceId, admittedAtMs } =
      row;
    await this.#tx.put(logTable, [scopeId, sequence], {
      recordId,
      recordType,
      hash,
      memberId,
      deviceId,
      admittedAtMs,
      chain,
    });
    head.cursor = { epoch, sequence, chain };
    if (bytes === null) head.rows = null;
    else
      head.rows?.push({
        recordId,
        recordType,
        hash,
        memberId,
        deviceId,
        admittedAtMs,
        sequence,
        chain,
        bytes,
      });
    return { scopeId, sequence, chain };
  }

  /** Writes where each log now ends, and says what was appended. To be called once, last. */
  async flush(): Promise<readonly AppendedRange[]> {
    const ranges: AppendedRange[] = [];
    for (const [scopeId, head] of this.#headsByScope) {
      const { fromSequence, cursor, rows } = head;
      if (cursor.sequence < fromSequence) continue;
      await this.#tx.put(logHeadsTable, [scopeId], cursor);
      const { epoch, sequence: toSequence, chain } = cursor;
      ranges.push({ scopeId, epoch, fromSequence, toSequence, chain, rows });
    }
    return ranges;
  }

  async #head(scopeId: ScopeId): Promise<OpenHead> {
    const open = this.#headsByScope.get(scopeId);
    if (open !== undefined) return open;
    const cursor =
      (await this.#tx.get(logHeadsTable, [scopeId])) ??
      (await this.#start(scopeId));
    const head = { fromSequence: cursor.sequence + 1, cursor, rows: [] };
    this.#headsByScope.set(scopeId, head);
    return head;
  }

  async #start(scopeId: ScopeId): Promise<Cursor> {
    const epoch = bytesToHex(this.#random.bytes(16));
    const cursor = { epoch, sequence: 0, chain: firstChain(scopeId, epoch) };
    await this.#tx.put(logHeadsTable, [scopeId], cursor);
    return cursor;
  }
}
