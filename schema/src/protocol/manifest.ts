import { z } from "zod";

import { recordIdSchema } from "../ids.ts";

/**
 * What a device holds that the server has not acknowledged, said before any data moves, so that others can see what is still
 * out there. SPEC SY-4.
 */
export const manifestSchema = z.strictObject({
  /** Unsynced changes by priority 0 to 3. */
  countsByPriority: z.tuple([
    z.int().nonnegative(),
    z.int().nonnegative(),
    z.int().nonnegative(),
    z.int().nonnegative(),
  ]),
  /** The oldest one's age by the device's own clock; null if there is none. */
  oldestAgeMs: z.int().nonnegative().nullable(),
  /** The records touched, most critical first; cut at 200. */
  recordIds: z.array(recordIdSchema).max(200),
});
export type Manifest = z.infer<typeof manifestSchema>;
