/**
 * `changes` and `verdicts` as CBOR, without a look at every object: a storm sends a verdict and several rows for each change. Rows
 * are written one by one, so that one that goes to many is written once. Any decoder reads them as what a general encoder writes.
 */
import { CborWriter } from "./cbor-writer.ts";
import type { ChangesMessage, LogRow } from "./changes.ts";
import type { Place, Verdict, VerdictsMessage } from "./push.ts";

/** The body of a message. */
export function encodeChanges(message: ChangesMessage): Uint8Array {
  const writer = new CborWriter();
  writer.raw(encodeChangesHead(message.scopeId, message.rows.length));
  for (const row of message.rows)
    writeRow(writer, row, row.isReadable, row.bytes);
  return writer.raw(encodeChangesTail(message)).finish();
}

/** What stands in front of the rows of a `changes` message. */
export function encodeChangesHead(
  scopeId: ChangesMessage["scopeId"],
  rowCount: number,
): Uint8Array {
  return new CborWriter()
    .map(5)
    .text("type")
    .text("changes")
    .text("scopeId")
    .text(scopeId)
    .text("rows")
    .array(rowCount)
    .finish();
}

/** As one device is sent it. */
export function encodeLogRow(
  row: Omit<LogRow, "bytes" | "isReadable">,
  isReadable: boolean,
  bytes: Uint8Array | null,
): Uint8Array {
  return writeRow(new CborWriter(), row, isReadable, bytes).finish();
}

/** What stands behind them. */
export function encodeChangesTail({
  cursor,
  hasMore,
}: Pick<ChangesMessage, "cursor" | "hasMore">): Uint8Array {
  return new CborWriter()
    .text("cursor")
    .map(3)
    .text("epoch")
    .text(cursor.epoch)
    .text("sequence")
    .number(cursor.sequence)
    .text("chain")
    .text(cursor.chain)
    .text("hasMore")
    .boolean(hasMore)
    .finish();
}

export function encodeVerdicts({
  pushId,
  verdicts,
}: VerdictsMessage): Uint8Array {
  const writer = new CborWriter()
    .map(3)
    .text("type")
    .text("verdicts")
    .text("pushId");
  if (pushId === null) writer.null();
  else writer.number(pushId);
  writer.text("verdicts").array(verdicts.length);
  for (const verdict of verdicts) writeVerdict(writer, verdict);
  return writer.finish();
}

function writeRow(
  writer: CborWriter,
  row: Omit<LogRow, "bytes" | "isReadable">,
  isReadable: boolean,
  bytes: Uint8Array | null,
): CborWriter {
  writer
    .map(8)
    .text("recordId")
    .text(row.recordId)
    .text("hash")
    .text(row.hash)
    .text("memberId")
    .text(row.memberId)
    .text("deviceId")
    .text(row.deviceId)
    .text("sequence")
    .number(row.sequence)
    .text("admittedAtMs")
    .number(row.admittedAtMs)
    .text("bytes");
  if (bytes === null) writer.null();
  else writer.bytes(bytes);
  return writer.text("isReadable").boolean(isReadable);
}

function writeVerdict(writer: CborWriter, verdict: Verdict): void {
  writer
    .map(fieldCountOf(verdict))
    .text("recordId")
    .text(verdict.recordId)
    .text("hash")
    .text(verdict.hash)
    .text("verdict")
    .text(verdict.verdict);
  if (verdict.verdict === "accepted" || verdict.verdict === "duplicate") {
    writer.text("places").array(verdict.places.length);
    for (const place of verdict.places) writePlace(writer, place);
    return;
  }
  writer.text("code").text(verdict.code).text("message").text(verdict.message);
  if (verdict.verdict === "refused")
    writer.text("isRetryable").boolean(verdict.isRetryable);
}

function fieldCountOf({ verdict }: Verdict): number {
  switch (verdict) {
    case "accepted":
    case "duplicate":
      return 4;
    case "waiting":
      return 5;
    case "refused":
      return 6;
  }
}

function writePlace(writer: CborWriter, place: Place): void {
  writer
    .map(3)
    .text("scopeId")
    .text(place.scopeId)
    .text("sequence")
    .number(place.sequence)
    .text("chain")
    .text(place.chain);
}
