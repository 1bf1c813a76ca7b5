import { limits, sha256Hex, teamScope, type RecordId } from "@suture/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordsTable } from "../log/log-tables.ts";
import { endOf, readPage } from "../log/read-log.ts";
import { auditTable } from "../audit/audit-tables.ts";
import { refusalsTable, waitingTable } from "./admission-tables.ts";
import { note, prescribing } from "./contents.test-support.ts";
import { listRefused } from "./refusals.ts";
import {
  openTestStore,
  storeKinds,
  type OpenedStore,
} from "./stores.test-support.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  membership,
  Colleague,
  typeOf,
  type World,
} from "./world.test-support.ts";

describe.each(storeKinds)("over the %s store", (kind) => {
  let opened: OpenedStore;
  let world: World;
  beforeEach(async () => {
    opened = await openTestStore(kind);
    world = await createWorld(createWorldDeps(opened.store));
  });
  afterEach(() => opened.discard());

  const newPatient = async (by: Colleague) => {
    const { organizationId: parentId } = world;
    const { replica, pushed } = by.create(typeOf("patient"), { parentId });
    expectAccepted(await by.push(pushed));
    return replica;
  };
  const auditEvents = async () => {
    const rows = await opened.store.read(world.organizationId, (tx) =>
      tx.scan(auditTable),
    );
    return rows.map(({ value }) => value.entry);
  };

  test("[AD-1] a change is accepted once, and a duplicate with the same places ever after", async () => {
    const clinician = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const edit = clinician.setField(patient, "maritalStatus", "M");
    const [accepted] = await clinician.push(edit);
    const entries = (await auditEvents()).length;
    const [again, alsoAgain] = await clinician.push(edit, edit);
    expect(accepted).toMatchObject({ verdict: "accepted" });
    expect(again).toEqual({ ...accepted, verdict: "duplicate" });
    expect(alsoAgain).toEqual(again);
    expect(await auditEvents()).toHaveLength(entries);
  });

  test("[AD-1] the same change twice in one batch is admitted once", async () => {
    const clinician = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const edit = clinician.setField(patient, "maritalStatus", "M");
    expect(answers(await clinician.push(edit, edit))).toEqual([
      "accepted",
      "duplicate",
    ]);
  });

  test("[AD-2] of a batch that is too large nothing is decoded, and its parts are accepted", async () => {
    const clinician = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const edit = clinician.setField(patient, "maritalStatus", "M");
    const copies = Array<typeof edit>(limits.maxBatchChanges + 1).fill(edit);
    const verdicts = await clinician.push(...copies);
    expect(verdicts).toHaveLength(copies.length);
    for (const verdict of verdicts)
      expect(verdict).toMatchObject({
        code: "batch-too-large",
        hash: sha256Hex(edit.bytes),
      });
    expectAccepted(await clinician.push(edit));
  });

  test("[AD-1] a refusal binds whoever pushed it: in its author's hands a change is judged anew", async () => {
    const [author, other] = [
      await world.hire(["clinician"]),
      await world.hire(["clinician"]),
    ];
    const patient = await newPatient(author);
    const signed = author.sign(patient, "prescribing", prescribing({}), {
      actor: author.newActor(),
    });
    const built = author.setField(patient, "maritalStatus", "M", {
      heads: [patient.receive(signed.bytes)],
      actor: author.newActor(),
    });
    for (let times = 0; times < 2; times += 1)
      expect(answers(await other.push(signed, built))).toEqual([
        "attribution-wrong",
        "depends-on-refused",
      ]);
    expect(answers(await author.push(signed, built))).toEqual([
      "accepted",
      "accepted",
    ]);
    expect(answers(await other.push(signed))).toEqual(["duplicate"]);
    const refused = await opened.store.read(world.organizationId, (tx) =>
      tx.scan(refusalsTable),
    );
    expect(refused).toEqual([]);
  });

  test("[AD-1] [AD-15] what somebody was refused is told them again, whoever pushed the same meanwhile", async () => {
    const { admin } = world;
    const receptionist = await world.hire(["receptionist"]);
    const other = await world.hire(["clinician"]);
    const patient = await newPatient(receptionist);
    const signed = receptionist.sign(patient, "prescribing", prescribing({}), {
      actor: receptionist.newActor(),
    });
    expect(answers(await receptionist.push(signed))).toEqual(["not-permitted"]);
    expect(answers(await other.push(signed))).toEqual(["attribution-wrong"]);
    const now = membership(["clinician"], [world.teamId]);
    expectAccepted(
      await admin.push(admin.sign(receptionist.member, "membership", now)),
    );
    expect(answers(await receptionist.push(signed))).toEqual(["not-permitted"]);
    expect(answers(await other.push(signed))).toEqual(["attribution-wrong"]);
    const { changes } = await opened.store.read(world.organizationId, (tx) =>
      listRefused(tx, { before: null, limit: 10 }),
    );
    expect(changes.map(({ verdict }) => verdict)).toMatchObject([
      { code: "not-permitted", ...receptionist.signer },
    ]);
  });

  test("[AD-6] nothing is kept waiting that its author may not create", async () => {
    const auditor = await world.hire(["auditor"]);
    const { pushed } = auditor.create(typeOf("patient"), {
      parentId: auditor.newRecordId(),
    });
    expect(answers(await auditor.push(pushed))).toEqual(["not-permitted"]);
  });

  test("[AD-5] a bad change is refused alone, and with it only what depends on it", async () => {
    const receptionist = await world.hire(["receptionist"]);
    const patient = await newPatient(receptionist);
    const heads = patient.index.heads();
    const before = receptionist.addEntry(patient, "notes", note("rang"), {
      heads,
    });
    const bad = receptionist.sign(patient, "prescribing", prescribing({}), {
      heads,
      actor: receptionist.newActor(),
    });
    const onBad = receptionist.setField(patient, "maritalStatus", "M", {
      heads: [patient.receive(bad.bytes)],
      actor: receptionist.newActor(),
    });
    const onBefore = receptionist.setField(patient, "maritalStatus", "S", {
      heads: [patient.receive(before.bytes)],
    });
    expect(
      answers(await receptionist.push(before, bad, onBad, onBefore)),
    ).toEqual(["accepted", "not-permitted", "depends-on-refused", "accepted"]);
    // In a later batch too, and whoever asks.
    const onOnBad = receptionist.setField(patient, "maritalStatus", "D", {
      heads: [patient.receive(onBad.bytes)],
      actor: receptionist.newActor(),
    });
    expect(answers(await receptionist.push(onOnBad))).toEqual([
      "depends-on-refused",
    ]);
  });

  test("[AD-5] what depends on a change that is not here is refused for now, and accepted once it is", async () => {
    const clinician = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const one = clinician.setField(patient, "maritalStatus", "M");
    const two = clinician.setField(patient, "maritalStatus", "S");
    const [early] = await clinician.push(two);
    expect(early).toMatchObject({
      code: "missing-dependencies",
      isRetryable: true,
    });
    await clinician.push(two);
    expect(answers(await clinician.push(one, two))).toEqual([
      "accepted",
      "accepted",
    ]);
    const refused = (await auditEvents()).filter(
      ({ event }) => event === "change-refused",
    );
    expect(refused).toHaveLength(1);
  });

  test("[AD-5] to somebody who may not read a record, nothing of it is here", async () => {
    const clinician = await world.hire(["clinician"]);
    const technician = await world.hire(["technician"]);
    const patient = await newPatient(clinician);
    const edit = technician.setField(patient, "maritalStatus", "M");
    expect(answers(await technician.push(edit))).toEqual([
      "missing-dependencies",
    ]);
    const elsewhere = await world.hire(["clinician"], { teamIds: [] });
    const appointment = clinician.create(typeOf("appointment"), {
      parentId: world.teamId,
    });
    expectAccepted(await clinician.push(appointment.pushed));
    const attendance = elsewhere.setField(
      appointment.replica,
      "attendance",
      "arrived",
    );
    expect(answers(await elsewhere.push(attendance))).toEqual([
      "missing-dependencies",
    ]);
  });

  test("[AD-6] what belongs to a record that is not here yet waits, and is judged when it is", async () => {
    const { admin, organizationId } = world;
    const clinician = await world.hire(["clinician"], { teamIds: [] });
    const team = admin.create(typeOf("team"), { parentId: organizationId });
    const appointment = clinician.create(typeOf("appointment"), {
      parentId: team.replica.recordId,
    });
    const edit = clinician.setField(
      appointment.replica,
      "attendance",
      "arrived",
    );
    const bad = clinician.compose(appointment.replica, [
      { key: "shoeSize", set: 43 },
    ]);
    const waiting = [appointment.pushed, edit, bad];
    expect(answers(await clinician.push(...waiting))).toEqual(
      Array(3).fill("parent-not-here"),
    );
    const entries = (await auditEvents()).length;
    await clinician.push(...waiting);
    expect(await auditEvents()).toHaveLength(entries);

    const joins = admin.sign(
      clinician.member,
      "membership",
      membership(["clinician"], [team.replica.recordId]),
    );
    const outcome = await admin.admit(joins, team.pushed);
    expectAccepted(outcome.verdicts);
    expect(outcome.released.map(({ author }) => author.deviceId)).toEqual(
      Array(3).fill(clinician.signer.deviceId),
    );
    expect(answers(outcome.released.map(({ verdict }) => verdict))).toEqual([
      "accepted",
      "accepted",
      "unknown-field",
    ]);
    expect(outcome.appended.map(({ scopeId }) => scopeId)).toContain(
      teamScope(team.replica.recordId),
    );
    expect(answers(await clinician.push(...waiting))).toEqual([
      "duplicate",
      "duplicate",
      "unknown-field",
    ]);
    const left = await opened.store.read(organizationId, (tx) =>
      tx.scan(waitingTable),
    );
    expect(left).toEqual([]);
  });

  test("[AD-6] what belongs to a record that was refused is refused with it", async () => {
    const clinician = await world.hire(["clinician"]);
    const team = clinician.create(typeOf("team"), {
      parentId: world.organizationId,
    });
    const appointment = clinician.create(typeOf("appointment"), {
      parentId: team.replica.recordId,
    });
    expect(
      answers(await clinician.push(team.pushed, appointment.pushed)),
    ).toEqual(["not-permitted", "depends-on-refused"]);
  });

  test("[AD-11] a record that moves is whole in both logs, the moving change last", async () => {
    const { admin, organizationId, teamId } = world;
    const other = admin.create(typeOf("team"), { parentId: organizationId });
    expectAccepted(await admin.push(other.pushed));
    const otherId = other.replica.recordId;
    const technician = await world.hire(["technician"], {
      teamIds: [otherId, teamId].sort(),
    });
    const job = technician.create(typeOf("serviceJob"), { parentId: teamId });
    const edit = technician.addEntry(job.replica, "notes", note("no power"));
    const move = technician.move(job.replica, otherId);
    const after = technician.addEntry(job.replica, "notes", note("fuse"));
    const verdicts = await technician.push(job.pushed, edit, move, after);
    expectAccepted(verdicts);

    const hashes = [...job.replica.index.changes()].map(({ hash }) => hash);
    expect(await logOf(teamId)).toEqual(hashes.slice(0, 3));
    expect(await logOf(otherId)).toEqual(hashes);
    expect(
      verdicts.map((verdict) => "places" in verdict && verdict.places.length),
    ).toEqual([1, 1, 2, 1]);

    // And back again: only what was written meanwhile is appended.
    expectAccepted(await technician.push(technician.move(job.replica, teamId)));
    const all = [...job.replica.index.changes()].map(({ hash }) => hash);
    expect(await logOf(teamId)).toEqual([
      ...hashes.slice(0, 3),
      hashes[3],
      all[4],
    ]);
  });

  test("[AD-11] two moves made apart end in the same team, whichever came first", async () => {
    const { admin, organizationId, teamId } = world;
    const teams = [0, 1].map(() =>
      admin.create(typeOf("team"), { parentId: organizationId }),
    );
    expectAccepted(await admin.push(...teams.map(({ pushed }) => pushed)));
    const ids = teams.map(({ replica }) => replica.recordId);
    const technician = await world.hire(["technician"], {
      teamIds: [teamId, ...ids].sort(),
    });
    const jobs = [0, 1].map(() =>
      technician.create(typeOf("serviceJob"), { parentId: teamId }),
    );
    const actors = [technician.newActor(), technician.newActor()].sort();
    const ended: (RecordId | undefined)[] = [];
    for (const [round, { replica, pushed }] of jobs.entries()) {
      const heads = replica.index.heads();
      const moves = ids.map((id, number) => {
        const actor = actors[number] ?? technician.newActor();
        // An actor is of one record, so the second record's are one digit longer: their order stays.
        const own = `${actor}${round === 0 ? "00" : "01"}` as typeof actor;
        return technician.move(replica, id, { heads, actor: own });
      });
      if (round === 1) moves.reverse();
      expectAccepted(await technician.push(pushed, ...moves));
      const row = await opened.store.read(organizationId, (tx) =>
        tx.get(recordsTable, [replica.recordId]),
      );
      ended.push(row?.parentId ?? undefined);
    }
    expect(ended).toEqual([ids[1], ids[1]]);
  });

  async function logOf(teamId: RecordId) {
    const scopeId = teamScope(teamId);
    return opened.store.read(world.organizationId, async (tx) => {
      const end = await endOf(tx, scopeId);
      if (end === undefined) throw new Error("no such scope");
      const page = await readPage(tx, {
        scopeId,
        after: { ...end, sequence: 0 },
        deviceId: world.admin.signer.deviceId,
        mayRead: () => true,
      });
      return page.rows.map(({ hash }) => hash);
    });
  }
});
