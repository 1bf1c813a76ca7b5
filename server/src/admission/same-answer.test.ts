import {
  changeHashSchema,
  createMemoryStore,
  genesisOf,
  type Verdict,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { serverTables } from "../server-tables.ts";
import type { PushedChange } from "./judgement.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  membership,
  typeOf,
  type Colleague,
} from "./world.test-support.ts";

interface Scene {
  readonly outsider: Colleague;
  /** Everything the outsider tries, by what it is; the same bytes in either world. */
  readonly probes: Readonly<Record<string, PushedChange>>;
}

/**
 * Two teams, one of which the outsider, a technician, is not of. Beside it there are a job of that team and a patient, or they
 * were never pushed; nothing else differs.
 */
async function createScene(isThere: boolean): Promise<Scene> {
  const store = createMemoryStore({ tables: serverTables });
  const world = await createWorld(createWorldDeps(store));
  const { admin, organizationId, teamId } = world;
  const other = admin.create(typeOf("team"), { parentId: organizationId });
  expectAccepted(await admin.push(other.pushed));
  const otherTeamId = other.replica.recordId;
  const insider = await world.hire(["clinician"], { teamIds: [otherTeamId] });
  const outsider = await world.hire(["technician"]);

  const job = typeOf("serviceJob");
  const hidden = insider.create(job, { parentId: otherTeamId });
  const hiddenEdit = insider.setField(hidden.replica, "priority", "urgent");
  const patient = insider.create(typeOf("patient"), {
    parentId: organizationId,
  });
  const later = insider.newRecordId();
  const waits = insider.create(job, { parentId: later });
  const waitsToo = insider.setField(waits.replica, "priority", "urgent");
  const [theirs] = hidden.replica.index.changes();
  if (theirs === undefined) throw new Error("the job has no change");
  const genesis = {
    recordId: hidden.replica.recordId,
    bytes: genesisOf(job, "description").bytes,
  };
  const probes: Record<string, PushedChange> = {
    edit: outsider.compose(hidden.replica, [{ key: "priority", set: "asap" }]),
    "edit under their actor": outsider.compose(
      hidden.replica,
      [{ key: "priority", set: "asap" }],
      { actor: theirs.actor },
    ),
    "fork of their actor": outsider.compose(
      hidden.replica,
      [{ key: "priority", set: "stat" }],
      { actor: theirs.actor, seq: 1 },
    ),
    "on nothing": outsider.compose(
      hidden.replica,
      [{ key: "priority", set: "asap", pred: [] }],
      { heads: [], startOp: 1 },
    ),
    genesis,
    unreadable: { ...genesis, bytes: new Uint8Array([1, 2, 3]) },
    "their creation": hidden.pushed,
    "their edit": hiddenEdit,
    "their patient": patient.pushed,
    "their waiting creation": waits.pushed,
    "their waiting edit": waitsToo,
    "edit of what waits": outsider.compose(waits.replica, [
      { key: "priority", set: "asap" },
    ]),
    "edit of the patient": outsider.compose(patient.replica, [
      { key: "maritalStatus", set: "M" },
    ]),
  };

  const refused = insider.setField(hidden.replica, "assigneeId", null);
  const onRefused = insider.setField(hidden.replica, "priority", "routine");
  probes["their refused edit"] = refused;
  probes["what they built on it"] = onRefused;
  probes["edit on what was refused"] = outsider.compose(hidden.replica, [
    { key: "priority", set: "asap" },
  ]);

  const own = outsider.create(job, { parentId: teamId });
  const ownAt = own.replica.index.heads();
  probes["edit of their own under the other's actor"] = outsider.compose(
    own.replica,
    [{ key: "priority", set: "asap" }],
    { actor: theirs.actor, seq: 1 },
  );
  probes["move under it"] = outsider.compose(own.replica, [
    { key: "parentId", set: hidden.replica.recordId },
  ]);
  probes["move under the patient"] = outsider.compose(own.replica, [
    { key: "parentId", set: patient.replica.recordId },
  ]);
  probes["move under nothing"] = outsider.compose(own.replica, [
    { key: "parentId", set: outsider.newRecordId() },
  ]);
  probes["move under what waits"] = outsider.compose(own.replica, [
    { key: "parentId", set: waits.replica.recordId },
  ]);
  for (const [name, parentId] of Object.entries({
    "the job": hidden.replica.recordId,
    "the patient": patient.replica.recordId,
    "what waits": waits.replica.recordId,
    "their team": otherTeamId,
    "the own team": teamId,
  }))
    probes[`new under ${name}`] = outsider.create(job, { parentId }).pushed;
  for (const [name, type] of Object.entries({
    patient: "patient",
    team: "team",
    organization: "organization",
  }))
    probes[`the same record as ${name}`] = outsider.create(typeOf(type), {
      recordId: hidden.replica.recordId,
      parentId: type === "organization" ? null : organizationId,
    }).pushed;
  probes["the same record under the patient"] = outsider.create(job, {
    recordId: hidden.replica.recordId,
    parentId: patient.replica.recordId,
  }).pushed;
  probes["edit of their own"] = outsider.setField(
    own.replica,
    "priority",
    "urgent",
    { heads: ownAt },
  );
  probes["edit of their own on the other's"] = {
    recordId: own.replica.recordId,
    bytes: hiddenEdit.bytes,
  };

  expectAccepted(await outsider.push(own.pushed));
  if (isThere) {
    expectAccepted(
      await insider.push(hidden.pushed, hiddenEdit, patient.pushed),
    );
    expect(
      answers(await insider.push(refused, onRefused, waits.pushed, waitsToo)),
    ).toEqual([
      "not-permitted",
      "depends-on-refused",
      "parent-not-here",
      "parent-not-here",
    ]);
  }
  return { outsider, probes };
}

async function pushAll(
  { outsider, probes }: Scene,
  batches: readonly (readonly string[])[],
): Promise<readonly (readonly Verdict[])[]> {
  const verdicts = [];
  for (const names of batches) {
    const changes = names.map((name) => {
      const change = probes[name];
      if (change === undefined) throw new Error(`no probe ${name}`);
      return change;
    });
    verdicts.push(await outsider.push(...changes));
  }
  return verdicts;
}

test("[AD-21] a record that may not be seen gets the verdicts of one that is not there, each change alone and again", async () => {
  const [there, absent] = [await createScene(true), await createScene(false)];
  const names = Object.keys(there.probes).map((name) => [name]);
  const batches = [...names, ...names];
  const verdicts = await pushAll(there, batches);
  for (const [position, expected] of (await pushAll(absent, batches)).entries())
    expect(verdicts[position], batches[position]?.[0]).toEqual(expected);
});

test("[AD-21] a record that may not be seen gets the verdicts of one that is not there, in any batches", async () => {
  const names = Object.keys((await createScene(true)).probes);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom(...names), { minLength: 1 }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (batches) => {
        const there = await pushAll(await createScene(true), batches);
        const absent = await pushAll(await createScene(false), batches);
        expect(JSON.stringify(there)).toBe(JSON.stringify(absent));
      },
    ),
    { numRuns: 20 },
  );
});

test("[AD-21] what another of a person's organizations holds, and they may not read there, is not found there", async () => {
  const scenes = [true, false].map(async (isThere) => {
    const store = createMemoryStore({ tables: serverTables });
    const deps = createWorldDeps(store);
    const [one, other] = [await createWorld(deps), await createWorld(deps)];
    const insider = await other.hire(["clinician"]);
    const person = await one.hire(["technician"]);
    const { organizationId } = other;
    const { replica, pushed } = other.admin.create(typeOf("member"), {
      parentId: organizationId,
      statements: { membership: membership(["technician"], []) },
    });
    expectAccepted(await other.admin.push(pushed));
    await deps.directory.linkPerson(
      { organizationId, memberId: replica.recordId },
      person.author.personId,
    );
    const hidden = insider.create(typeOf("patient"), {
      parentId: organizationId,
    });
    const ownJob = person.create(typeOf("serviceJob"), {
      parentId: one.teamId,
    });
    const probes = [
      person.compose(hidden.replica, [{ key: "maritalStatus", set: "M" }]),
      person.create(typeOf("serviceJob"), {
        parentId: hidden.replica.recordId,
      }).pushed,
      ownJob.pushed,
      person.move(ownJob.replica, hidden.replica.recordId),
    ];
    if (isThere) expectAccepted(await insider.push(hidden.pushed));
    return [await person.push(...probes), await person.push(...probes)];
  });
  const [there, absent] = await Promise.all(scenes);
  expect(JSON.stringify(there)).toBe(JSON.stringify(absent));
});

test("[AD-21] whoever may not read a record any more still hears that their own changes are in it", async () => {
  const { outsider, probes } = await createScene(true);
  const own = probes["edit of their own"];
  if (own === undefined) throw new Error("no probe");
  const [first] = await outsider.push(own);
  const [again] = await outsider.push(own);
  expect(changeHashSchema.parse(first?.hash)).toBe(again?.hash);
  expect(again?.verdict).toBe("duplicate");
});
