/**
 * What colleagues' devices still hold: what the server last heard of each, and what has been heard since. The later word counts; the
 * most critical work comes first. SPEC AP-70.
 */
import type {
  DeviceId,
  PresenceMessage,
  RecordId,
  UnsyncedCounts,
  DeviceDescription,
} from "@suture/schema";

export interface TeamRow {
  readonly deviceId: DeviceId;
  /** Null where the server has not said, or it has none. */
  readonly deviceName: string | null;
  readonly memberId: RecordId;
  readonly isConnected: boolean;
  readonly criticalCount: number;
  readonly otherCount: number;
  /** When the oldest of it was saved, by the word of its device; null where there is none. */
  readonly oldestAtMs: number | null;
  readonly seenAtMs: number | null;
  readonly unseenSignatureCount: number;
  readonly isQuarantined: boolean;
  readonly isRevoked: boolean;
}

export function teamRows(
  devices: readonly DeviceDescription[],
  presence: readonly PresenceMessage[],
): readonly TeamRow[] {
  const rows = new Map<string, TeamRow>();
  for (const device of devices)
    for (const member of device.members) {
      const { memberId, isConnected, lastReport, unseenSignatureCount } =
        member;
      const { deviceId, name } = device;
      rows.set(`${deviceId} ${memberId}`, {
        deviceId,
        deviceName: name,
        memberId,
        isConnected,
        ...workOf(lastReport?.unsynced, lastReport?.reportedAtMs ?? null),
        seenAtMs: lastReport?.contactAtMs ?? null,
        unseenSignatureCount,
        isQuarantined: device.quarantine !== null,
        isRevoked: device.revokedAtMs !== null,
      });
    }
  for (const message of presence) {
    const { deviceId, memberId, isConnected, unsynced, seenAtMs } = message;
    const key = `${deviceId} ${memberId}`;
    const known = rows.get(key);
    if ((known?.seenAtMs ?? 0) > seenAtMs) continue;
    rows.set(key, {
      deviceId,
      deviceName: known?.deviceName ?? null,
      memberId,
      isConnected,
      ...workOf(unsynced, seenAtMs),
      seenAtMs,
      unseenSignatureCount: known?.unseenSignatureCount ?? 0,
      isQuarantined: known?.isQuarantined ?? false,
      isRevoked: known?.isRevoked ?? false,
    });
  }
  return [...rows.values()].sort(mostUrgentFirst);
}

function workOf(
  unsynced: UnsyncedCounts | undefined,
  saidAtMs: number | null,
): Pick<TeamRow, "criticalCount" | "otherCount" | "oldestAtMs"> {
  const [first = 0, second = 0, third = 0, fourth = 0] =
    unsynced?.countsByPriority ?? [];
  const ageMs = unsynced?.oldestAgeMs ?? null;
  return {
    criticalCount: first + second,
    otherCount: third + fourth,
    oldestAtMs: ageMs === null || saidAtMs === null ? null : saidAtMs - ageMs,
  };
}

function mostUrgentFirst(left: TeamRow, right: TeamRow): number {
  return (
    Number(right.isQuarantined) - Number(left.isQuarantined) ||
    right.criticalCount - left.criticalCount ||
    right.otherCount - left.otherCount ||
    (right.seenAtMs ?? 0) - (left.seenAtMs ?? 0)
  );
}
