import {
  deviceIdSchema,
  recordIdFromBytes,
  type PresenceMessage,
  type DeviceDescription,
  type MemberOnDevice,
} from "@suture/schema";
import { expect, test } from "vitest";

import { teamRows } from "./team-rows.ts";

const memberId = recordIdFromBytes(new Uint8Array(16).fill(1));
const organizationId = recordIdFromBytes(new Uint8Array(16).fill(2));
const ward = deviceIdSchema.parse("00000000-0000-4000-8000-000000000001");
const phone = deviceIdSchema.parse("00000000-0000-4000-8000-000000000002");
type Counts = [number, number, number, number];

function reported(
  deviceId: typeof ward,
  countsByPriority: Counts,
  contactAtMs: number,
): DeviceDescription {
  const member: MemberOnDevice = {
    memberId,
    isOnDevice: true,
    isConnected: false,
    unseenSignatureCount: 0,
    lastReport: {
      unsynced: { countsByPriority, oldestAgeMs: 1_000 },
      reportedAtMs: contactAtMs,
      contactAtMs,
      appVersion: "1",
      schemaVersion: 1,
    },
  };
  return {
    deviceId,
    name: deviceId === ward ? "Ward" : "Phone",
    registeredAtMs: 0,
    revokedAtMs: null,
    quarantine: null,
    members: [member],
  };
}

function heard(
  deviceId: typeof ward,
  countsByPriority: Counts,
  seenAtMs: number,
): PresenceMessage {
  return {
    type: "presence",
    organizationId,
    deviceId,
    memberId,
    isConnected: true,
    unsynced: { countsByPriority, oldestAgeMs: null, recordIds: [] },
    seenAtMs,
  };
}

test("[AP-70] the devices with the most critical unsent work come first, each with how much, since when and when it was last here", () => {
  const rows = teamRows(
    [reported(ward, [0, 0, 0, 9], 5_000), reported(phone, [1, 1, 0, 0], 7_000)],
    [],
  );
  expect(rows.map(({ deviceName }) => deviceName)).toEqual(["Phone", "Ward"]);
  expect(rows[0]).toMatchObject({
    criticalCount: 2,
    otherCount: 0,
    oldestAtMs: 6_000,
    seenAtMs: 7_000,
    isConnected: false,
  });
});

test("[AP-70] of what the server told and what has been heard since, the later word counts", () => {
  const told = [reported(ward, [3, 0, 0, 0], 5_000)];
  expect(teamRows(told, [heard(ward, [0, 0, 0, 0], 6_000)])).toMatchObject([
    { deviceName: "Ward", criticalCount: 0, isConnected: true },
  ]);
  expect(teamRows(told, [heard(ward, [0, 0, 0, 0], 4_000)])).toMatchObject([
    { criticalCount: 3, isConnected: false },
  ]);
  expect(teamRows([], [heard(phone, [0, 1, 2, 0], 1)])).toMatchObject([
    { deviceName: null, criticalCount: 1, otherCount: 2 },
  ]);
});
