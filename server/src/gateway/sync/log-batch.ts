/** Rows that were just appended to one scope, as every live session of the scope is sent them. SPEC SY-5. */
import { encodeFrame, limits } from "@suture/schema";
import type {
  Cursor,
  DeviceId,
  LogRow,
  ReadTransaction,
  ScopeId,
} from "@suture/schema";
import { changeBytesTable, logTable } from "../../log/log-tables.ts";
import type { ScopeAccess } from "./access.ts";
import { nodeCompression } from "./node-compression.ts";

interface BatchRow {
  readonly recordType: string;
  readonly row: LogRow;
}

export class LogBatch {
  readonly scopeId: ScopeId;
  /** The point of the log in front of the first row. */
  readonly fromSequence: number;
  /** The point of the log after the last row. */
  readonly cursor: Cursor;
  readonly #rows: readonly BatchRow[];
  readonly #authors: ReadonlySet<DeviceId>;
  readonly #framesByReader = new Map<string, Uint8Array>();

  constructor(scopeId: ScopeId, cursor: Cursor, rows: readonly BatchRow[]) {
    this.scopeId = scopeId;
    this.cursor = cursor;
    this.fromSequence = cursor.sequence - rows.length;
    this.#rows = rows;
    this.#authors = new Set(rows.map(({ row }) => row.deviceId));
  }

  /**
   * The `changes` message behind a position within this batch. Encoded once for all devices that may read the same and wrote
   * none of it: those get the same bytes.
   */
  frameFor(
    access: ScopeAccess,
    deviceId: DeviceId,
    behind: number,
  ): Uint8Array {
    const author = this.#authors.has(deviceId) ? deviceId : "";
    const reader = `${behind} ${author} ${access.readKey}`;
    const known = this.#framesByReader.get(reader);
    if (known !== undefined) return known;
    const rows = this.#rows
      .filter(({ row }) => row.sequence > behind)
      .map(({ recordType, row }) => {
        const isReadable = access.mayRead(recordType);
        const isSent = isReadable && row.deviceId !== deviceId;
        return { ...row, isReadable, bytes: isSent ? row.bytes : null };
      });
    const { scopeId, cursor } = this;
    const frame = encodeFrame(
      { type: "changes", scopeId, rows, cursor, hasMore: false },
      nodeCompression,
    );
    this.#framesByReader.set(reader, frame);
    return frame;
  }
}

/** Reads one message's worth of rows behind a sequence; undefined if there is none. */
export async function readBatch(
  tx: ReadTransaction,
  scopeId: ScopeId,
  epoch: string,
  after: number,
): Promise<LogBatch | undefined> {
  const found = await tx.scan(logTable, {
    prefix: [scopeId],
    after: [scopeId, after],
    limit: limits.maxPageChanges,
  });
  const rows: BatchRow[] = [];
  let cursor: Cursor | undefined;
  let byteCount = 0;
  for (const { value } of found) {
    const { recordId, recordType, hash, memberId, deviceId, admittedAtMs } =
      value;
    const bytes = await tx.get(changeBytesTable, [recordId, hash]);
    byteCount += bytes?.length ?? 0;
    if (rows.length > 0 && byteCount > limits.maxPageBytes) break;
    const sequence = after + rows.length + 1;
    cursor = { epoch, sequence, chain: value.chain };
    rows.push({
      recordType,
      row: {
        recordId,
        hash,
        memberId,
        deviceId,
        sequence,
        admittedAtMs,
        bytes: bytes ?? null,
        isReadable: true,
      },
    });
  }
  return cursor === undefined ? undefined : new LogBatch(scopeId, cursor, rows);
}
