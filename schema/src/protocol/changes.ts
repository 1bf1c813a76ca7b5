import { z } from "zod";

import {
  changeHashSchema,
  deviceIdSchema,
  recordIdSchema,
  scopeIdSchema,
} from "../ids.ts";
import { bytesSchema } from "./bytes.ts";
import { cursorSchema } from "./cursor.ts";

const authored = {
  recordId: recordIdSchema,
  hash: changeHashSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
};

/** One row of a scope's log. */
export const logRowSchema = z.strictObject({
  ...authored,
  sequence: z.int().positive(),
  /** When the server admitted it, by its clock. */
  admittedAtMs: z.int(),
  /** Null where this device wrote it, or may not read it: the chain still needs the row. Own ones are fetched if absent. */
  bytes: bytesSchema.nullable(),
  isReadable: z.boolean(),
});
export type LogRow = z.infer<typeof logRowSchema>;

/** A page of one scope's log behind the device's cursor; later rows follow by themselves once `hasMore` is false. SPEC SY-5. */
export const changesMessage = z.strictObject({
  type: z.literal("changes"),
  scopeId: scopeIdSchema,
  rows: z.array(logRowSchema),
  /** Where the device stands after these rows. */
  cursor: cursorSchema,
  hasMore: z.boolean(),
});
export type ChangesMessage = z.infer<typeof changesMessage>;

/** Asks for the page behind a cursor. */
export const pullMessage = z.strictObject({
  type: z.literal("pull"),
  scopeId: scopeIdSchema,
  cursor: cursorSchema,
});
export type PullMessage = z.infer<typeof pullMessage>;

/** Asks for the bytes of changes the device knows by name only. Answer: `fetched`. */
export const fetchMessage = z.strictObject({
  type: z.literal("fetch"),
  items: z
    .array(z.strictObject({ recordId: recordIdSchema, hash: changeHashSchema }))
    .min(1)
    .max(500),
});
export type FetchMessage = z.infer<typeof fetchMessage>;

/** `bytes` is null for what is not here or may not be read: the same answer. */
export const fetchedMessage = z.strictObject({
  type: z.literal("fetched"),
  items: z.array(
    z.strictObject({
      recordId: recordIdSchema,
      hash: changeHashSchema,
      bytes: bytesSchema.nullable(),
    }),
  ),
});
export type FetchedMessage = z.infer<typeof fetchedMessage>;

/** Asks for a scope record by record, for a device new to it; `after` is the last record of the page before. Answer: `snapshot`. */
export const pullSnapshotMessage = z.strictObject({
  type: z.literal("pull-snapshot"),
  scopeId: scopeIdSchema,
  /** As the first page gave it; null asks for the first. */
  at: cursorSchema.nullable(),
  after: recordIdSchema.nullable(),
});
export type PullSnapshotMessage = z.infer<typeof pullSnapshotMessage>;

/** One record as a scope's log has it. */
export const wholeRecordSchema = z.strictObject({
  recordId: recordIdSchema,
  /** In the log's order, which is causal. */
  changes: z.array(
    z.strictObject({
      hash: changeHashSchema,
      memberId: recordIdSchema,
      deviceId: deviceIdSchema,
      sequence: z.int().positive(),
      admittedAtMs: z.int(),
      bytes: bytesSchema,
    }),
  ),
});
export type WholeRecord = z.infer<typeof wholeRecordSchema>;

/** Whole records as of `at`; when `next` is null the device stands at `at` and pulls the tail from there. SPEC SY-8. */
export const snapshotMessage = z.strictObject({
  type: z.literal("snapshot"),
  scopeId: scopeIdSchema,
  at: cursorSchema,
  records: z.array(wholeRecordSchema),
  next: recordIdSchema.nullable(),
});
export type SnapshotMessage = z.infer<typeof snapshotMessage>;

/** Asks for records of a scope of which the device was sent only what came lately. Answer: `records`. */
export const fetchRecordsMessage = z.strictObject({
  type: z.literal("fetch-records"),
  scopeId: scopeIdSchema,
  recordIds: z.array(recordIdSchema).min(1).max(100),
});
export type FetchRecordsMessage = z.infer<typeof fetchRecordsMessage>;

/** The first of them. A record has no changes where it is not in the scope or may not be read: the same answer. SPEC SY-31. */
export const recordsMessage = z.strictObject({
  type: z.literal("records"),
  scopeId: scopeIdSchema,
  records: z.array(wholeRecordSchema),
});
export type RecordsMessage = z.infer<typeof recordsMessage>;

/**
 * The server's log does not hold what the cursor says. `samples` are points of its chain, latest first, ending at 0: the
 * device finds the last one it shares, returns every row above it to `queued`, and pulls from there. SPEC SY-7.
 */
export const logRegressedMessage = z.strictObject({
  type: z.literal("log-regressed"),
  scopeId: scopeIdSchema,
  samples: z.array(cursorSchema).min(1),
});
export type LogRegressedMessage = z.infer<typeof logRegressedMessage>;
