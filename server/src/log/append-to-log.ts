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

/** What a transaction appended to one scope; both ends inclusive. */
export interface AppendedRange {
  readonly scopeId: ScopeId;
  readonly fromSequence: number;
  readonly toSequence: number;
  /** After its last row. */
  readonly chain: ChainHash;
}

interface OpenHead {
  readonly fromSequence: number;
  cursor: Cursor;
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

  async append(scopeId: ScopeId, row: NewLogRow): Promise<Place> {
    const head = await this.#head(scopeId);
    const sequence = head.cursor.sequence + 1;
    const chain = nextChain(head.cursor.chain, row);
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
    head.cursor = { ...head.cursor, sequence, chain };
    return { scopeId, sequence, chain };
  }

  /** Writes where each log now ends, and says what was appended. To be called once, last. */
  async flush(): Promise<readonly AppendedRange[]> {
    const ranges: AppendedRange[] = [];
    for (const [scopeId, { fromSequence, cursor }] of this.#headsByScope) {
      if (cursor.sequence < fromSequence) continue;
      await this.#tx.put(logHeadsTable, [scopeId], cursor);
      const { sequence: toSequence, chain } = cursor;
      ranges.push({ scopeId, fromSequence, toSequence, chain });
    }
    return ranges;
  }

  async #head(scopeId: ScopeId): Promise<OpenHead> {
    const open = this.#headsByScope.get(scopeId);
    if (open !== undefined) return open;
    const cursor =
      (await this.#tx.get(logHeadsTable, [scopeId])) ??
      (await this.#start(scopeId));
    const head = { fromSequence: cursor.sequence + 1, cursor };
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
