/* oxlint-disable house/one-way-imports -- A test brings about what it looks at, through what lies above. */
import {
  organizationScope,
  reviewIdOf,
  teamScope,
  type Content,
  type OpId,
  type RecordId,
} from "@suture/schema";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import {
  first,
  medication,
  prescribing,
  second,
} from "../admission/contents.test-support.ts";
import type { Replica } from "../admission/author.test-support.ts";
import {
  openTestStore,
  storeKinds,
  type OpenedStore,
} from "../admission/stores.test-support.ts";
import {
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type Colleague,
  type World,
} from "../admission/world.test-support.ts";
import { auditTable } from "../audit/audit-tables.ts";
import {
  reviewsByRecordTable,
  reviewsTable,
  type ReviewRow,
} from "./review-tables.ts";
import { creatinine, openTasksOf } from "./reviews.test-support.ts";

const third = "00000000-0000-4000-8000-000000000003";
const aspirin = prescribing({ [first]: medication("aspirin") });
const ibuprofen = prescribing({ [second]: medication("ibuprofen") });

describe.each(storeKinds)("over the %s store", (kind) => {
  let opened: OpenedStore;
  let world: World;
  let anna: Colleague;
  let ben: Colleague;

  beforeEach(async () => {
    opened = await openTestStore(kind);
    world = await createWorld(createWorldDeps(opened.store));
    anna = await world.hire(["clinician", "receptionist"]);
    ben = await world.hire(["clinician", "receptionist"]);
  });
  afterEach(() => opened.discard());

  const openTasks = () => openTasksOf(world);
  const rowsOf = (recordId: RecordId) =>
    world.store.read(world.organizationId, async (tx) => {
      const rows: ReviewRow[] = [];
      for (const { key } of await tx.scan(reviewsByRecordTable, {
        prefix: [recordId],
      })) {
        const row = await tx.get(reviewsTable, [key[1] ?? ""]);
        if (row !== undefined) rows.push(row);
      }
      return rows;
    });
  const events = async () => {
    const rows = await world.store.read(world.organizationId, (tx) =>
      tx.scan(auditTable),
    );
    return rows.map(({ value }) => value.entry);
  };
  const newPatient = async () => {
    const { organizationId: parentId } = world;
    const { replica, pushed } = anna.create(typeOf("patient"), { parentId });
    expectAccepted(await anna.push(pushed));
    return replica;
  };
  /** Two prescriptions by people who had not seen each other's. */
  const prescribeApart = async (
    patient: Replica,
    contents: readonly [Content, Content] = [aspirin, ibuprofen],
  ) => {
    const heads = patient.index.heads();
    const [left, right] = contents;
    const one = anna.sign(patient, "prescribing", left, { heads });
    const other = ben.sign(patient, "prescribing", right, { heads });
    expectAccepted(await anna.push(one));
    const outcome = await ben.admit(other);
    expectAccepted(outcome.verdicts);
    return outcome;
  };

  test("[RV-1] two who prescribe apart open one task, under the id of the question", async () => {
    const patient = await newPatient();
    const { recordId } = patient;
    const outcome = await prescribeApart(patient);
    const [task, ...others] = await openTasks();
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      reviewId: reviewIdOf({
        kind: "conflict",
        recordId,
        group: "prescribing",
      }),
      kind: "conflict",
      organizationId: world.organizationId,
      scopeId: organizationScope(world.organizationId),
      recordType: "patient",
      group: "prescribing",
      candidates: patient.index.live("prescribing"),
      revision: 1,
    });
    expect(outcome.reviews.flatMap(({ delta }) => delta.opened)).toEqual([
      task,
    ]);
    expect(await events()).toContainEqual({
      event: "conflict-opened",
      reviewId: task?.reviewId,
      recordId,
      group: "prescribing",
      candidates: patient.index.live("prescribing"),
    });
  });

  test("[RV-2] another candidate asks anew; a resolution closes; what it had not seen reopens", async () => {
    const patient = await newPatient();
    const before = patient.index.heads();
    await prescribeApart(patient);
    const seen = patient.index.heads();
    const late = prescribing({ [third]: medication("warfarin") });
    const cara = await world.hire(["clinician"]);
    expectAccepted(
      await cara.push(
        cara.sign(patient, "prescribing", late, { heads: before }),
      ),
    );
    expect(await openTasks()).toMatchObject([
      { revision: 2, candidates: { length: 3 } },
    ]);

    const [chosen] = patient.index.liveAt(seen, "prescribing");
    if (chosen === undefined) throw new Error("no candidate");
    const decision = { kind: "choose", candidate: chosen } as const;
    const { content } = patient.foldAt(seen).statementOf(chosen);
    const half = ben.resolve(patient, "prescribing", decision, content, {
      heads: seen,
    });
    expectAccepted(await ben.push(half));
    expect(await openTasks()).toMatchObject([
      { revision: 3, candidates: { length: 2 } },
    ]);

    const all = ben.resolve(patient, "prescribing", { kind: "value" }, late);
    expectAccepted(await ben.push(all));
    expect(await openTasks()).toEqual([]);
    const [closed] = await rowsOf(patient.recordId);
    expect(closed?.state).toMatchObject({
      isOpen: false,
      outcome: "resolved",
      by: ben.signer,
    });
    expect(await events()).toContainEqual(
      expect.objectContaining({
        event: "conflict-resolved",
        memberId: ben.signer.memberId,
        settled:
          closed?.tasks[0]?.kind === "conflict" && closed.tasks[0].candidates,
      }),
    );

    const unseen = anna.sign(patient, "prescribing", aspirin, {
      heads: before,
      actor: anna.newActor(),
    });
    expectAccepted(await anna.push(unseen));
    expect(await openTasks()).toMatchObject([
      { revision: 4, candidates: { length: 2 } },
    ]);
    expect((await events()).map(({ event }) => event)).toContain(
      "conflict-reopened",
    );
  });

  test("[RV-3] who says the same apart agrees: no task, and all signers are on record", async () => {
    const patient = await newPatient();
    const same = prescribing({ [second]: medication("aspirin") });
    await prescribeApart(patient, [aspirin, same]);
    expect(await openTasks()).toEqual([]);
    expect(await events()).toContainEqual(
      expect.objectContaining({
        event: "conflict-agreed",
        signers: expect.arrayContaining([
          expect.objectContaining(anna.signer),
          expect.objectContaining(ben.signer),
        ]),
      }),
    );
  });

  test("[RV-3] a conflict that ends in agreement is closed as agreed", async () => {
    const patient = await newPatient();
    await prescribeApart(patient);
    // Rule 5: anyone may edit one candidate, here until it says what the other says.
    const own = patient.index.heads().filter((hash) =>
      patient
        .foldAt([hash])
        .live("prescribing")
        .some((opId) => signedBy(patient, opId, anna)),
    );
    const edit = anna.sign(patient, "prescribing", ibuprofen, {
      heads: own,
      archive: { [first]: medication("aspirin", "stopped") },
    });
    expectAccepted(await anna.push(edit));
    expect(await openTasks()).toEqual([]);
    const [closed] = await rowsOf(patient.recordId);
    expect(closed?.state).toMatchObject({ isOpen: false, outcome: "agreed" });
    const signerIds =
      closed !== undefined && !closed.state.isOpen
        ? closed.state.signerIds
        : undefined;
    expect(new Set(signerIds)).toEqual(
      new Set([anna.signer.memberId, ben.signer.memberId]),
    );
  });

  test("[RV-4] a result nobody prescribing had seen opens a task, which a statement that had seen it closes", async () => {
    const patient = await newPatient();
    const heads = patient.index.heads();
    const statement = anna.sign(patient, "prescribing", aspirin, { heads });
    const result = ben.addEntry(patient, "measurements", creatinine, { heads });
    expectAccepted(await anna.push(statement));
    expectAccepted(await ben.push(result));
    expect(await openTasks()).toMatchObject([
      { kind: "new-result", group: "prescribing", revision: 1 },
    ]);
    const again = anna.sign(patient, "prescribing", aspirin);
    expectAccepted(await anna.push(again));
    expect(await openTasks()).toEqual([]);
    const [closed] = await rowsOf(patient.recordId);
    expect(closed?.state).toMatchObject({ outcome: "resolved" });
  });

  test("[RV-4] a result that was seen, or came after, asks nothing", async () => {
    const patient = await newPatient();
    const result = ben.addEntry(patient, "measurements", creatinine);
    expectAccepted(await ben.push(result));
    expectAccepted(await anna.push(anna.sign(patient, "prescribing", aspirin)));
    expectAccepted(
      await ben.push(ben.addEntry(patient, "measurements", creatinine)),
    );
    expect(await openTasks()).toEqual([]);
  });

  test("[RV-2] a task goes where its record goes", async () => {
    const team = world.admin.create(typeOf("team"), {
      parentId: world.organizationId,
    });
    expectAccepted(await world.admin.push(team.pushed));
    const otherTeamId = team.replica.recordId;
    const dora = await world.hire(["manager"], {
      teamIds: [world.teamId, otherTeamId],
    });
    const { replica, pushed } = dora.create(typeOf("serviceJob"), {
      parentId: world.teamId,
    });
    expectAccepted(await dora.push(pushed));
    const heads = replica.index.heads();
    for (const part of ["fuse", "pump"]) {
      const content: Content = {
        partsReplaced: {
          [second]: {
            kind: "part",
            code: { text: part },
            quantity: 1,
            status: "active",
          },
        },
        safetyTest: null,
        completion: null,
      };
      const at = { heads, actor: dora.newActor() };
      expectAccepted(
        await dora.push(dora.sign(replica, "service", content, at)),
      );
    }
    const [before] = await openTasks();
    expect(before).toMatchObject({ scopeId: teamScope(world.teamId) });
    const at = { actor: dora.newActor() };
    expectAccepted(await dora.push(dora.move(replica, otherTeamId, at)));
    expect(await openTasks()).toEqual([
      { ...before, scopeId: teamScope(otherTeamId), revision: 2 },
    ]);
  });
});

function signedBy(patient: Replica, opId: OpId, by: Colleague): boolean {
  const { attribution } = patient
    .foldAt(patient.index.heads())
    .statementOf(opId);
  return attribution.memberId === by.signer.memberId;
}
