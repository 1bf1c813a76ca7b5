/**
 * An organization's devices, for those who run it: who of its members is on each, what each said it still holds of theirs and
 * when, and what gives cause for doubt. Everything a device says of itself is by its own word, as last reported. SPEC EV-5.
 *
 * Shown are devices that a member is on, was on when it last reported, or pushed from; of each the organization's own members
 * and nobody else.
 */
import {
  deviceIdSchema,
  recordIdSchema,
  type DeviceDescription,
  type DeviceId,
  type MemberOnDevice,
  type PersonId,
  type ReadTransaction,
  type RecordId,
} from "@suture/schema";

import {
  unseenSignaturesTable,
  type QuarantineRow,
} from "../../admission/admission-tables.ts";
import { quarantinedDevices } from "../../admission/quarantine.ts";
import { deviceReportsTable, type DeviceReport } from "../sync/manifests.ts";
import { activeMembers } from "./active-members.ts";
import type { HttpDeps } from "./http-deps.ts";

/** In quarantine first, then the most critical work first. */
export async function describeDevices(
  deps: Pick<HttpDeps, "connections" | "identity" | "store">,
  organizationId: RecordId,
): Promise<readonly DeviceDescription[]> {
  const { identity, store, connections } = deps;
  const current = await activeMembers(store, organizationId);
  const registered = await identity.organizationDevices.list(
    organizationId,
    current,
  );
  const kept = await store.read(organizationId, readKept);
  const personsByMember = new Map<RecordId, PersonId>();
  const devices = new Map<DeviceId, Map<RecordId, MemberOnDevice>>();
  const memberOn = (deviceId: DeviceId, memberId: RecordId): MemberOnDevice => {
    const members =
      devices.get(deviceId) ?? new Map<RecordId, MemberOnDevice>();
    devices.set(deviceId, members);
    const member = members.get(memberId) ?? {
      memberId,
      isOnDevice: false,
      isConnected: false,
      unseenSignatureCount: 0,
      lastReport: null,
    };
    members.set(memberId, member);
    return member;
  };
  for (const report of kept.reports) {
    if (current.has(report.memberId))
      personsByMember.set(report.memberId, report.personId);
    memberOn(report.deviceId, report.memberId).lastReport = reportOf(report);
  }
  for (const { deviceId, memberId, count } of kept.unseen)
    memberOn(deviceId, memberId).unseenSignatureCount = count;
  for (const { deviceId, memberId } of kept.quarantined.values())
    memberOn(deviceId, memberId);
  for (const { deviceId, members } of registered) {
    for (const { memberId, personId } of members) {
      personsByMember.set(memberId, personId);
      memberOn(deviceId, memberId).isOnDevice = true;
    }
  }
  const described: DeviceDescription[] = [];
  for (const [deviceId, members] of devices) {
    const known =
      registered.find((device) => device.deviceId === deviceId) ??
      (await identity.devices.find(deviceId));
    const quarantine = kept.quarantined.get(deviceId);
    for (const member of members.values()) {
      const personId = personsByMember.get(member.memberId);
      member.isConnected =
        personId !== undefined && connections.has(deviceId, personId);
    }
    described.push({
      deviceId,
      name: known?.name ?? null,
      registeredAtMs: known?.registeredAtMs ?? null,
      revokedAtMs: known?.revokedAtMs ?? null,
      quarantine: quarantine === undefined ? null : findingOf(quarantine),
      members: [...members.values()],
    });
  }
  return described.sort(mostUrgentFirst);
}

/** Whether the organization has anything to do with the device. */
export async function isDeviceOf(
  deps: Parameters<typeof describeDevices>[0],
  organizationId: RecordId,
  deviceId: DeviceId,
): Promise<boolean> {
  const devices = await describeDevices(deps, organizationId);
  return devices.some((device) => device.deviceId === deviceId);
}

async function readKept(tx: ReadTransaction) {
  const reports = await tx.scan(deviceReportsTable);
  const unseen = await tx.scan(unseenSignaturesTable);
  return {
    reports: reports.map(({ value }) => value),
    unseen: unseen.map(({ key, value }) => ({
      deviceId: deviceIdSchema.parse(key[0]),
      memberId: recordIdSchema.parse(key[1]),
      count: value.count,
    })),
    quarantined: await quarantinedDevices(tx),
  };
}

function reportOf(report: DeviceReport): MemberOnDevice["lastReport"] {
  const { unsynced, reportedAtMs, contactAtMs, appVersion, schemaVersion } =
    report;
  return { unsynced, reportedAtMs, contactAtMs, appVersion, schemaVersion };
}

function findingOf({
  memberId,
  recordId,
  admitted,
  refused,
  atMs,
}: QuarantineRow): DeviceDescription["quarantine"] {
  return { memberId, recordId, admitted, refused, atMs };
}

function mostUrgentFirst(
  left: DeviceDescription,
  right: DeviceDescription,
): number {
  const byQuarantine =
    Number(right.quarantine !== null) - Number(left.quarantine !== null);
  if (byQuarantine !== 0) return byQuarantine;
  for (const priority of [0, 1, 2, 3] as const) {
    const difference = countOf(right, priority) - countOf(left, priority);
    if (difference !== 0) return difference;
  }
  return left.deviceId < right.deviceId ? -1 : 1;
}

function countOf(
  { members }: DeviceDescription,
  priority: 0 | 1 | 2 | 3,
): number {
  return members.reduce(
    (sum, { lastReport }) =>
      sum + (lastReport?.unsynced.countsByPriority[priority] ?? 0),
    0,
  );
}
