/**
 * Pictures on this device, beside the records that name them: taken here and not sent yet, or kept so that they need not be fetched
 * again. What was not sent stays whatever there is to keep; of the rest the longest unused goes first. SPEC AT-6, AT-9.
 */
import {
  attachmentHashSchema,
  defineBytesTable,
  defineTable,
  personIdSchema,
  recordIdSchema,
  type AttachmentHash,
  type ReadTransaction,
  type RecordId,
  type WriteTransaction,
} from "@suture/schema";
import { z } from "zod";

const takenShape = { personId: personIdSchema, keptAtMs: z.int() };

const attachmentRowSchema = z.strictObject({
  recordId: recordIdSchema,
  hash: attachmentHashSchema,
  contentType: z.enum(["image/jpeg", "image/png", "image/webp"]),
  byteLength: z.int().nonnegative(),
  usedAtMs: z.int(),
  /** Null for what the server has. */
  unsent: z
    .strictObject({
      ...takenShape,
      /** Why it was not taken, by the server, or cannot be sent. */
      refusal: z.string().nullable(),
    })
    .nullable(),
  /** Of what was taken here and sent. */
  sent: z.strictObject(takenShape).exactOptional(),
});
export type AttachmentRow = z.infer<typeof attachmentRowSchema>;

/** [recordId, hash] */
export const attachmentsTable = defineTable({
  name: "attachments",
  schema: attachmentRowSchema,
});

/** [recordId, hash] */
export const attachmentBytesTable = defineBytesTable("attachment_bytes");

/** Of what was sent or fetched. */
export const maxKeptAttachmentBytes = 64 * 1024 * 1024;

export interface AttachmentName {
  readonly recordId: RecordId;
  readonly hash: AttachmentHash;
}

/** One that is here already stays as it is: it may have been sent. */
export async function keepAttachment(
  tx: WriteTransaction,
  row: AttachmentRow,
  bytes: Uint8Array,
): Promise<void> {
  const key = keyOf(row);
  if ((await tx.get(attachmentsTable, key)) !== undefined) return;
  await tx.put(attachmentsTable, key, row);
  await tx.put(attachmentBytesTable, key, bytes);
  await makeRoom(tx);
}

export async function markSent(
  tx: WriteTransaction,
  name: AttachmentName,
): Promise<void> {
  await change(tx, name, ({ unsent, ...row }) => {
    if (unsent === null) return { ...row, unsent };
    const { refusal: _none, ...sent } = unsent;
    return { ...row, unsent: null, sent };
  });
  await makeRoom(tx);
}

export function markRefused(
  tx: WriteTransaction,
  name: AttachmentName,
  refusal: string,
): Promise<void> {
  return change(tx, name, (row) => ({
    ...row,
    unsent: row.unsent && { ...row.unsent, refusal },
  }));
}

/** What was taken here and is here still goes again: the server was restored, and may have lost it. Gives back whose records. SPEC AT-13. */
export async function offerAttachmentsAgain(
  tx: WriteTransaction,
): Promise<readonly RecordId[]> {
  const recordIds: RecordId[] = [];
  for (const { key, value } of await tx.scan(attachmentsTable)) {
    const { sent, ...row } = value;
    if (sent === undefined) continue;
    const unsent = { ...sent, refusal: null };
    await tx.put(attachmentsTable, key, { ...row, unsent });
    recordIds.push(row.recordId);
  }
  return recordIds;
}

export function markUsed(
  tx: WriteTransaction,
  name: AttachmentName,
  usedAtMs: number,
): Promise<void> {
  return change(tx, name, (row) => ({ ...row, usedAtMs }));
}

export interface UnsentAttachmentRow extends AttachmentRow {
  readonly unsent: NonNullable<AttachmentRow["unsent"]>;
}

/** In the order in which they were taken. */
export async function unsentAttachments(
  tx: ReadTransaction,
): Promise<readonly UnsentAttachmentRow[]> {
  const rows = await tx.scan(attachmentsTable);
  return rows
    .flatMap(({ value: { unsent, ...row } }) =>
      unsent === null ? [] : [{ ...row, unsent }],
    )
    .sort((left, right) => left.unsent.keptAtMs - right.unsent.keptAtMs);
}

export async function dropAttachment(
  tx: WriteTransaction,
  name: AttachmentName,
): Promise<void> {
  await tx.delete(attachmentsTable, keyOf(name));
  await tx.delete(attachmentBytesTable, keyOf(name));
}

/** Of a record that leaves the device. */
export async function dropSentAttachments(
  tx: WriteTransaction,
  recordId: RecordId,
): Promise<void> {
  const rows = await tx.scan(attachmentsTable, { prefix: [recordId] });
  for (const { value } of rows)
    if (value.unsent === null) await dropAttachment(tx, value);
}

async function makeRoom(tx: WriteTransaction): Promise<void> {
  const sent = (await tx.scan(attachmentsTable))
    .map(({ value }) => value)
    .filter(({ unsent }) => unsent === null)
    .sort((left, right) => right.usedAtMs - left.usedAtMs);
  let keptBytes = 0;
  for (const row of sent) {
    keptBytes += row.byteLength;
    if (keptBytes > maxKeptAttachmentBytes) await dropAttachment(tx, row);
  }
}

async function change(
  tx: WriteTransaction,
  name: AttachmentName,
  changed: (row: AttachmentRow) => AttachmentRow,
): Promise<void> {
  const row = await tx.get(attachmentsTable, keyOf(name));
  if (row !== undefined)
    await tx.put(attachmentsTable, keyOf(name), changed(row));
}

function keyOf({ recordId, hash }: AttachmentName): readonly [string, string] {
  return [recordId, hash];
}
