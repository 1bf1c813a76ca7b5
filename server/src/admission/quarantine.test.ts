import type { ActorId } from "@suture/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appendAudit } from "../audit/append-audit.ts";
import { auditTable } from "../audit/audit-tables.ts";
import { refusalsTable } from "./admission-tables.ts";
import type { Replica } from "./author.test-support.ts";
import { isQuarantined, releaseDevice } from "./quarantine.ts";
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
  typeOf,
  type Colleague,
  type World,
} from "./world.test-support.ts";

describe.each(storeKinds)("over the %s store", (kind) => {
  let opened: OpenedStore;
  let world: World;
  let clinician: Colleague;
  let patient: Replica;
  let actor: ActorId;

  beforeEach(async () => {
    opened = await openTestStore(kind);
    world = await createWorld(createWorldDeps(opened.store));
    clinician = await world.hire(["clinician"]);
    const created = clinician.create(typeOf("patient"), {
      parentId: world.organizationId,
    });
    patient = created.replica;
    expectAccepted(
      await clinician.push(
        created.pushed,
        clinician.setField(patient, "maritalStatus", "M"),
      ),
    );
    const last = [...patient.index.changes()].at(-1);
    if (last === undefined) throw new Error("no change");
    actor = last.actor;
  });
  afterEach(() => opened.discard());

  const secondOf = (by: Colleague, set = "S") =>
    by.compose(patient, [{ key: "maritalStatus", set }], { actor, seq: 2 });
  const own = (by: Colleague, set: string) =>
    by.compose(patient, [{ key: "maritalStatus", set }], {
      actor: by.newActor(),
    });
  const held = (by: Colleague) =>
    opened.store.read(world.organizationId, (tx) =>
      isQuarantined(tx, by.signer.deviceId),
    );
  const auditOf = async (event: string) => {
    const rows = await opened.store.read(world.organizationId, (tx) =>
      tx.scan(auditTable),
    );
    return rows
      .map(({ value }) => value.entry)
      .filter((entry) => entry.event === event);
  };

  test("[EV-7] a second change with one actor and sequence, from that actor's device, quarantines the device", async () => {
    const verdicts = await clinician.push(
      own(clinician, "D"),
      secondOf(clinician),
      own(clinician, "W"),
    );
    expect(answers(verdicts)).toEqual([
      "accepted",
      "sequence-fork",
      "device-quarantined",
    ]);
    expect(verdicts[2]).toMatchObject({ isRetryable: true });
    expect(await held(clinician)).toBe(true);
    const [admitted] = [...patient.index.changes()].slice(-1);
    const [, refused] = verdicts;
    expect(await auditOf("device-quarantined")).toEqual([
      {
        event: "device-quarantined",
        ...clinician.signer,
        recordId: patient.recordId,
        admitted: admitted?.hash,
        refused: refused?.hash,
      },
    ]);
  });

  test("[EV-7] whatever else is wrong with it: built on nothing, on what is not here, a second creation", async () => {
    const forks = [
      () =>
        clinician.compose(patient, [{ key: "maritalStatus", set: "S" }], {
          actor,
          seq: 2,
          heads: [],
          startOp: 1,
        }),
      () =>
        clinician.compose(
          patient,
          [
            { key: "recordId", set: patient.recordId, pred: [] },
            { key: "recordType", set: "patient", pred: [] },
            { key: "parentId", set: world.organizationId, pred: [] },
            { key: "maritalStatus", set: "W", pred: [] },
          ],
          { actor, seq: 1, heads: [], startOp: 1 },
        ),
      () => {
        // Nobody pushes what it builds on.
        clinician.setField(patient, "maritalStatus", "D");
        return secondOf(clinician);
      },
    ];
    for (const fork of forks) {
      expect(answers(await clinician.push(fork()))).toEqual(["sequence-fork"]);
      expect(await held(clinician)).toBe(true);
      await release();
    }
  });

  test("[EV-7] a fork under a colleague's actor, from another device or person, quarantines nobody", async () => {
    const colleague = await world.hire(["clinician"]);
    const elsewhere = world.onAnotherDevice(clinician);
    for (const other of [colleague, elsewhere]) {
      expect(answers(await other.push(secondOf(other)))).toEqual([
        "actor-of-another",
      ]);
      expect(await held(other)).toBe(false);
      expect(await held(clinician)).toBe(false);
    }
    expect(await auditOf("device-quarantined")).toEqual([]);
  });

  test("[EV-7] a retry of what is here, and a gap, quarantine nobody", async () => {
    const again = clinician.setField(patient, "maritalStatus", "D");
    expectAccepted(await clinician.push(again));
    const gap = clinician.compose(
      patient,
      [{ key: "maritalStatus", set: "W" }],
      { actor, seq: 9 },
    );
    expect(answers(await clinician.push(again, gap))).toEqual([
      "duplicate",
      "sequence-gap",
    ]);
    expect(await held(clinician)).toBe(false);
  });

  test("[EV-8] everything from a quarantined device waits there, whoever wrote it; nothing of it is kept here", async () => {
    await clinician.push(secondOf(clinician));
    const refusals = async () =>
      opened.store.read(world.organizationId, (tx) => tx.scan(refusalsTable));
    const before = await refusals();
    const waiting = own(clinician, "W");
    const unreadable = { recordId: patient.recordId, bytes: new Uint8Array(3) };
    const verdicts = await clinician.push(waiting, unreadable);
    expect(answers(verdicts)).toEqual([
      "device-quarantined",
      "device-quarantined",
    ]);
    expect(await refusals()).toEqual(before);
    // A colleague's device goes on as if nothing had been.
    const colleague = await world.hire(["clinician"]);
    expectAccepted(await colleague.push(own(colleague, "L")));
    await release();
    expectAccepted(await clinician.push(waiting));
  });

  test("[EV-8] what a device sent before, and what waits for another record, is not let in while it is quarantined", async () => {
    const manager = await world.hire(["manager"]);
    const team = world.admin.create(typeOf("team"), {
      parentId: world.organizationId,
    });
    const job = manager.create(typeOf("equipment"), {
      parentId: world.organizationId,
    });
    expectAccepted(await manager.push(job.pushed));
    const first = [...job.replica.index.changes()][0];
    if (first === undefined) throw new Error("no change");
    const orphan = manager.create(typeOf("serviceJob"), {
      parentId: team.replica.recordId,
    });
    const waits = await manager.push(orphan.pushed);
    expect(answers(waits)).toEqual(["parent-not-here"]);
    const fork = manager.compose(
      job.replica,
      [{ key: "modelNumber", set: "2" }],
      { actor: first.actor, seq: 1 },
    );
    expect(answers(await manager.push(fork))).toEqual(["sequence-fork"]);
    const outcome = await world.admin.admit(team.pushed);
    expect(answers(outcome.verdicts)).toEqual(["accepted"]);
    expect(answers(outcome.released.map(({ verdict }) => verdict))).toEqual([
      "device-quarantined",
    ]);
  });

  test("[EV-9] released, the device goes on; the release is an entry, and the same old fork does not begin it anew", async () => {
    const fork = secondOf(clinician);
    await clinician.push(fork);
    expect(await release()).toBe(true);
    expect(await release()).toBe(false);
    expect(answers(await clinician.push(fork))).toEqual(["sequence-fork"]);
    expect(await held(clinician)).toBe(false);
    expect(await auditOf("device-released")).toEqual([
      {
        event: "device-released",
        memberId: world.admin.signer.memberId,
        deviceId: clinician.signer.deviceId,
      },
    ]);
    expect(answers(await clinician.push(secondOf(clinician, "L")))).toEqual([
      "sequence-fork",
    ]);
    expect(await held(clinician)).toBe(true);
  });

  function release(): Promise<boolean> {
    const { organizationId, admin } = world;
    return opened.store.write(organizationId, (tx) =>
      releaseDevice(
        appendAudit,
        tx,
        { organizationId, atMs: 1 },
        {
          deviceId: clinician.signer.deviceId,
          byMemberId: admin.signer.memberId,
        },
      ),
    );
  }
});
