/**
 * What admission remembers beside the log: whose each actor is, what each member may do, what was refused, what waits, what a
 * proof said may be brought back, and who founded the organization. One partition per organization.
 */
import { z } from "zod";
import {
  changeHashSchema,
  defineBytesTable,
  defineTable,
  deviceIdSchema,
  personIdSchema,
  recordIdSchema,
  refusalCodeSchema,
  roleSchema,
} from "@suture/schema";
import type { Table } from "@suture/schema";

/** `[actor]`: bound at first use, for ever. */
export const actorsTable = defineTable({
  name: "actors",
  schema: z.object({
    memberId: recordIdSchema,
    deviceId: deviceIdSchema,
    recordId: recordIdSchema,
  }),
});

const memberRowSchema = z.object({
  memberId: recordIdSchema,
  roles: z.array(roleSchema),
  teamIds: z.array(recordIdSchema),
  isActive: z.boolean(),
});
export type MemberRow = z.infer<typeof memberRowSchema>;

/** `[memberId]`: rights as they count now. A projection of the member records: the lesser rights while one is in conflict. */
export const membersTable = defineTable({
  name: "members",
  schema: memberRowSchema,
});

const refusalRowSchema = z.object({
  code: refusalCodeSchema,
  message: z.string(),
  isRetryable: z.boolean(),
  /** Nothing is kept of what a stranger sends. */
  memberId: recordIdSchema,
  personId: personIdSchema,
  deviceId: deviceIdSchema,
  atMs: z.int(),
  isCreation: z.boolean(),
});
export type RefusalRow = z.infer<typeof refusalRowSchema>;

/**
 * `[recordId, hash, memberId, deviceId]`: verdicts that refused, each of whoever pushed. Those that accepted stand in the change
 * index.
 */
export const refusalsTable = defineTable({
  name: "refusals",
  schema: refusalRowSchema,
});

/** As `refusals`: what was refused for good, as it came (`refusals.ts`). */
export const refusedBytesTable = defineBytesTable("refused_bytes");

/** `[holder, number]`, by rising number: refusals in the order in which they came, of all, of each member and of each device. */
export const refusedOrderTable = defineTable({
  name: "refused_by_holder",
  schema: z.object({
    recordId: recordIdSchema,
    hash: changeHashSchema,
    memberId: recordIdSchema,
    deviceId: deviceIdSchema,
  }),
});

/** `[holder]` */
export const refusedTotalsTable = defineTable({
  name: "refused_holders",
  schema: z.object({ count: z.int(), byteLength: z.int() }),
});

/** `[hash, recordId, memberId, deviceId]`: where a refusal stands in the order of its holders. */
export const refusedPlacesTable = defineTable({
  name: "refused_places",
  schema: z.object({
    number: z.int(),
    byteLength: z.int(),
    memberId: recordIdSchema,
    deviceId: deviceIdSchema,
  }),
});

const decided = {
  byMemberId: recordIdSchema,
  atMs: z.int(),
  /** In the words of whoever decided. */
  reason: z.string(),
};
const strandedDecisionSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("adopted"),
    ...decided,
    /** The change that it became. */
    as: changeHashSchema,
  }),
  z.object({ kind: z.literal("dismissed"), ...decided }),
]);
export type StrandedDecision = z.infer<typeof strandedDecisionSchema>;

/** `[recordId, hash]`: what somebody decided about a refused change, whoever pushed it. */
export const strandedDecisionsTable = defineTable({
  name: "stranded_decisions",
  schema: strandedDecisionSchema,
});

const waitingRowSchema = z.object({
  /** The order in which all that waits came. */
  number: z.int(),
  parentId: recordIdSchema,
  memberId: recordIdSchema,
  personId: personIdSchema,
  deviceId: deviceIdSchema,
  byteLength: z.int(),
});
export type WaitingRow = z.infer<typeof waitingRowSchema>;

/** `[recordId, hash, memberId]`: for each who pushed it, so that nobody hears that somebody else did. */
export const waitingTable = defineTable({
  name: "waiting_changes",
  schema: waitingRowSchema,
});

/** As `waiting_changes`. */
export const waitingBytesTable = defineBytesTable("waiting_change_bytes");

/** `[parentId, number]`: what is to be judged once that record is here. */
export const waitingUnderTable = defineTable({
  name: "waiting_under",
  schema: z.object({
    recordId: recordIdSchema,
    hash: changeHashSchema,
    memberId: recordIdSchema,
  }),
});

/** `[memberId]`, and `["all"]` with the last number given. */
export const waitingTotalsTable = defineTable({
  name: "waiting_totals",
  schema: z.object({ count: z.int(), byteLength: z.int(), last: z.int() }),
});

/** `[parentId]`: records that are here now, under which what came after that number is still to be judged. */
export const waitingDueTable = defineTable({
  name: "waiting_due",
  schema: z.object({ after: z.int() }),
});

/** `[recordId, hash]`: proven to have been accepted once, and by whom it was written. */
export const restorableTable = defineTable({
  name: "restorable",
  schema: z.object({ memberId: recordIdSchema, deviceId: deviceIdSchema }),
});

const quarantineRowSchema = z.object({
  deviceId: deviceIdSchema,
  memberId: recordIdSchema,
  recordId: recordIdSchema,
  /** Two changes with one actor and sequence: the one that is here, and the one that came later. */
  admitted: changeHashSchema,
  refused: changeHashSchema,
  atMs: z.int(),
});
export type QuarantineRow = z.infer<typeof quarantineRowSchema>;

/** `[deviceId]`: devices that are let in again by an admin only. */
export const quarantinedTable = defineTable({
  name: "quarantined",
  schema: quarantineRowSchema,
});

/** `[deviceId, memberId]`: how many signatures overwrote something that their device had not been sent, and the last one's time. */
export const unseenSignaturesTable = defineTable({
  name: "unseen_signatures",
  schema: z.object({ count: z.int().positive(), lastAtMs: z.int() }),
});

/** `[organizationId]`: who may be linked to the first admin without an invitation. */
export const foundersTable = defineTable({
  name: "founders",
  schema: z.object({ personId: personIdSchema, memberId: recordIdSchema }),
});

export const admissionTables: readonly Table<unknown>[] = [
  actorsTable,
  membersTable,
  refusalsTable,
  refusedBytesTable,
  refusedOrderTable,
  refusedTotalsTable,
  refusedPlacesTable,
  strandedDecisionsTable,
  waitingTable,
  waitingBytesTable,
  waitingUnderTable,
  waitingTotalsTable,
  waitingDueTable,
  restorableTable,
  quarantinedTable,
  unseenSignaturesTable,
  foundersTable,
];
