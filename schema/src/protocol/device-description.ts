/** A device as the server tells it to those who run an organization. What a device says of itself is by its own word. SPEC EV-5. */
import { z } from "zod";

import { changeHashSchema, deviceIdSchema, recordIdSchema } from "../ids.ts";
import { unsyncedCountsSchema } from "./manifest.ts";

const memberOnDeviceSchema = z.object({
  memberId: recordIdSchema,
  /** Whether they are still signed in on it. */
  isOnDevice: z.boolean(),
  isConnected: z.boolean(),
  /** How many of their signatures overwrote something that the device had not been sent. */
  unseenSignatureCount: z.int().nonnegative(),
  /** Null until the device has first been here with them on it. */
  lastReport: z
    .object({
      unsynced: unsyncedCountsSchema,
      /** The age was `oldestAgeMs` then. */
      reportedAtMs: z.int(),
      contactAtMs: z.int(),
      appVersion: z.string(),
      schemaVersion: z.int(),
    })
    .nullable(),
});

export const deviceDescriptionSchema = z.object({
  deviceId: deviceIdSchema,
  /** Given by a person; null for one that stands for a session over HTTP. */
  name: z.string().nullable(),
  registeredAtMs: z.int().nullable(),
  revokedAtMs: z.int().nullable(),
  quarantine: z
    .object({
      memberId: recordIdSchema,
      recordId: recordIdSchema,
      /** Two changes with one actor and sequence. */
      admitted: changeHashSchema,
      refused: changeHashSchema,
      atMs: z.int(),
    })
    .nullable(),
  members: z.array(memberOnDeviceSchema),
});
export type DeviceDescription = z.infer<typeof deviceDescriptionSchema>;

export type MemberOnDevice = DeviceDescription["members"][number];
