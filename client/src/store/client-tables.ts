/** Every table of a device's store. All rows lie in one partition, so that whatever must be true together is one transaction. */
import {
  chainHashSchema,
  changeHashSchema,
  cursorSchema,
  defineBytesTable,
  defineTable,
  deviceIdSchema,
  leafProofSchema,
  membershipSchema,
  personIdSchema,
  recordIdSchema,
  reviewTaskSchema,
  scopeIdSchema,
  type JsonValue,
  type Table,
} from "@suture/schema";
import { z } from "zod";

import { attachmentBytesTable, attachmentsTable } from "./attachment-rows.ts";
import { hasChangeShape, localChangeSchema } from "./local-change.ts";

export const localPartition = "local";

/** [recordId, localNumber] */
export const changesTable = defineTable({
  name: "changes",
  schema: localChangeSchema,
  hasShape: hasChangeShape,
});

/** [recordId, hash]: the chunk as it was written. Its digest is its name, which is checked whenever it is read. */
export const changeBytesTable = defineBytesTable("change_bytes");

/** [recordId, localNumber of the last change in it]: see `change-pack.ts`. */
export const changePacksTable = defineBytesTable("change_packs");

/** [recordId, hash] → localNumber. A genesis change has the same hash in every record. */
export const changesByHashTable = defineTable({
  name: "changes_by_hash",
  schema: z.int().positive(),
});

/** [priority, localNumber]: the pending and waiting rows of `changes`, in the order in which they are sent. Rebuilt at opening. */
export const pendingTable = defineTable({
  name: "pending",
  schema: z.strictObject({
    recordId: recordIdSchema,
    hash: changeHashSchema,
  }),
});

const logLinkShape = {
  recordId: recordIdSchema,
  hash: changeHashSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
};

const heldRowSchema = z.strictObject({
  ...logLinkShape,
  chain: chainHashSchema.nullable(),
  admittedAtMs: z.int().nullable(),
});
export type HeldRow = z.infer<typeof heldRowSchema>;

/** [scopeId, sequence]: what stands there in the server's log, as far as this device was told. */
export const logRowsTable = defineTable({
  name: "log_rows",
  schema: heldRowSchema,
});

/** [scopeId, sequence]: rows a restored server no longer has, kept as proof of what it had accepted. */
export const lostRowsTable = defineTable({
  name: "lost_rows",
  schema: z.strictObject(logLinkShape),
});

const scopeRowSchema = z.strictObject({
  /** Null until a first snapshot is complete. */
  cursor: cursorSchema.nullable(),
  /** Types of record that are here whole up to the cursor: what everybody who used the device since could read. */
  readTypes: z.array(z.string()).exactOptional(),
  /** A snapshot begun and not complete, and the types it is of. */
  snapshot: z
    .strictObject({
      at: cursorSchema,
      after: recordIdSchema,
      readTypes: z.array(z.string()).exactOptional(),
    })
    .nullable(),
});
export type ScopeRow = z.infer<typeof scopeRowSchema>;

/** [scopeId] */
export const scopesTable = defineTable({
  name: "scopes",
  schema: scopeRowSchema,
});

/** [recordId, hash]: changes known by name whose bytes are to be fetched. */
export const missingTable = defineTable({
  name: "missing",
  schema: z.strictObject({
    ...logLinkShape,
    scopeId: scopeIdSchema,
    sequence: z.int().positive(),
    chain: chainHashSchema,
    admittedAtMs: z.int(),
  }),
});

/** [scopeId, recordId]: records of which only the latest came, to be fetched whole. */
export const incompleteRecordsTable = defineTable({
  name: "incomplete_records",
  schema: z.literal(true),
});

/** [recordId]: what its creation says. */
export const recordsTable = defineTable({
  name: "records",
  schema: z.strictObject({
    recordId: recordIdSchema,
    recordType: z.string(),
    parentId: recordIdSchema.nullable(),
  }),
});

const viewRowSchema = z.strictObject({
  recordId: recordIdSchema,
  parentId: recordIdSchema.nullable(),
  label: z.string(),
  terms: z.array(z.string()),
  conflicts: z.array(z.string()),
  isEnteredInError: z.boolean(),
});
export type ViewRow = z.infer<typeof viewRowSchema>;

/** [recordType, recordId]: what a list needs in order to find a record. Derived; see `stale_views`. */
export const viewsTable = defineTable({
  name: "views",
  schema: viewRowSchema,
});

const listedSchema = z.strictObject({ isEnteredInError: z.boolean() });

type ListedRow = z.infer<typeof listedSchema>;

/** [recordType, parentId or "", label, recordId]: the views in the order of a list. Written with them by `putView`. */
export const viewsByLabelTable = defineTable({
  name: "views_by_label",
  schema: listedSchema,
  hasShape: isListed,
});

const foundSchema = z.strictObject({
  ...listedSchema.shape,
  label: z.string(),
});

/** [recordType, parentId or "", words, recordId]: each term of a view from each of its words on. Written by `putView`. */
export const viewsByWordTable = defineTable({
  name: "views_by_word",
  schema: foundSchema,
  hasShape: (raw): raw is z.infer<typeof foundSchema> =>
    isListed(raw) && "label" in raw && typeof raw.label === "string",
});

/** [recordType, recordId]: the views with a group in conflict. Written by `putView`. */
export const viewsInConflictTable = defineTable({
  name: "views_in_conflict",
  schema: z.literal(true),
});

/** [recordId]: records that changed since their view was made. Written with the change, so no view stays behind. */
export const staleViewsTable = defineTable({
  name: "stale_views",
  schema: z.literal(true),
});

/** [reviewId]: open review tasks, as the server last said. */
export const reviewsTable = defineTable({
  name: "reviews",
  schema: reviewTaskSchema,
});

const receiptSchema = z.strictObject({
  organizationId: recordIdSchema,
  checkpointNumber: z.int().positive(),
  jws: z.string(),
  proof: leafProofSchema,
});
export type Receipt = z.infer<typeof receiptSchema>;

/** [scopeId]: the last signed checkpoint that this device verified against its own chain. */
export const receiptsTable = defineTable({
  name: "receipts",
  schema: receiptSchema,
});

/** [scopeId]: what proves a scope's lost rows: the point both sides hold, and the checkpoint that covered them. Kept until all are back. */
export const lostProofsTable = defineTable({
  name: "lost_proofs",
  schema: z.strictObject({ from: cursorSchema, receipt: receiptSchema }),
});

/** [personId, organizationId]: rights as they last counted. Provisional ones are this device's own, of an organization just founded. */
export const membershipsTable = defineTable({
  name: "memberships",
  schema: z.strictObject({
    ...membershipSchema.shape,
    isProvisional: z.boolean(),
  }),
});

/** [personId, form]: what somebody has begun to write and not saved. */
export const keptFormsTable = defineTable({
  name: "kept_forms",
  schema: z.json() satisfies z.ZodType<JsonValue> as z.ZodType<JsonValue>,
});

const recentSaveSchema = z.strictObject({
  organizationId: recordIdSchema,
  savedAtMs: z.int(),
  /** Whether the record was opened again since: not, and it may not be over yet, or counted. */
  look: z.enum(["none", "looking", "counted"]),
});
export type RecentSave = z.infer<typeof recentSaveSchema>;

/** [personId, recordId]: what each person saved last, for an hour. */
export const recentSavesTable = defineTable({
  name: "recent_saves",
  schema: recentSaveSchema,
});

/** [personId, organizationId, day]: see `reopen-counts.ts`. */
export const reopenCountsTable = defineTable({
  name: "reopen_counts",
  schema: z.strictObject({
    organizationId: recordIdSchema,
    day: z.string(),
    saveCount: z.int().nonnegative(),
    reopenCount: z.int().nonnegative(),
    isReported: z.boolean(),
  }),
});

const passwordCheckSchema = z.strictObject({
  email: z.string().nullable(),
  /** Of PBKDF2, as hex. */
  salt: z.string(),
  digest: z.string(),
  rounds: z.int().positive(),
  wrongTries: z.int().nonnegative(),
  lastTryAtMs: z.int(),
});
export type PasswordCheckRow = z.infer<typeof passwordCheckSchema>;

/** [personId]: what opens a locked device for somebody without the server. */
export const passwordChecksTable = defineTable({
  name: "password_checks",
  schema: passwordCheckSchema,
});

const deviceRowSchema = z.strictObject({
  nextLocalNumber: z.int().positive().exactOptional(),
  /** Who used the device last, and whether they still do; when anybody last touched it, roughly. */
  personId: personIdSchema.exactOptional(),
  isLocked: z.literal(true).exactOptional(),
  usedAtMs: z.int().exactOptional(),
  /** When the server last answered, and had told everything, by this device's clock: as of the last time that it had. */
  lastAnswerAtMs: z.int().exactOptional(),
  caughtUpAtMs: z.int().exactOptional(),
});
export type DeviceRow = z.infer<typeof deviceRowSchema>;

/** [name]: singletons, all under `deviceKey`. */
export const deviceTable = defineTable({
  name: "device",
  schema: deviceRowSchema,
});

export const deviceKey = ["device"] as const;

const damageRowSchema = z.strictObject({
  keptAs: z.string(),
  areAllNamed: z.boolean(),
  /** By this device's clock; null until what was left of the log agrees with itself again. */
  repairedAtMs: z.int().nullable(),
  missing: z.array(
    z.strictObject({ recordId: recordIdSchema, hash: changeHashSchema }),
  ),
  isAcknowledged: z.boolean(),
});
export type DamageRow = z.infer<typeof damageRowSchema>;

/** [number]: each time part of this store was found damaged. */
export const damageReportsTable = defineTable({
  name: "damage_reports",
  schema: damageRowSchema,
});

function isListed(raw: unknown): raw is ListedRow {
  return (
    typeof raw === "object" &&
    raw !== null &&
    "isEnteredInError" in raw &&
    typeof raw.isEnteredInError === "boolean"
  );
}

export const clientTables: readonly Table<unknown>[] = [
  changesTable,
  changeBytesTable,
  changePacksTable,
  changesByHashTable,
  pendingTable,
  logRowsTable,
  lostRowsTable,
  scopesTable,
  missingTable,
  incompleteRecordsTable,
  recordsTable,
  viewsTable,
  viewsByLabelTable,
  viewsByWordTable,
  viewsInConflictTable,
  staleViewsTable,
  reviewsTable,
  receiptsTable,
  lostProofsTable,
  membershipsTable,
  keptFormsTable,
  passwordChecksTable,
  recentSavesTable,
  reopenCountsTable,
  deviceTable,
  damageReportsTable,
  attachmentsTable,
  attachmentBytesTable,
];
