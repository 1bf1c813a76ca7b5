/**
 * Rows that were just appended to one scope, as every live session of the scope is sent them. SPEC SY-5.
 *
 * A device's own rows go to it without their bytes, so whoever wrote any gets a frame of their own. What is in it is encoded and
 * deflated once for all: the rows are cut into pieces, and a frame is put together from these.
 */
import {
  encodeChangesHead,
  encodeChangesTail,
  frameOf,
  frameOfPieces,
  limits,
} from "@suture/schema";
import type {
  ChangeHash,
  Cursor,
  DeviceId,
  ReadTransaction,
  RecordId,
  ScopeId,
} from "@suture/schema";
import { changeBytesTable, logTable } from "../../log/log-tables.ts";
import type { ScopeAccess } from "./access.ts";
import { nodeCompression } from "./node-compression.ts";
import { RowPiece, type BatchRow } from "./row-piece.ts";

/** A piece ends with the rows of one author, whose copy of it is another, unless it is shorter than this or longer than that. */
const leastPieceBytes = 4 * 1024;
const mostPieceBytes = 32 * 1024;
/** About what a row takes beside its bytes. */
const rowBytes = 256;

export class LogBatch {
  readonly scopeId: ScopeId;
  /** The point of the log in front of the first row. */
  readonly fromSequence: number;
  /** The point of the log after the last row. */
  readonly cursor: Cursor;
  readonly #rows: readonly BatchRow[];
  readonly #authors: ReadonlySet<DeviceId>;
  readonly #piecesByPosition = new Map<number, readonly RowPiece[]>();
  readonly #framesByReader = new Map<string, Uint8Array>();

  constructor(scopeId: ScopeId, cursor: Cursor, rows: readonly BatchRow[]) {
    this.scopeId = scopeId;
    this.cursor = cursor;
    this.fromSequence = cursor.sequence - rows.length;
    this.#rows = rows;
    this.#authors = new Set(rows.map(({ row }) => row.deviceId));
  }

  /** The `changes` message behind a position within this batch: the same frame for all who may read the same and wrote none of it. */
  frameFor(
    access: ScopeAccess,
    deviceId: DeviceId,
    behind: number,
  ): Uint8Array {
    const author = this.#authors.has(deviceId) ? deviceId : "";
    const reader = `${behind} ${author} ${access.readKey}`;
    const known = this.#framesByReader.get(reader);
    if (known !== undefined) return known;
    const { scopeId, cursor } = this;
    const pieces = this.#piecesBehind(behind);
    const head = encodeChangesHead(scopeId, cursor.sequence - behind);
    const tail = encodeChangesTail({ cursor, hasMore: false });
    const [only, ...others] = pieces;
    const frame =
      only !== undefined && others.length === 0
        ? frameOf(
            Buffer.concat([head, only.bodyFor(access, deviceId), tail]),
            nodeCompression,
          )
        : frameOfPieces(
            head,
            pieces.map((piece) => piece.deflatedFor(access, deviceId)),
            tail,
          );
    this.#framesByReader.set(reader, frame);
    return frame;
  }

  #piecesBehind(behind: number): readonly RowPiece[] {
    const known = this.#piecesByPosition.get(behind);
    if (known !== undefined) return known;
    const pieces = cut(this.#rows.slice(behind - this.fromSequence));
    this.#piecesByPosition.set(behind, pieces);
    return pieces;
  }
}

function cut(rows: readonly BatchRow[]): readonly RowPiece[] {
  const pieces: RowPiece[] = [];
  let from = 0;
  let byteCount = 0;
  for (const [index, { row }] of rows.entries()) {
    const next = rows[index + 1]?.row;
    byteCount += rowBytes + (row.bytes?.length ?? 0);
    const isLastOfAuthor = next?.deviceId !== row.deviceId;
    const isEnough =
      byteCount >= (isLastOfAuthor ? leastPieceBytes : mostPieceBytes);
    if (!isEnough && next !== undefined) continue;
    pieces.push(new RowPiece(rows.slice(from, index + 1)));
    from = index + 1;
    byteCount = 0;
  }
  return pieces;
}

interface BatchPlace {
  readonly scopeId: ScopeId;
  readonly epoch: string;
  /** The sequence of the row in front of the first. */
  readonly after: number;
  /** Of changes that are in memory anyway. */
  readonly bytesOf: (
    recordId: RecordId,
    hash: ChangeHash,
  ) => Uint8Array | undefined;
}

/** Reads one message's worth of rows behind a sequence; undefined if there is none. */
export async function readBatch(
  tx: ReadTransaction,
  { scopeId, epoch, after, bytesOf }: BatchPlace,
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
    const bytes =
      bytesOf(recordId, hash) ??
      (await tx.get(changeBytesTable, [recordId, hash]));
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
