/**
 * Pictures on this device, beside the records that name them: taken here and not sent yet, or kept so that they need not be fetched
 * again. What was not sent stays whatever there is to keep; of the rest the longest unused goes first. SPEC AT-6, AT-9.
 */
import {
  attachmentHashSchema,
  defineBytesTable,
  defineTable,
  personIdSchema,
  pictureTypes,
  recordIdSchema,
  type AttachmentHash,
  type PersonId,
  type ReadTransaction,
  type RecordId,
  type WriteTransaction,
} from "@suture/schema";
import { z } from "zod";

const takenShape = { personId: personIdSchema, keptAtMs: z.int() };

const attachmentRowSchema = z.strictObject({
  recordId: recordIdSchema,
  hash: attachmentHashSchema,
  contentType: z.enum(pictureTypes),
  byteLength: z.int().nonnegative(),
  usedAtMs: z.int(),
  /** Null for what the server has. */
  unsent: z
    .strictObject({
      ...takenShape,
      /** Why it was not taken, by the server, or cannot be sent. */
      refusal: z.string().nullable(),
      /** Who else picked the same picture for the same record. */
      others: z.array(personIdSchema).exactOptional(),
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

/** For maps and sets. */
export function attachmentKey({ recordId, hash }: AttachmentName): string {
  return `${recordId} ${hash}`;
}

/** What was sent stays sent. Whoever else picked what was not is noted. */
export async function keepAttachment(
  tx: WriteTransaction,
  row: AttachmentRow,
  bytes: Uint8Array,
): Promise<void> {
  const key = keyOf(row);
  const held = await tx.get(attachmentsTable, key);
  // The same bytes, by their name; damage may have taken them.
  await tx.put(attachmentBytesTable, key, bytes);
  if (held === undefined) {
    await tx.put(attachmentsTable, key, row);
    return makeRoom(tx);
  }
  const personId = row.unsent?.personId;
  if (personId !== undefined && held.unsent !== null)
    await tx.put(attachmentsTable, key, {
      ...held,
      unsent: pickedAgain(held.unsent, personId),
    });
}

export async function markSent(
  tx: WriteTransaction,
  name: AttachmentName,
): Promise<void> {
  await change(tx, name, ({ unsent, ...row }) => {
    if (unsent === null) return { ...row, unsent };
    const { personId, keptAtMs } = unsent;
    return { ...row, unsent: null, sent: { personId, keptAtMs } };
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

/** It goes once nobody who picked it may still name it. */
export async function letGoOfAttachment(
  tx: WriteTransaction,
  name: AttachmentName,
  personId: PersonId,
): Promise<void> {
  const row = await tx.get(attachmentsTable, keyOf(name));
  if (!row?.unsent) return;
  const { others = [], ...unsent } = row.unsent;
  const keepers = [unsent.personId, ...others];
  const [first, ...rest] = keepers.filter((keeper) => keeper !== personId);
  if (first === undefined) return dropAttachment(tx, name);
  const left = { ...unsent, personId: first, others: rest };
  await tx.put(attachmentsTable, keyOf(name), { ...row, unsent: left });
}

async function dropAttachment(
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

function pickedAgain(
  { others = [], ...unsent }: UnsentAttachmentRow["unsent"],
  personId: PersonId,
): UnsentAttachmentRow["unsent"] {
  const isNoted = unsent.personId === personId || others.includes(personId);
  return {
    ...unsent,
    refusal: null,
    others: isNoted ? others : [...others, personId],
  };
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
