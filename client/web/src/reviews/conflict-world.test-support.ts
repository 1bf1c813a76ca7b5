/**
 * Two colleagues who worked apart and are together again, for tests: a manager's device on which their conflicts lie. Anna's tablet was
 * away from nine o'clock and came back at two in the afternoon.
 */
import { reviewIdOf, type RecordId, type ReviewTask } from "@suture/schema";
import {
  amoxicillin,
  foundClinic,
  join,
  openDevice,
  startMs,
  TestServer,
  warfarin,
  type Device,
} from "@suture/client/clinic-test-support";
import type { Fetch } from "@suture/client";

export const hourMs = 3_600_000;

export interface ConflictWorld {
  readonly manager: Device;
  readonly colleague: Device;
  readonly server: TestServer;
  readonly organizationId: RecordId;
  readonly teamId: RecordId;
  readonly founderId: RecordId;
  /** Everything that either has goes to the server, and to the manager. */
  meet(): Promise<void>;
}

export async function openWorld(fetch?: Fetch): Promise<ConflictWorld> {
  const manager = await openDevice({
    name: "ada",
    ...(fetch !== undefined && { fetch }),
  });
  const { organizationId, teamId, memberId } = await foundClinic(manager);
  const server = new TestServer(organizationId);
  server.nowMs = startMs + 60_000;
  await server.takeFrom(manager);
  const colleague = await openDevice({ name: "anna" });
  const membership = await join(colleague, organizationId, teamId, [
    "clinician",
    "technician",
    "manager",
    "receptionist",
  ]);
  await server.deliverTo(colleague);
  const named = await manager.client.members.create({
    parentId: organizationId,
    recordId: membership.memberId,
    fields: { displayName: "Anna Moyo" },
    groups: {
      membership: {
        roles: ["clinician", "manager", "receptionist", "technician"],
        teams: [teamId],
        active: true,
      },
    },
  });
  if (!named.ok) throw new Error(named.error.reason);
  await server.takeFrom(manager);
  const world: ConflictWorld = {
    manager,
    colleague,
    server,
    organizationId,
    teamId,
    founderId: memberId,
    meet: async () => {
      await server.takeFrom(manager);
      await server.takeFrom(colleague);
      await server.deliverTo(manager);
      await server.deliverTo(colleague);
      await manager.client.settle();
      await colleague.client.settle();
    },
  };
  await world.meet();
  return world;
}

/** "None", by Anna while she was away, and "Coil assembly × 3", by the manager. */
export async function contestParts(world: ConflictWorld): Promise<RecordId> {
  const { manager, colleague, server, organizationId, teamId } = world;
  const scanner = await manager.client.equipment.create({
    parentId: organizationId,
    fields: { deviceName: "CT-04" },
  });
  if (!scanner.ok) throw new Error(scanner.error.reason);
  const job = await manager.client.serviceJobs.create({
    parentId: teamId,
    fields: { equipmentId: scanner.value.id },
  });
  if (!job.ok) throw new Error(job.error.reason);
  await world.meet();
  const theirs = await colleague.client.serviceJobs.get(job.value.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  const own = await job.value.edit();
  own.draft.service.partsReplaced.add({
    kind: "part",
    status: "active",
    code: { text: "Coil assembly" },
    quantity: 3,
  });
  const ownSaved = await own.save();
  const away = await theirs.value.edit();
  away.draft.service.partsReplaced.add({ kind: "none", status: "active" });
  const awaySaved = await away.save();
  if (!ownSaved.ok || !awaySaved.ok) throw new Error("not saved");
  await server.takeFrom(manager);
  server.nowMs = startMs + 5 * hourMs;
  await world.meet();
  return job.value.id;
}

/** Amoxicillin by the manager, warfarin by Anna: different entries, dangerous together. */
export async function contestMedications(
  world: ConflictWorld,
  meet: () => Promise<void> = world.meet,
): Promise<RecordId> {
  const { manager, colleague, organizationId } = world;
  const patient = await manager.client.patients.create({
    parentId: organizationId,
    groups: { identity: { name: [{ text: "Tariro Ncube" }] } },
  });
  if (!patient.ok) throw new Error(patient.error.reason);
  await world.meet();
  const theirs = await colleague.client.patients.get(patient.value.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  const own = await patient.value.edit();
  own.draft.prescribing.medications.add(amoxicillin);
  const ownSaved = await own.save();
  const other = await theirs.value.edit();
  other.draft.prescribing.medications.add(warfarin);
  const otherSaved = await other.save();
  if (!ownSaved.ok || !otherSaved.ok) throw new Error("not saved");
  await meet();
  return patient.value.id;
}

/** The server's task of that conflict as `read` sees it, on the manager's device. */
export async function openTask(
  world: ConflictWorld & { readonly read?: Device },
  recordId: RecordId,
  recordType: string,
  group: string,
): Promise<ReviewTask> {
  const { manager, server, organizationId, read = manager } = world;
  const record =
    recordType === "patient"
      ? await read.client.patients.get(recordId)
      : await read.client.serviceJobs.get(recordId);
  if (!record.ok) throw new Error(record.error.code);
  const reading =
    record.value.type === "patient"
      ? record.value.group("prescribing")
      : record.value.group("service");
  if (reading.status !== "conflict") throw new Error("there is no conflict");
  const task: ReviewTask = {
    kind: "conflict",
    reviewId: reviewIdOf({ kind: "conflict", recordId, group }),
    organizationId,
    scopeId: server.scopeId,
    recordId,
    recordType,
    openedAtMs: server.nowMs,
    revision: 1,
    group,
    candidates: reading.candidates.map(({ opId }) => opId),
  };
  await manager.log.applyReviews({ open: [task], closed: [] });
  return task;
}
