/**
 * What an organization holds of its records: one partition per organization, and in it the records, the index of each record's
 * changes, the changes' bytes, their statements' texts, and the log of each scope. Only admission writes here.
 *
 * Bytes are kept once, under the record; a log row names them. The live statements after each change are not stored: they
 * follow from the rows before it (`record-memory.ts`).
 */
import { z } from "zod";
import {
  actorIdSchema,
  chainHashSchema,
  changeHashSchema,
  defineBytesTable,
  defineTable,
  deviceIdSchema,
  opIdSchema,
  placeSchema,
  recordIdSchema,
  scopeIdSchema,
} from "@suture/schema";
import type { Table } from "@suture/schema";
import {
  isChangeRow,
  isLogHeadRow,
  isLogRow,
  isRecordRow,
} from "./row-shapes.ts";

const recordRowSchema = z.object({
  recordId: recordIdSchema,
  recordType: z.string(),
  parentId: recordIdSchema.nullable(),
  /** Where its next change is appended. */
  scopeId: scopeIdSchema,
  createdByMemberId: recordIdSchema,
  createdAtMs: z.int(),
  creation: changeHashSchema,
  changeCount: z.int().positive(),
  /** The chain at the place of the last change admitted: whoever knows the record up to there knows all of it. */
  tip: chainHashSchema,
  /** The parents nobody has overwritten yet; the greatest operation's is the parent. */
  parents: z.array(
    z.object({ opId: opIdSchema, parentId: recordIdSchema.nullable() }),
  ),
});
export type RecordRow = z.infer<typeof recordRowSchema>;

/** `[recordId]` */
export const recordsTable = defineTable({
  name: "records",
  schema: recordRowSchema,
  hasShape: isRecordRow,
});

/** `[scopeId, recordId]`: the records of a scope as it is now. */
export const scopeRecordsTable = defineTable({
  name: "scope_records",
  schema: z.object({ recordType: z.string() }),
});

const statementOpSchema = z.object({
  opId: opIdSchema,
  pred: z.array(opIdSchema).readonly(),
});

const changeRowSchema = z.object({
  hash: changeHashSchema,
  actor: actorIdSchema,
  seq: z.int(),
  startOp: z.int(),
  opCount: z.int(),
  deps: z.array(changeHashSchema).readonly(),
  writes: z
    .array(z.object({ target: z.string().nullable(), count: z.int() }))
    .readonly(),
  isRooted: z.boolean(),
  statements: z.record(z.string(), statementOpSchema),
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  admittedAtMs: z.int(),
  /** One per scope whose log holds it, in the order in which they came to. */
  places: z.array(placeSchema).min(1).readonly(),
});
export type ChangeRow = z.infer<typeof changeRowSchema>;

/** `[recordId, number]`, from 1 in the order of admission: the index row of a change, who wrote it and where it stands. */
export const changeIndexTable = defineTable({
  name: "change_index",
  schema: changeRowSchema,
  hasShape: isChangeRow,
});

/** `[recordId, hash]`: the chunk as it arrived. */
export const changeBytesTable = defineBytesTable("change_bytes");

/** `[recordId, hash]`: the bytes of pictures, beside the records that name them. */
export const attachmentsTable = defineBytesTable("attachments");

/** `[recordId, hash]`: of a change that says refused work again, which work, and who had pushed it on which device. */
export const adoptedWorkTable = defineTable({
  name: "adopted_work",
  schema: z.object({
    hash: changeHashSchema,
    memberId: recordIdSchema,
    deviceId: deviceIdSchema,
  }),
});

/** `[recordId, opId]`: statements, so that live ones can be compared without loading changes. */
export const statementsTable = defineTable({
  name: "statements",
  schema: z.object({
    group: z.string(),
    hash: changeHashSchema,
    text: z.string(),
  }),
});

const logRowSchema = z.object({
  recordId: recordIdSchema,
  recordType: z.string(),
  hash: changeHashSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  admittedAtMs: z.int(),
  chain: chainHashSchema,
});
export type LogRow = z.infer<typeof logRowSchema>;

/** `[scopeId, sequence]`, from 1 without gaps. */
export const logTable = defineTable({
  name: "log",
  schema: logRowSchema,
  hasShape: isLogRow,
});

const logHeadRowSchema = z.object({
  epoch: z.string(),
  sequence: z.int().nonnegative(),
  chain: chainHashSchema,
});
export type LogHeadRow = z.infer<typeof logHeadRowSchema>;

/** `[scopeId]`: where the log ends. There from the moment the scope is. */
export const logHeadsTable = defineTable({
  name: "log_heads",
  schema: logHeadRowSchema,
  hasShape: isLogHeadRow,
});

const deliveryRowSchema = z.object({
  /** Of the row before the first one sent. */
  fromSequence: z.int().nonnegative(),
  /** Where the stretches before this one that join it began when it was sent. */
  runFrom: z.int().nonnegative(),
  atMs: z.int(),
});
export type DeliveryRow = z.infer<typeof deliveryRowSchema>;

/**
 * `[deviceId, scopeId, readKey, sequence]`: the stretch of the log that ends at that row was sent to the device, first at that
 * time, with the bytes of the types that `readKey` names. No two of one reader overlap.
 */
export const deliveriesTable = defineTable({
  name: "sent_stretches",
  schema: deliveryRowSchema,
});

export const logTables: readonly Table<unknown>[] = [
  recordsTable,
  scopeRecordsTable,
  changeIndexTable,
  changeBytesTable,
  adoptedWorkTable,
  statementsTable,
  logTable,
  logHeadsTable,
  deliveriesTable,
  attachmentsTable,
];
