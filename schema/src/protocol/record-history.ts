/** A record's history as the server tells it: who, on which device, what, from what to what, and what the author had seen. SPEC AU-8. */
import { z } from "zod";

import {
  changeHashSchema,
  deviceIdSchema,
  opIdSchema,
  recordIdSchema,
  scopeIdSchema,
} from "../ids.ts";

const anyValue = z.unknown();

/**
 * `before` is exactly what the edit overwrote: nothing, one value, or several that stood side by side. `after` is absent where
 * nothing stands afterwards.
 */
const fromTo = { before: z.array(anyValue), after: anyValue.optional() };

export const recordHistoryEditSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("value"), target: z.string(), ...fromTo }),
  /** Typed by character and merged by character: the text as a whole stands in the record. */
  z.object({ kind: z.literal("text"), target: z.string() }),
  z.object({
    kind: z.literal("increment"),
    target: z.string(),
    by: z.int(),
  }),
  z.object({
    kind: z.literal("statement"),
    target: z.string(),
    attribution: z.object({
      memberId: recordIdSchema,
      deviceId: deviceIdSchema,
      authoredAtMs: z.int(),
      reason: z.string().optional(),
    }),
    /** Entries and values that changed; all others stayed. */
    changes: z.array(
      z.object({
        part: z.string(),
        /** Null for a value. */
        entryId: z.string().nullable(),
        ...fromTo,
      }),
    ),
  }),
  z.object({
    kind: z.literal("resolution"),
    target: z.string(),
    group: z.string(),
    settles: z.array(z.string()),
    decision: anyValue,
    reason: z.string(),
  }),
]);
export type RecordHistoryEdit = z.infer<typeof recordHistoryEditSchema>;

export const recordHistoryEntrySchema = z.object({
  /** In the order in which the server admitted them, from 1. */
  number: z.int().positive(),
  hash: changeHashSchema,
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  /** The device's clock. Shown; nothing is ordered by it. */
  deviceTimeMs: z.int(),
  /** The server's clock. */
  admittedAtMs: z.int(),
  /** Nothing builds on it yet. Several heads are branches that nobody has brought together. */
  isHead: z.boolean(),
  edits: z.array(recordHistoryEditSchema),
  /** The refused change that it says again, and who had pushed it; null for its author's own work. */
  adopts: z
    .object({
      hash: changeHashSchema,
      memberId: recordIdSchema,
      deviceId: deviceIdSchema,
    })
    .nullable(),
  /** By what the device had been sent on which it was first written: of adopted work, its first author's. */
  seen: z.object({
    /** The changes it builds on; all behind those had been seen too. */
    changes: z.array(changeHashSchema),
    /** The furthest row of each log that had been sent to its device before the server admitted it, and all that join it. */
    delivered: z.array(
      z.object({
        scopeId: scopeIdSchema,
        /** Of the row before the first of them. */
        fromSequence: z.int().nonnegative(),
        sequence: z.int().positive(),
        atMs: z.int(),
      }),
    ),
    /** The statements it overwrote, and when each had been sent to its device; null if no delivery is on record. */
    overwrote: z.array(
      z.object({
        opId: opIdSchema,
        hash: changeHashSchema,
        /** Written on that device itself. */
        isOwn: z.boolean(),
        deliveredAtMs: z.int().nullable(),
      }),
    ),
  }),
});
export type RecordHistoryEntry = z.infer<typeof recordHistoryEntrySchema>;

export const recordHistoryPageSchema = z.object({
  recordId: recordIdSchema,
  recordType: z.string(),
  /** Several are branches that nobody has brought together. */
  heads: z.array(changeHashSchema),
  /** In the order in which the server admitted them. */
  entries: z.array(recordHistoryEntrySchema),
  /** To go on behind; null at the end. */
  next: z.int().positive().nullable(),
});
