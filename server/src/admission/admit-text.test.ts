import { createMemoryStore } from "@suture/schema";
import { expect, test } from "vitest";
import { serverTables } from "../server-tables.ts";
import type { Replica } from "./author.test-support.ts";
import type { WorkGauge } from "./admission.ts";
import type { PushedChange } from "./judgement.ts";
import type { DocumentTrial } from "./trial/document-trial.ts";
import { createInlineTrial } from "./trial/inline-trial.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type Colleague,
} from "./world.test-support.ts";

/** A world whose trials are counted, and begin only when `gate` lets them. */
async function createScene(gate: () => Promise<void> = async () => undefined) {
  const store = createMemoryStore({ tables: serverTables });
  const inline = createInlineTrial();
  const trialSizes: number[] = [];
  const trial: DocumentTrial = {
    ...inline,
    async try(jobs) {
      trialSizes.push(...jobs.map(({ changes }) => changes.length));
      await gate();
      return inline.try(jobs);
    },
  };
  const world = await createWorld({ ...createWorldDeps(store), trial });
  const clinician = await world.hire(["clinician"]);
  return { world, clinician, trialSizes };
}

/** A service job with its text begun: pushed by whoever calls. */
function newJob(by: Colleague, parentId: Replica["recordId"]) {
  const { replica, pushed } = by.create(typeOf("serviceJob"), { parentId });
  return {
    job: replica,
    begun: [pushed, by.beginText(replica, "description")],
  };
}

test("[AD-22] edits of a text are admitted in their place, those of one record in one trial", async () => {
  const { world, clinician, trialSizes } = await createScene();
  const { job, begun } = newJob(clinician, world.teamId);
  const { job: other, begun: otherBegun } = newJob(clinician, world.teamId);
  const changes = [
    ...begun,
    clinician.writeText(job, "description", "It leaks."),
    clinician.setField(job, "priority", "urgent"),
    ...otherBegun,
    clinician.writeText(job, "description", "It leaks a lot."),
    clinician.writeText(other, "description", "It hums."),
    clinician.setField(other, "priority", "asap"),
    clinician.writeText(job, "description", "It leaks."),
  ];
  expectAccepted(await clinician.push(...changes));
  expect(trialSizes).toEqual([4, 2]);
  expect(answers(await clinician.push(...changes))).toEqual(
    changes.map(() => "duplicate"),
  );
  expect(trialSizes).toHaveLength(2);
});

test("[LM-1] a trial is work of the request that needs it", async () => {
  const store = createMemoryStore({ tables: serverTables });
  let nowMs = 0;
  // Each look at the stopwatch is seven milliseconds after the last.
  const trial = createInlineTrial(() => (nowMs += 7));
  const world = await createWorld({ ...createWorldDeps(store), trial });
  const clinician = await world.hire(["clinician"]);
  const { job, begun } = newJob(clinician, world.teamId);
  const added: number[] = [];
  const gauge: WorkGauge = {
    during: (work) => work(),
    within: (work) => work(),
    add: (ms) => void added.push(ms),
  };
  const push = (...changes: readonly PushedChange[]) =>
    world.admission.admit(clinician.author, changes, gauge);
  await push(...begun);
  const untouched = added.length;
  await push(
    clinician.writeText(job, "description", "It leaks."),
    clinician.writeText(job, "description", "It leaks a lot."),
  );
  expect(added.slice(untouched)).toEqual([7]);
  await push(clinician.setField(job, "priority", "urgent"));
  expect(added).toHaveLength(untouched + 1);
});

test("[AD-22] what is not tried yet holds up nobody, and is tried again on what was admitted meanwhile", async () => {
  const begins: (() => void)[] = [];
  const { world, clinician, trialSizes } = await createScene(
    () => new Promise((resolve) => begins.push(resolve)),
  );
  const colleague = await world.hire(["clinician"]);
  const { job, begun } = newJob(clinician, world.teamId);
  expectAccepted(await clinician.push(...begun));
  const heads = job.index.heads();
  const text = clinician.writeText(job, "description", "It leaks.");
  const pushed = clinician.push(text);
  await untilCalled(begins, 1);
  expectAccepted(
    await colleague.push(
      colleague.setField(job, "priority", "urgent", { heads }),
    ),
  );
  begins[0]?.();
  await untilCalled(begins, 2);
  begins[1]?.();
  expectAccepted(await pushed);
  expect(trialSizes).toEqual([1, 1]);
});

test("[AD-22] a record that changes under every trial lets its text wait on the device", async () => {
  const scene: { disturb?: () => Promise<unknown> } = {};
  const { world, clinician, trialSizes } = await createScene(async () => {
    await scene.disturb?.();
  });
  const colleague = await world.hire(["clinician"]);
  const { job, begun } = newJob(clinician, world.teamId);
  expectAccepted(await clinician.push(...begun));
  const heads = job.index.heads();
  const written = clinician.writeText(job, "description", "It leaks.");
  scene.disturb = () =>
    colleague.push(
      colleague.setField(job, "priority", "urgent", {
        heads,
        actor: colleague.newActor(),
      }),
    );
  expect(answers(await clinician.push(written))).toEqual(["too-much-waiting"]);
  expect(trialSizes).toHaveLength(8);
  delete scene.disturb;
  expectAccepted(await clinician.push(written));
});

test("[AD-22] an unsound change is refused alone, with what builds on it, and is not tried again", async () => {
  const store = createMemoryStore({ tables: serverTables });
  const refused = new Set<Uint8Array>();
  const trial: DocumentTrial = {
    try: async (jobs) =>
      jobs.map(({ changes }) => {
        const bad = changes.findIndex((bytes) =>
          [...refused].some((other) => Buffer.compare(other, bytes) === 0),
        );
        const verdicts = changes.map((_, at) =>
          bad === -1 || at < bad ? "sound" : at === bad ? "unsound" : "untried",
        );
        return { verdicts, workMs: 0 };
      }),
    close: async () => undefined,
  };
  const world = await createWorld({ ...createWorldDeps(store), trial });
  const clinician = await world.hire(["clinician"]);
  const { job, begun } = newJob(clinician, world.teamId);
  const good = clinician.writeText(job, "description", "It leaks.");
  const heads = job.index.heads();
  const bad = clinician.writeText(job, "description", "It drips.");
  const onBad = clinician.writeText(job, "description", "It drips a lot.");
  const beside = clinician.setField(job, "priority", "urgent", {
    heads,
    actor: clinician.newActor(),
  });
  refused.add(bad.bytes);
  const verdicts = await clinician.push(...begun, good, bad, onBad, beside);
  expect(answers(verdicts)).toEqual([
    "accepted",
    "accepted",
    "accepted",
    "document-unsound",
    "depends-on-refused",
    "accepted",
  ]);
  refused.clear();
  expect(answers(await clinician.push(bad))).toEqual(["document-unsound"]);
});

test("[AD-22] a text that waited for its record's parent is tried when that is here", async () => {
  const { world, trialSizes } = await createScene();
  const { admin, organizationId } = world;
  const team = admin.create(typeOf("team"), { parentId: organizationId });
  const teamId = team.replica.recordId;
  const clinician = await world.hire(["clinician"], { teamIds: [teamId] });
  const { job, begun } = newJob(clinician, teamId);
  const changes: PushedChange[] = [
    ...begun,
    clinician.writeText(job, "description", "It leaks."),
    clinician.writeText(job, "description", "It leaks a lot."),
  ];
  expect(answers(await clinician.push(...changes))).toEqual(
    changes.map(() => "parent-not-here"),
  );
  expect(trialSizes).toEqual([]);
  const { verdicts, released } = await admin.admit(team.pushed);
  expectAccepted(verdicts);
  expect(answers(released.map(({ verdict }) => verdict))).toEqual(
    changes.map(() => "accepted"),
  );
  expect(trialSizes).toEqual([1, 1]);
  expect(answers(await clinician.push(...changes))).toEqual(
    changes.map(() => "duplicate"),
  );
});

async function untilCalled(calls: readonly unknown[], count: number) {
  while (calls.length < count) await Promise.resolve();
}
