import { z } from "zod";

import { personIdSchema, recordIdSchema } from "../ids.ts";

/** More than a device ever holds. What a device says is shown to people and added up, so it is bounded. */
const maxUnsyncedChanges = 1_000_000;
/** Ten years. */
export const maxUnsyncedAgeMs = 10 * 366 * 24 * 3_600_000;
export const maxManifestPeople = 64;
export const maxManifestRecords = 200;

const countSchema = z.int().nonnegative().max(maxUnsyncedChanges);

/** How much of what somebody wrote is not on the server yet, by one device's word. */
export const unsyncedCountsSchema = z.strictObject({
  /** Changes by priority 0 to 3. */
  countsByPriority: z.tuple([
    countSchema,
    countSchema,
    countSchema,
    countSchema,
  ]),
  /** The oldest one's age by the device's own clock; null if there is none. */
  oldestAgeMs: z.int().nonnegative().max(maxUnsyncedAgeMs).nullable(),
});
export type UnsyncedCounts = z.infer<typeof unsyncedCountsSchema>;

/**
 * What a device holds that the server has not acknowledged, said before any data moves, so that others can see what is still
 * out there. SPEC SY-4, EV-4.
 */
export const manifestSchema = z.strictObject({
  /** Each person once, of those with such work on the device. */
  people: z
    .array(unsyncedCountsSchema.extend({ personId: personIdSchema }))
    .max(maxManifestPeople),
  /** The records touched, most critical first. */
  recordIds: z.array(recordIdSchema).max(maxManifestRecords),
});
export type Manifest = z.infer<typeof manifestSchema>;
