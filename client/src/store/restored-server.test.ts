import { firstChain, teamScope } from "@suture/schema";
import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
  TestServer,
} from "../records/clinic.test-support.ts";
import { openLocalLog } from "./local-log.ts";
import { toldUpTo } from "./told-rows.ts";

test("[CL-8, AP-172] what a restored server lost is pending again; others' work waits for its proof", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const ben = await openDevice({ name: "ben" });
  await join(ben, organizationId, teamId, ["clinician", "receptionist"]);
  await server.deliverTo(ben);
  const common = server.rows.length;
  const created = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const patient = created.value;
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await server.deliverTo(ben);
  const theirs = await ben.client.patients.get(patient.id);
  if (!theirs.ok) throw new Error(theirs.error.code);

  await server.confirmTo(ben, { number: 9 });
  expect(theirs.value.status.label).toBe("Synced and confirmed.");

  const samples = [
    { ...server.cursorAt(common), sequence: common + 1 },
    server.cursorAt(common),
    server.cursorAt(0),
  ];
  expect(await ada.log.regress(server.scopeId, samples)).toEqual(
    server.cursorAt(common),
  );
  await ada.client.settle();
  expect(patient.status.state).toBe("queued");
  const own = {
    except: new Set<string>(),
    personIds: new Set([ada.personId]),
    withRestores: false,
  };
  expect(await ada.log.nextPush(own)).toMatchObject({
    changes: [{ recordId: patient.id }],
  });

  await ben.log.regress(server.scopeId, samples);
  await ben.client.settle();
  expect(theirs.value.status.state).toBe("queued");
  const request = {
    except: new Set<string>(),
    personIds: new Set([ben.personId]),
  };
  expect(
    await ben.log.nextPush({ ...request, withRestores: false }),
  ).toBeNull();
  expect(
    await ben.log.nextPush({ ...request, withRestores: true }),
  ).toMatchObject({ personId: null, changes: [{ recordId: patient.id }] });
  // The proof is kept until it is back: a socket or an app that dies meanwhile takes nothing with it.
  const restarted = await openLocalLog({ store: ben.store, clock: ben.clock });
  for (const log of [ben.log, restarted])
    expect(await log.lostProof(server.scopeId)).toMatchObject({
      from: server.cursorAt(common),
      rows: [{ recordId: patient.id }],
      jws: "jws 9",
    });
  expect(await ben.client.unsynced()).toEqual([]);
  expect(await ben.client.doubted()).toEqual({ sentCount: 1, notSentCount: 0 });
  // Refused from this device, it is still there for whoever reads it, and for its author's device to bring back.
  const [lost] = (await ben.log.nextPush({ ...request, withRestores: true }))
    ?.changes ?? [undefined];
  if (lost === undefined) throw new Error("nothing is to be brought back");
  const stranded = await ben.log.applyVerdicts([
    {
      verdict: "refused",
      recordId: patient.id,
      hash: lost.hash,
      code: "not-permitted",
      message: "its author is not of that team",
      isRetryable: false,
    },
  ]);
  expect(stranded).toEqual([]);
  await ben.client.settle();
  expect(theirs.value.status.state).toBe("local");
  expect(await ben.client.doubted()).toEqual({ sentCount: 0, notSentCount: 1 });
  expect(await ben.client.holdsUnacknowledged()).toBe(true);
  expect(await ben.log.lostProof(server.scopeId)).not.toBeNull();
  // It comes back under its place in the new log, which no checkpoint has covered yet, whatever an older one did.
  await server.deliverTo(ben);
  await ben.client.settle();
  expect(theirs.value.status.state).toBe("synced");
  expect(await ben.log.lostProof(server.scopeId)).toBeNull();
  expect(await ben.client.doubted()).toEqual({ sentCount: 0, notSentCount: 0 });
  expect(await ben.client.holdsUnacknowledged()).toBe(false);
  await server.confirmTo(ben, { number: 2 });
  expect(theirs.value.status.state).toBe("confirmed");
  // Lost once more, own work on it goes all the same: nobody knows whether what it stands on can be proven here, or comes back from elsewhere.
  await ben.log.regress(server.scopeId, samples);
  await ben.client.settle();
  const edit = await theirs.value.edit();
  edit.draft.maritalStatus = "M";
  await edit.save();
  expect(
    await ben.log.nextPush({ ...request, withRestores: false }),
  ).toMatchObject({
    personId: ben.personId,
    changes: [{ recordId: patient.id }],
  });
});

test("[CL-8] a place in a scope that this device does not follow proves nothing once a restored server lost the other", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const common = server.rows.length;
  const created = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const patient = created.value;
  const recordId = patient.id;
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const unfollowed = teamScope(recordId);
  const { chain } = server.cursorAt(3);
  const hash = server.rows.at(-1)?.hash;
  if (hash === undefined) throw new Error("nothing was created");
  await ada.log.applyVerdicts([
    {
      verdict: "accepted",
      recordId,
      hash,
      places: [{ scopeId: unfollowed, sequence: 3, chain }],
    },
  ]);
  await ada.client.settle();
  expect(patient.status.state).toBe("synced");
  await ada.log.regress(server.scopeId, [server.cursorAt(common)]);
  await ada.client.settle();
  expect(patient.status.state).toBe("queued");
});

test("[CL-8, AP-172] what is known of a scope from verdicts alone is in doubt once the server lost anything, and once the scope is followed", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const created = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const patient = created.value;
  const recordId = patient.id;
  const changes = await ada.log.unsynced();
  const unfollowed = teamScope(recordId);
  const { chain } = server.cursorAt(3);
  const acceptElsewhere = async () => {
    await ada.log.applyVerdicts(
      changes.map(({ recordId: id, hash }, index) => ({
        verdict: "accepted",
        recordId: id,
        hash,
        places: [{ scopeId: unfollowed, sequence: index + 1, chain }],
      })),
    );
    await ada.client.settle();
    expect(patient.status.state).toBe("synced");
  };
  await acceptElsewhere();
  await ada.log.regress(server.scopeId, [
    server.cursorAt(server.rows.length - 1),
  ]);
  await ada.client.settle();
  expect(patient.status.state).toBe("queued");
  // The last of the followed log, too.
  expect(await ada.client.doubted()).toEqual({
    sentCount: changes.length + 1,
    notSentCount: 0,
  });

  await acceptElsewhere();
  const epoch = "0".repeat(32);
  const start = { epoch, sequence: 0, chain: firstChain(unfollowed, epoch) };
  await ada.log.applyPage({
    type: "changes",
    scopeId: unfollowed,
    rows: [],
    cursor: start,
    hasMore: false,
  });
  await ada.client.settle();
  expect(patient.status.state).toBe("queued");
});

test("[CL-30] a checkpoint of rows that were only told of proves nothing, and leaves an earlier proof as it is", async () => {
  const { ada, ben, server, organizationId, end } = await devices();
  await ada.client.patients.create({ parentId: organizationId });
  await server.takeFrom(ada);
  await server.deliverTo(ben);
  await server.confirmTo(ben, { number: 9 });
  server.putBack(end);
  await ben.log.regress(server.scopeId, [server.cursorAt(end)]);
  const created = await ben.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const patient = created.value;
  await server.takeFrom(ben);
  await server.confirmTo(ben, { number: 10 });
  await ben.client.settle();
  expect(patient.status.state).toBe("confirmed");
  server.putBack(end);
  await ben.log.regress(server.scopeId, [server.cursorAt(end)]);
  await ben.client.settle();
  expect(patient.status.state).toBe("queued");
  expect(await ben.log.lostProof(server.scopeId)).toMatchObject({
    jws: "jws 9",
  });
  await server.takeFrom(ben);
  await ben.client.settle();
  expect(patient.status.state).toBe("synced");
});

test("[CL-30] rows of a record that was fetched whole are in doubt where the log says otherwise, and only there", async () => {
  const { ada, ben, cara, server, organizationId, end } = await devices();
  const created = await ada.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const recordId = created.value.id;
  await server.takeFrom(ada);
  const fetched = {
    type: "records" as const,
    scopeId: server.scopeId,
    records: [{ recordId, changes: server.changesOf(recordId) }],
  };
  await ben.log.applyRecords(fetched);
  await server.deliverTo(ben);
  const theirs = await ben.client.patients.get(recordId);
  if (!theirs.ok) throw new Error(theirs.error.code);
  expect(theirs.value.status.state).toBe("synced");

  await cara.log.applyRecords(fetched);
  server.putBack(end);
  await ben.client.patients.create({ parentId: organizationId });
  await server.takeFrom(ben);
  await expect(server.deliverTo(cara)).rejects.toThrow("told-otherwise");
});

test("[CL-30] what has another place in the log by now is not in doubt for the place it had before", async () => {
  const { ada, ben, cara, server, organizationId, end } = await devices();
  await ada.client.patients.create({ parentId: organizationId });
  await server.takeFrom(ada);
  const created = await ben.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  const recordId = created.value.id;
  await server.takeFrom(ben);
  await cara.log.applyRecords({
    type: "records",
    scopeId: server.scopeId,
    records: [{ recordId, changes: server.changesOf(recordId) }],
  });
  server.putBack(end);
  await ben.log.regress(server.scopeId, [server.cursorAt(end)]);
  await server.takeFrom(ben);
  await server.deliverTo(cara);
  const now = server.cursorAt(server.rows.length);
  expect((await cara.log.read(toldUpTo)).get(server.scopeId)).toBeGreaterThan(
    now.sequence,
  );
  await cara.log.regress(server.scopeId, [now]);
  const theirs = await cara.client.patients.get(recordId);
  if (!theirs.ok) throw new Error(theirs.error.code);
  expect(theirs.value.status.state).toBe("synced");
});

/** All stand where the log ends. */
async function devices() {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  const ben = await openDevice({ name: "ben" });
  const cara = await openDevice({ name: "cara" });
  for (const colleague of [ben, cara]) {
    await join(colleague, organizationId, teamId, ["clinician"]);
    await server.deliverTo(colleague);
  }
  return { ada, ben, cara, server, organizationId, end: server.rows.length };
}
