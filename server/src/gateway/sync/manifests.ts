/**
 * What every device said it still holds, of each person on it, kept in the organizations these are members of, also when the
 * device goes silent: so that colleagues and those who run the organization see what is out there. SPEC SY-4, EV-4.
 *
 * A device's word counts for people who are on it and for nobody else, and in organizations that they are members of. Records it
 * names that are not here, or are another organization's, are not kept.
 */
import {
  defineTable,
  deviceIdSchema,
  organizationScope,
  personIdSchema,
  recordIdSchema,
  scopeIdSchema,
  teamScope,
  unsyncedCountsSchema,
} from "@suture/schema";
import type {
  DeviceId,
  Manifest,
  PersonId,
  ReadTransaction,
  RecordId,
  ScopeId,
  Table,
  UnsyncedCounts,
  WriteTransaction,
} from "@suture/schema";
import { z } from "zod";
import {
  membersTable,
  type MemberRow,
} from "../../admission/admission-tables.ts";
import { recordsTable } from "../../log/log-tables.ts";

const reportSchema = z.object({
  deviceId: deviceIdSchema,
  personId: personIdSchema,
  memberId: recordIdSchema,
  unsynced: unsyncedCountsSchema,
  /** Records touched on the device, by whomever. */
  records: z.array(
    z.object({
      recordId: recordIdSchema,
      recordType: z.string(),
      scopeId: scopeIdSchema,
    }),
  ),
  appVersion: z.string(),
  schemaVersion: z.int(),
  /** Where its member's colleagues were then. */
  sharedIn: z.array(scopeIdSchema),
  /** When the device last said so, and when it was last here. */
  reportedAtMs: z.int(),
  contactAtMs: z.int(),
});
export type DeviceReport = z.infer<typeof reportSchema>;

/** `[deviceId, personId]`: the last word of each device about each person on it who is a member. */
export const deviceReportsTable = defineTable({
  name: "device_reports",
  schema: reportSchema,
});

/** `[scopeId, deviceId, personId]`: reports that colleagues are told of when they come. */
const sharedReportsTable = defineTable({
  name: "shared_reports",
  schema: z.object({}),
});

export const manifestTables: readonly Table<unknown>[] = [
  deviceReportsTable,
  sharedReportsTable,
];

/** What a device said. */
export interface DeviceWord {
  readonly deviceId: DeviceId;
  /** Whose session it was said in. */
  readonly personId: PersonId;
  readonly manifest: Manifest;
  readonly appVersion: string;
  readonly schemaVersion: number;
  readonly reportedAtMs: number;
  readonly contactAtMs: number;
  readonly isConnected: boolean;
}

/** Somebody on the device, and who that is in the organization. */
export interface PersonHere {
  readonly personId: PersonId;
  readonly memberId: RecordId;
}

/** Keeps a device's word about its people who are members here, and gives what of it is news to colleagues. */
export async function keepReports(
  tx: WriteTransaction,
  organizationId: RecordId,
  people: readonly PersonHere[],
  word: DeviceWord,
): Promise<readonly DeviceReport[]> {
  const { manifest, isConnected, personId: speaker, ...said } = word;
  const { deviceId } = said;
  const records = await knownRecords(tx, manifest.recordIds);
  const news: DeviceReport[] = [];
  for (const { personId, memberId } of people) {
    const key = [deviceId, personId];
    const before = await tx.get(deviceReportsTable, key);
    const unsynced = countsOf(manifest, personId);
    const isHolding = !isNothing(unsynced);
    const member = await tx.get(membersTable, [memberId]);
    const sharedIn =
      member?.isActive === true ? sharedScopes(organizationId, member) : [];
    const report = {
      ...said,
      personId,
      memberId,
      unsynced,
      records: isHolding ? [...records] : [],
      sharedIn: [...sharedIn],
    };
    await tx.put(deviceReportsTable, key, report);
    const isSpeaker = personId === speaker;
    for (const scopeId of new Set([...(before?.sharedIn ?? []), ...sharedIn])) {
      const isShown =
        sharedIn.includes(scopeId) && (isHolding || (isSpeaker && isConnected));
      if (isShown) await tx.put(sharedReportsTable, [scopeId, ...key], {});
      else await tx.delete(sharedReportsTable, [scopeId, ...key]);
    }
    const wasHolding = before !== undefined && !isNothing(before.unsynced);
    if (isSpeaker || isHolding || wasHolding) news.push(report);
  }
  return news;
}

/** Reports of members who are in the scope now: who has left it since is not shown there. */
export async function reportsIn(
  tx: ReadTransaction,
  organizationId: RecordId,
  scopeId: ScopeId,
): Promise<readonly DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const { key } of await tx.scan(sharedReportsTable, {
    prefix: [scopeId],
  })) {
    const report = await tx.get(deviceReportsTable, key.slice(1));
    const member = report && (await tx.get(membersTable, [report.memberId]));
    if (report === undefined || member?.isActive !== true) continue;
    if (sharedScopes(organizationId, member).includes(scopeId))
      reports.push(report);
  }
  return reports;
}

/** Colleagues share a team; whoever is in no team shares the organization's scope. */
export function sharedScopes(
  organizationId: RecordId,
  { teamIds }: Pick<MemberRow, "teamIds">,
): readonly ScopeId[] {
  return teamIds.length === 0
    ? [organizationScope(organizationId)]
    : teamIds.map(teamScope);
}

export function isNothing({ countsByPriority }: UnsyncedCounts): boolean {
  return countsByPriority.every((count) => count === 0);
}

/** Whether two manifests say the same, but for how time goes by. */
export function sameManifest(left: Manifest, right: Manifest): boolean {
  return textOf(left) === textOf(right);
}

function textOf({ people, recordIds }: Manifest): string {
  const counts = people.map(({ personId, countsByPriority }) => [
    personId,
    countsByPriority,
  ]);
  return JSON.stringify([counts, recordIds]);
}

/** Whom the manifest does not name holds nothing. */
function countsOf({ people }: Manifest, personId: PersonId): UnsyncedCounts {
  const said = people.find((person) => person.personId === personId);
  return {
    countsByPriority: said?.countsByPriority ?? [0, 0, 0, 0],
    oldestAgeMs: said?.oldestAgeMs ?? null,
  };
}

async function knownRecords(
  tx: ReadTransaction,
  recordIds: readonly RecordId[],
): Promise<DeviceReport["records"]> {
  const known: DeviceReport["records"] = [];
  for (const recordId of new Set(recordIds)) {
    const row = await tx.get(recordsTable, [recordId]);
    if (row === undefined) continue;
    const { recordType, scopeId } = row;
    known.push({ recordId, recordType, scopeId });
  }
  return known;
}
