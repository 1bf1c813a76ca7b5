import {
  changeHashSchema,
  type ChangesMessage,
  type RecordId,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  damageRecord,
  foundClinic,
  join,
  newPatient,
  openDevice,
  sign,
  TestServer,
  type Device,
} from "../records/clinic.test-support.ts";
import { localPartition, pendingTable } from "./client-tables.ts";
import { changeKey, type PushBatch } from "./push-order.ts";

let ada: Device;
let server: TestServer;
let organizationId: RecordId;
let teamId: RecordId;

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  ({ organizationId, teamId } = await foundClinic(ada));
  server = new TestServer(organizationId);
});

async function nextBatch(except: ReadonlySet<string> = new Set()) {
  return ada.log.nextPush({
    except,
    personIds: new Set([ada.personId]),
    withRestores: false,
  });
}

/** In the order in which it is sent. */
async function allBatches() {
  const found: PushBatch["changes"][number][] = [];
  const sent = new Set<string>();
  for (;;) {
    const batch = await nextBatch(sent);
    if (batch === null) return found;
    for (const change of batch.changes) {
      found.push(change);
      sent.add(changeKey(change.recordId, change.hash));
    }
  }
}

test("[CL-7] a founding goes out as organization, member, team, in one batch", async () => {
  const batch = await nextBatch();
  const types = await Promise.all(
    (batch?.changes ?? []).map(async ({ recordId }) => {
      for (const repository of ["organizations", "members", "teams"] as const)
        if ((await ada.client[repository].get(recordId)).ok) return repository;
      return "?";
    }),
  );
  expect(types).toEqual(["organizations", "members", "teams"]);
});

test("[CL-7] most critical first, behind what it depends on and the creation of the records it names", async () => {
  await server.takeFrom(ada);
  const older = await newPatient(ada, organizationId);
  const edit = await older.edit();
  edit.draft.maritalStatus = "M";
  await edit.save();
  const patient = await newPatient(ada, organizationId);
  await sign(patient);
  const start = new Date(ada.clock.nowMs + 48 * 3_600_000).toISOString();
  const end = new Date(ada.clock.nowMs + 49 * 3_600_000).toISOString();
  const booked = await ada.client.appointments.create({
    parentId: teamId,
    groups: {
      slot: {
        status: "booked",
        period: { start, end },
        participants: {
          "00000000-0000-4000-8000-000000000001": {
            kind: "patient",
            recordId: older.id,
            status: "accepted",
          },
        },
      },
    },
  });
  if (!booked.ok) throw new Error(booked.error.reason);
  const sent = await allBatches();
  expect(sent.map(({ recordId, priority }) => [recordId, priority])).toEqual([
    [patient.id, 3],
    [patient.id, 0],
    // Named by the appointment.
    [older.id, 3],
    [booked.value.id, 2],
    [older.id, 3],
  ]);
});

test("[CL-7] work of somebody without a token here is not sent, nor what depends on it", async () => {
  const batch = await ada.log.nextPush({
    except: new Set(),
    personIds: new Set(),
    withRestores: false,
  });
  expect(batch).toBeNull();
});

test("[CL-2] what is to be sent is made anew from the rows when the log is opened", async () => {
  const before = await ada.client.unsynced();
  await ada.store.write(localPartition, async (tx) => {
    for (const { key } of await tx.scan(pendingTable))
      await tx.delete(pendingTable, key);
  });
  expect(await ada.client.unsynced()).toEqual([]);
  const again = await openDevice({ name: "ada", store: ada.store, start: 2 });
  expect(await again.client.unsynced()).toEqual(before);
});

test("[CL-3] verdicts: accepted, waiting, held, and one on a change that is not here", async () => {
  await server.takeFrom(ada);
  const patient = await newPatient(ada, organizationId);
  const [change] = await ada.client.unsynced();
  if (change === undefined) throw new Error("nothing is unsynced");
  const named = { recordId: patient.id, hash: change.hash };
  await ada.log.applyVerdicts([
    {
      ...named,
      verdict: "waiting",
      code: "parent-not-here",
      message: "It waits.",
    },
  ]);
  await ada.client.settle();
  expect(patient.status.state).toBe("local");
  expect((await ada.client.unsynced())[0]?.reason).toBe("It waits.");
  await ada.log.applyVerdicts([
    {
      ...named,
      verdict: "refused",
      code: "missing-dependencies",
      message: "Something is missing.",
      isRetryable: true,
    },
  ]);
  await ada.client.settle();
  expect(patient.status.state).toBe("local");
  await ada.log.applyVerdicts([
    { ...named, verdict: "duplicate", places: [] },
    {
      recordId: patient.id,
      hash: changeHashSchema.parse("0".repeat(64)),
      verdict: "accepted",
      places: [],
    },
  ]);
  await ada.client.settle();
  expect(patient.status.state).toBe("synced");
});

test("[CL-4] applying a page twice changes nothing; a damaged, torn or foreign page is refused whole", async () => {
  await server.takeFrom(ada);
  const ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician"]);
  await server.deliverTo(ben);
  const held = await ben.log.scopes();
  await server.deliverTo(ben);
  expect(await ben.log.scopes()).toEqual(held);

  await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  const end = server.rows.length;
  const page = (rows: ChangesMessage["rows"]): ChangesMessage => ({
    type: "changes",
    scopeId: server.scopeId,
    rows,
    cursor: server.cursorAt(end),
    hasMore: false,
  });
  const fresh = server.rows.slice(held.get(server.scopeId)?.cursor?.sequence);
  const damaged = fresh.map((row) => {
    const bytes = Uint8Array.from(row.bytes ?? []);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return { ...row, bytes };
  });
  expect(await ben.log.applyPage(page(damaged))).toMatchObject({
    error: { code: "chunk-damaged" },
  });
  expect(await ben.log.applyPage(page([]))).toMatchObject({
    error: { code: "not-next" },
  });
  const foreign = fresh.map((row) => ({
    ...row,
    memberId: organizationId,
  }));
  expect(await ben.log.applyPage(page(foreign))).toMatchObject({
    error: { code: "chain-mismatch" },
  });
  expect(await ben.log.scopes()).toEqual(held);
  expect(await ben.log.applyPage(page(fresh))).toMatchObject({ ok: true });
  expect(await ben.client.patients.list()).toHaveLength(1);
});

test("[CL-5] a snapshot gives whole records, page by page, and remembers how far it came", async () => {
  const patient = await newPatient(ada, organizationId);
  await sign(patient);
  await server.takeFrom(ada);
  const ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician"]);
  const at = server.cursorAt(server.rows.length);
  const snapshot = {
    type: "snapshot" as const,
    scopeId: server.scopeId,
    at,
    records: [{ recordId: patient.id, changes: server.changesOf(patient.id) }],
  };
  const readTypes = ["patient"];
  await ben.log.applySnapshot({ ...snapshot, next: patient.id }, readTypes);
  expect((await ben.log.scopes()).get(server.scopeId)).toEqual({
    cursor: null,
    snapshot: { at, after: patient.id, readTypes },
  });
  await ben.log.applySnapshot(
    { ...snapshot, records: [], next: null },
    readTypes,
  );
  expect((await ben.log.scopes()).get(server.scopeId)).toEqual({
    cursor: at,
    readTypes,
    snapshot: null,
  });
  const read = await ben.client.patients.get(patient.id);
  expect(read.ok && read.value.status.state).toBe("synced");
});

test("[CL-5] changes known by name only are asked for, and are in the record once fetched", async () => {
  const patient = await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  const ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician"]);
  await ben.log.applyPage({
    type: "changes",
    scopeId: server.scopeId,
    rows: server.rows.map((row) =>
      row.recordId === patient.id ? { ...row, bytes: null } : row,
    ),
    cursor: server.cursorAt(server.rows.length),
    hasMore: false,
  });
  const missing = await ben.log.missing(10);
  expect(missing.map(({ recordId }) => recordId)).toEqual([patient.id]);
  const items = server.rows.filter(({ recordId }) => recordId === patient.id);
  await ben.log.applyFetched({ type: "fetched", items });
  expect(await ben.log.missing(10)).toEqual([]);
  expect((await ben.client.patients.get(patient.id)).ok).toBe(true);
});

test("[CL-6] with its creation all of a record is stranded, what builds on nothing too", async () => {
  const team = await ada.client.teams.create({
    parentId: organizationId,
    fields: { name: "South", kind: "service-group" },
  });
  if (!team.ok) throw new Error(team.error.reason);
  await join(ada, organizationId, team.value.id, ["technician"]);
  const job = await ada.client.serviceJobs.create({
    parentId: team.value.id,
    fields: { description: "It hums." },
  });
  if (!job.ok) throw new Error(job.error.reason);
  await server.takeFrom(ada, ({ recordId }) =>
    recordId === job.value.id ? "not-permitted" : null,
  );
  expect(await ada.client.unsynced()).toEqual([]);
  expect(await ada.client.stranded()).toHaveLength(3);
});

test("[CL-6] what was composed on a refused change is stranded with it", async () => {
  await server.takeFrom(ada);
  const patient = await newPatient(ada, organizationId);
  await server.takeFrom(ada);
  const first = await sign(patient);
  await sign(patient);
  await server.takeFrom(ada, ({ hash }) =>
    first.hashes.includes(hash) ? "not-permitted" : null,
  );
  const stranded = await ada.client.stranded();
  expect(stranded.map(({ code }) => code)).toEqual([
    "not-permitted",
    "depends-on-refused",
  ]);
  expect(await ada.client.unsynced()).toEqual([]);
});

test("[CL-10] a damaged chunk is that record's damage; others open as before", async () => {
  const [damaged, sound] = [
    await newPatient(ada, organizationId),
    await newPatient(ada, organizationId),
  ];
  await damageRecord(ada, damaged.id);
  const again = await openDevice({ name: "ada", store: ada.store, start: 2 });
  expect(await again.client.patients.get(damaged.id)).toEqual({
    ok: false,
    error: { code: "store-damaged" },
  });
  expect((await again.client.patients.get(sound.id)).ok).toBe(true);
  expect(await again.client.patients.list()).toHaveLength(1);
});

test("[CL-8] a scope that may no longer be read leaves, but for work that was never accepted", async () => {
  const [accepted, worked] = [
    await newPatient(ada, organizationId),
    await newPatient(ada, organizationId),
  ];
  await server.takeFrom(ada);
  await sign(worked);
  await ada.log.keepOnly(new Map());
  expect((await ada.client.patients.get(accepted.id)).ok).toBe(false);
  expect((await ada.client.patients.get(worked.id)).ok).toBe(true);
  expect(await ada.client.unsynced()).toHaveLength(1);
});
