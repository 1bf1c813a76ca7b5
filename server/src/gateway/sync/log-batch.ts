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
  Cursor,
  DeviceId,
  ReadTransaction,
  ScopeId,
} from "@suture/schema";
import type { AppendedRow } from "../../log/append-to-log.ts";
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
    this.#authors = new Set(rows.map((row) => row.deviceId));
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
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1];
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
}

/** Reads one message's worth of rows behind a sequence; undefined if there is none. */
export async function readBatch(
  tx: ReadTransaction,
  { scopeId, epoch, after }: BatchPlace,
): Promise<LogBatch | undefined> {
  const found = await tx.scan(logTable, {
    prefix: [scopeId],
    after: [scopeId, after],
    limit: limits.maxPageChanges,
  });
  const batch = new OpenBatch(scopeId, epoch);
  for (const [index, { value }] of found.entries()) {
    const { recordId, hash } = value;
    const bytes = await tx.get(changeBytesTable, [recordId, hash]);
    const sequence = after + index + 1;
    if (!batch.take({ ...value, sequence, bytes: bytes ?? null })) break;
  }
  return batch.closed();
}

/** Of rows that are in memory: as many as one message holds. */
export function batchOf(
  scopeId: ScopeId,
  epoch: string,
  rows: readonly AppendedRow[],
): LogBatch | undefined {
  const batch = new OpenBatch(scopeId, epoch);
  for (const row of rows) if (!batch.take(row)) break;
  return batch.closed();
}

/** A batch that takes rows, in the order of their log, until it is one message's worth. */
class OpenBatch {
  readonly #scopeId: ScopeId;
  readonly #epoch: string;
  readonly #rows: BatchRow[] = [];
  #cursor: Cursor | undefined;
  #byteCount = 0;

  constructor(scopeId: ScopeId, epoch: string) {
    this.#scopeId = scopeId;
    this.#epoch = epoch;
  }

  /** Whether there was room for it. */
  take(row: BatchRow & Pick<AppendedRow, "chain">): boolean {
    const byteCount = this.#byteCount + (row.bytes?.length ?? 0);
    const count = this.#rows.length;
    if (count >= limits.maxPageChanges) return false;
    if (count > 0 && byteCount > limits.maxPageBytes) return false;
    this.#byteCount = byteCount;
    const { sequence, chain } = row;
    this.#cursor = { epoch: this.#epoch, sequence, chain };
    this.#rows.push(row);
    return true;
  }

  /** Undefined if nothing was taken. */
  closed(): LogBatch | undefined {
    return (
      this.#cursor && new LogBatch(this.#scopeId, this.#cursor, this.#rows)
    );
  }
}
