/** What the audit keeps in an organization's partition. Rows are added, never changed; the heads move with them. */
import {
  chainHashSchema,
  checkpointClaimsSchema,
  checkpointLeafSchema,
  defineTable,
  type Table,
} from "@suture/schema";
import { z } from "zod";

import { auditEntrySchema, readNoteSchema } from "./audit-entry.ts";

const headSchema = z.strictObject({
  /** Of the last entry. */
  sequence: z.int().positive(),
  chain: chainHashSchema,
});

const auditRowSchema = z.strictObject({
  atMs: z.int(),
  entry: auditEntrySchema,
  /** After this entry. */
  chain: chainHashSchema,
});
export type AuditRow = z.infer<typeof auditRowSchema>;

/** `[scopeId, sequence]` */
export const auditTable = defineTable({
  name: "audit",
  schema: auditRowSchema,
});

/** `[scopeId]` */
export const auditHeadsTable = defineTable({
  name: "audit_heads",
  schema: headSchema,
});

/** `["identity"]`: the number of the last event owed by identity that an entry of this organization tells. SPEC AU-11. */
export const auditSettledTable = defineTable({
  name: "audit_settled",
  schema: z.strictObject({ number: z.int().positive() }),
});

/** `[scopeId, sequence]`; one row is a batch. */
export const auditReadsTable = defineTable({
  name: "audit_reads",
  schema: z.strictObject({
    atMs: z.int(),
    entry: z.strictObject({ reads: z.array(readNoteSchema).min(1) }),
    chain: chainHashSchema,
  }),
});

/** `[scopeId]` */
export const auditReadHeadsTable = defineTable({
  name: "audit_read_heads",
  schema: headSchema.extend({
    /** Whether the scope's audit says where this chain stands. */
    isAnchored: z.boolean(),
  }),
});

const checkpointRowSchema = z.strictObject({
  claims: checkpointClaimsSchema,
  jws: z.string(),
  /**
   * Those that moved since the checkpoint before. The root is over all of them, by rising scope id: fold the checkpoints from
   * the first to this one.
   */
  changedLeaves: z.array(checkpointLeafSchema).min(1),
});
export type CheckpointRow = z.infer<typeof checkpointRowSchema>;

/** `[number]` */
export const checkpointsTable = defineTable({
  name: "checkpoints",
  schema: checkpointRowSchema,
});

/** `[scopeId]`: each scope's leaf in the last checkpoint. */
export const checkpointLeavesTable = defineTable({
  name: "checkpoint_leaves",
  schema: checkpointLeafSchema,
});

/** Give these when opening the store. */
export const auditTables: readonly Table<unknown>[] = [
  auditTable,
  auditHeadsTable,
  auditSettledTable,
  auditReadsTable,
  auditReadHeadsTable,
  checkpointsTable,
  checkpointLeavesTable,
];
