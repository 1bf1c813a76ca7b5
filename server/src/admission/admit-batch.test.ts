import {
  canonicalize,
  entryKey,
  organizationScope,
  teamScope,
  type Content,
  type Decision,
  type JsonValue,
  type RecordId,
} from "@suture/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noteDelivered } from "../log/deliveries.ts";
import { changeIndexTable, recordsTable } from "../log/log-tables.ts";
import { endOf, readPage } from "../log/read-log.ts";
import { auditTable } from "../audit/audit-tables.ts";
import { createAdmission } from "./admit-batch.ts";
import { membersTable, waitingTable } from "./admission-tables.ts";
import type { Replica } from "./author.test-support.ts";
import {
  first,
  medication,
  note,
  prescribing,
  second,
} from "./contents.test-support.ts";
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

  test("[AD-9] rights are the member's as they count now: while a membership is in conflict, the lesser", async () => {
    const { admin, organizationId } = world;
    const clinician = await world.hire(["clinician", "manager"]);
    const heads = clinician.member.index.heads();
    const [one, two] = [["clinician"], ["manager"]].map((roles) =>
      admin.sign(
        clinician.member,
        "membership",
        membership(roles as ("clinician" | "manager")[], [world.teamId]),
        { heads, actor: admin.newActor() },
      ),
    );
    if (one === undefined || two === undefined) throw new Error("unreachable");
    const outcome = await admin.admit(one, two);
    expect(outcome.membershipsChanged).toEqual([clinician.signer.memberId]);
    expect(outcome.reviews).toHaveLength(1);
    const row = await opened.store.read(organizationId, (tx) =>
      tx.get(membersTable, [clinician.signer.memberId]),
    );
    expect(row).toMatchObject({ roles: [], isActive: true });
    const { pushed } = clinician.create(typeOf("patient"), {
      parentId: organizationId,
    });
    expect(answers(await clinician.push(pushed))).toEqual(["not-permitted"]);
  });

  test("[AD-9] whoever is no longer active may do nothing", async () => {
    const clinician = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const content = { ...membership(["clinician"], []), active: false };
    expectAccepted(
      await world.admin.push(
        world.admin.sign(clinician.member, "membership", content),
      ),
    );
    const edit = clinician.setField(patient, "maritalStatus", "M");
    expect(answers(await clinician.push(edit))).toEqual(["not-permitted"]);
  });

  test("[AD-10] an append-only entry is not written again by leaving out what it overwrites", async () => {
    const clinician = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const key = entryKey("notes", first);
    const set = canonicalize(note("allergic to latex"));
    expectAccepted(
      await clinician.push(clinician.write(patient, [{ key, set }])),
    );
    const heads = patient.index.heads();
    const again = clinician.write(
      patient,
      [{ key, set: canonicalize(note("nothing")), pred: [] }],
      { heads },
    );
    const withdrawn = clinician.write(
      patient,
      [{ key, set: canonicalize(note("wrong", "entered-in-error")) }],
      { heads, actor: clinician.newActor() },
    );
    expect(answers(await clinician.push(again, withdrawn))).toEqual([
      "value-invalid",
      "accepted",
    ]);
  });

  test("[AD-10] a resolution is not written again by leaving out what it overwrites", async () => {
    const { technician, manager, machine, conflict } = await contestedMachine();
    const heads = machine.index.heads();
    expectAccepted(
      await manager.push(
        manager.resolve(machine, "fitness", choose(machine), conflict.one),
      ),
    );
    const key = [...machine.index.changes()]
      .flatMap(({ writes }) => writes)
      .find(({ target }) => target?.startsWith("resolutions/"))?.target;
    const signed = technician.resolutionOps(
      machine,
      "fitness",
      { kind: "combine" },
      conflict.one,
      { heads },
    );
    const rewritten = signed.map((op) =>
      op.key === "fitness" ? op : { ...op, key: key ?? "", pred: [] },
    );
    expect(
      answers(await technician.push(technician.compose(machine, rewritten))),
    ).toEqual(["value-invalid"]);
  });

  test("[AD-8] to combine is for whoever may sign, to choose or to give another value for the resolver", async () => {
    const { technician, manager, machine, conflict } = await contestedMachine();
    const heads = machine.index.heads();
    const resolveAs = (by: Colleague, decision: Decision, content: Content) =>
      by.push(
        by.resolve(machine, "fitness", decision, content, {
          heads,
          actor: by.newActor(),
        }),
      );
    const { one, both } = conflict;
    const value = { kind: "value" } as const;
    const combine = { kind: "combine" } as const;
    const outcomes = [
      await resolveAs(technician, choose(machine), one),
      await resolveAs(technician, value, one),
      await resolveAs(technician, combine, both),
      await resolveAs(manager, choose(machine), one),
      await resolveAs(manager, value, one),
    ];
    expect(outcomes.flatMap(answers)).toEqual([
      "not-permitted",
      "not-permitted",
      "accepted",
      "accepted",
      "accepted",
    ]);
  });

  test("[AD-12] a conflict is found without loading a document, and a signature over the unseen is flagged", async () => {
    const clinician = await world.hire(["clinician"]);
    const colleague = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const heads = patient.index.heads();
    const one = clinician.sign(
      patient,
      "prescribing",
      prescribing({ [first]: medication("warfarin") }),
      { heads },
    );
    const two = colleague.sign(
      patient,
      "prescribing",
      prescribing({ [second]: medication("aspirin") }),
      { heads },
    );
    expectAccepted(await clinician.push(one));
    const outcome = await colleague.admit(two);
    expect(outcome.reviews[0]?.delta.opened).toMatchObject([
      { kind: "conflict", group: "prescribing" },
    ]);
    const scopeId = organizationScope(world.organizationId);
    const end = await opened.store.read(world.organizationId, (tx) =>
      endOf(tx, scopeId),
    );
    const { deviceId } = clinician.signer;
    const resolve = () =>
      clinician.resolve(
        patient,
        "prescribing",
        { kind: "combine" },
        prescribing({
          [first]: medication("warfarin"),
          [second]: medication("aspirin"),
        }),
        { heads: [...patient.index.heads()] },
      );
    const resolution = resolve();
    expectAccepted(await clinician.push(resolution));
    const flags = async () =>
      (await auditEvents()).filter(({ event }) => event === "signed-unseen");
    expect(await flags()).toHaveLength(1);
    await opened.store.write(world.organizationId, (tx) =>
      noteDelivered(
        tx,
        { deviceId, scopeId, sequence: (end?.sequence ?? 0) + 1 },
        1,
      ),
    );
    const colleagues = colleague.sign(
      patient,
      "prescribing",
      prescribing({
        [first]: medication("warfarin"),
        [second]: medication("aspirin"),
      }),
    );
    expectAccepted(await colleague.push(colleagues));
    expect(await flags()).toHaveLength(2);
  });

  test("[AD-14] what is cached is never believed against the rows", async () => {
    const clinician = await world.hire(["clinician"]);
    const patient = await newPatient(clinician);
    const edit = clinician.setField(patient, "maritalStatus", "M");
    const deps = createWorldDeps(opened.store, 2);
    let isFailing = true;
    const admission = createAdmission({
      ...deps,
      directory: world.directory,
      appendAudit: async (...args) => {
        if (isFailing) throw new Error("the disk is gone");
        return deps.appendAudit(...args);
      },
    });
    const { author } = clinician;
    await expect(admission.admit(author, [edit])).rejects.toThrow("disk");
    const rows = await opened.store.read(world.organizationId, (tx) =>
      tx.scan(changeIndexTable, { prefix: [patient.recordId] }),
    );
    expect(rows).toHaveLength(1);
    isFailing = false;
    const { verdicts } = await admission.admit(author, [edit]);
    expect(answers(verdicts)).toEqual(["accepted"]);
  });

  /** Equipment whose fitness two people changed without seeing each other, in parts that combine. */
  async function contestedMachine() {
    const technician = await world.hire(["technician"]);
    const manager = await world.hire(["manager"]);
    const { replica: machine, pushed } = technician.create(
      typeOf("equipment"),
      { parentId: world.organizationId },
    );
    const heads = machine.index.heads();
    const one = fitness("out-of-service", {});
    const notice = { [first]: { status: "active", text: "recall" } };
    const other = fitness("in-service", notice);
    const both = fitness("out-of-service", notice);
    const signed = [one, other].map((content) =>
      technician.sign(machine, "fitness", content, {
        heads,
        actor: technician.newActor(),
      }),
    );
    expectAccepted(await technician.push(pushed, ...signed));
    return { technician, manager, machine, conflict: { one, both } };
  }

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

/** The first of the candidates in the order they were signed. */
function choose(machine: Replica): Decision {
  const [candidate] = [...machine.index.changes()].flatMap(({ statements }) =>
    statements["fitness"] === undefined ? [] : [statements["fitness"].opId],
  );
  if (candidate === undefined) throw new Error("nobody signed");
  return { kind: "choose", candidate };
}

function fitness(
  operationalStatus: string,
  safetyNotices: Readonly<Record<string, JsonValue>>,
): Content {
  return { operationalStatus, quarantine: null, safetyNotices };
}
