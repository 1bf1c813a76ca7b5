import {
  canonicalize,
  entryKey,
  organizationScope,
  type Content,
  type Decision,
  type JsonValue,
} from "@suture/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noteDelivered } from "../log/deliveries.ts";
import { changeIndexTable } from "../log/log-tables.ts";
import { endOf } from "../log/read-log.ts";
import { auditTable } from "../audit/audit-tables.ts";
import { createAdmission } from "./admit-batch.ts";
import { membersTable, unseenSignaturesTable } from "./admission-tables.ts";
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
    const { organizationId } = world;
    const count = () =>
      opened.store.read(organizationId, (tx) =>
        tx.get(unseenSignaturesTable, [deviceId, clinician.signer.memberId]),
      );
    expect(await count()).toMatchObject({ count: 1 });
    const sent = { fromSequence: 0, toSequence: (end?.sequence ?? 0) + 1 };
    await opened.store.write(world.organizationId, (tx) =>
      noteDelivered(tx, { deviceId, scopeId, readKey: "patient", ...sent }, 1),
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
