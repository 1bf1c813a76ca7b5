/**
 * The device that a change made over HTTP is attributed to: this person's session on this server. It is a device of the
 * server's, one per session, so that "who, on which device" stays true and two sessions of one person stay apart. SPEC HT-6.
 */
import {
  defineTable,
  deviceIdSchema,
  encodeUtf8,
  personIdSchema,
  sha256,
  type DeviceId,
  type Random,
  type Store,
  randomUuid,
} from "@suture/schema";
import { z } from "zod";

import type { VerifiedSession } from "../../identity/session-tokens.ts";

const systemPartition = "system";

/** `[deviceId]`: whose session it is, for whoever asks what that device was. */
export const sessionDevicesTable = defineTable({
  name: "session_devices",
  schema: z.object({ personId: personIdSchema, firstUsedAtMs: z.int() }),
});

/**
 * The same for every change of the session. Derived by hashing, so that a device id, which everybody in the organization
 * sees, does not give the session's id away.
 */
export async function sessionDevice(
  store: Store,
  { personId, sessionId }: Pick<VerifiedSession, "personId" | "sessionId">,
  atMs: number,
): Promise<DeviceId> {
  const hash = sha256(encodeUtf8(`suture session device ${sessionId}`));
  const derived: Random = { bytes: (length) => hash.slice(0, length) };
  const deviceId = deviceIdSchema.parse(randomUuid(derived));
  await store.write(systemPartition, async (tx) => {
    if ((await tx.get(sessionDevicesTable, [deviceId])) === undefined)
      await tx.put(sessionDevicesTable, [deviceId], {
        personId,
        firstUsedAtMs: atMs,
      });
  });
  return deviceId;
}
