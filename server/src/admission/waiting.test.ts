import { createMemoryStore, limits } from "@suture/schema";
import { expect, test } from "vitest";
import { serverTables } from "../server-tables.ts";
import {
  waitingBytesTable,
  waitingDueTable,
  waitingTable,
  waitingTotalsTable,
  waitingUnderTable,
} from "./admission-tables.ts";
import {
  answers,
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type World,
} from "./world.test-support.ts";

const plenty = limits.maxChangeBytes;

async function createScene(memberChanges: number, organizationChanges: number) {
  const store = createMemoryStore({ tables: serverTables });
  const world = await createWorld({
    ...createWorldDeps(store),
    waitingLimits: {
      member: { maxChanges: memberChanges, maxBytes: plenty },
      organization: { maxChanges: organizationChanges, maxBytes: plenty },
    },
  });
  const { admin, organizationId } = world;
  const team = admin.create(typeOf("team"), { parentId: organizationId });
  const teamId = team.replica.recordId;
  const hire = () => world.hire(["clinician"], { teamIds: [teamId] });
  return { world, team: team.pushed, teamId, hire };
}

test("[AD-23] a member has so much waiting and no more, whatever colleagues have; with room again it is taken", async () => {
  const { world, team, teamId, hire } = await createScene(2, 10);
  const [one, other] = [await hire(), await hire()];
  const create = (by: typeof one) =>
    by.create(typeOf("appointment"), { parentId: teamId }).pushed;
  const mine = [create(one), create(one), create(one)];
  expect(answers(await one.push(...mine))).toEqual([
    "parent-not-here",
    "parent-not-here",
    "too-much-waiting",
  ]);
  // What waits already is still told to wait.
  expect(answers(await one.push(...mine))).toEqual([
    "parent-not-here",
    "parent-not-here",
    "too-much-waiting",
  ]);
  expect(answers(await other.push(create(other)))).toEqual(["parent-not-here"]);
  const { verdicts, released } = await world.admin.admit(team);
  expectAccepted(verdicts);
  expect(answers(released.map(({ verdict }) => verdict))).toEqual([
    "accepted",
    "accepted",
    "accepted",
  ]);
  expect(answers(await one.push(...mine))).toEqual([
    "duplicate",
    "duplicate",
    "accepted",
  ]);
  expect(await rowsLeft(world)).toEqual([0, 0, 0, 0]);
});

test("[AD-23] an organization has so much waiting and no more", async () => {
  const { teamId, hire } = await createScene(2, 3);
  const answered = [];
  for (let count = 0; count < 2; count += 1) {
    const member = await hire();
    const changes = [0, 1].map(
      () => member.create(typeOf("appointment"), { parentId: teamId }).pushed,
    );
    answered.push(...answers(await member.push(...changes)));
  }
  expect(answered).toEqual([
    "parent-not-here",
    "parent-not-here",
    "parent-not-here",
    "too-much-waiting",
  ]);
});

test("[AD-24] however much waited, it is judged in its order, and in parts", async () => {
  const { world, team, teamId, hire } = await createScene(200, 200);
  const member = await hire();
  const { replica, pushed } = member.create(typeOf("appointment"), {
    parentId: teamId,
  });
  const changes = [pushed];
  for (let count = 0; count < 100; count += 1)
    changes.push(
      member.setField(
        replica,
        "attendance",
        count % 2 === 0 ? "arrived" : "expected",
      ),
    );
  expect(new Set(answers(await member.push(...changes)))).toEqual(
    new Set(["parent-not-here"]),
  );
  const { released, appended } = await world.admin.admit(team);
  expectAccepted(released.map(({ verdict }) => verdict));
  expect(released).toHaveLength(changes.length);
  const toTeam = appended.filter(({ scopeId }) => scopeId.includes(teamId));
  expect(toTeam.length).toBeGreaterThan(1);
  expect(toTeam.at(-1)?.toSequence).toBe(changes.length);
});

test("[AD-6] what two people pushed alike waits for each of them, and is admitted once", async () => {
  const { world, team, teamId, hire } = await createScene(5, 10);
  const [author, other] = [await hire(), await hire()];
  const { replica, pushed } = author.create(typeOf("appointment"), {
    parentId: teamId,
  });
  const edit = author.setField(replica, "attendance", "arrived");
  expect(answers(await other.push(edit))).toEqual(["missing-dependencies"]);
  expect(answers(await author.push(pushed, edit))).toEqual([
    "parent-not-here",
    "parent-not-here",
  ]);
  expect(answers(await other.push(edit))).toEqual(["missing-dependencies"]);
  expect(answers(await other.push(pushed))).toEqual(["parent-not-here"]);
  const { released } = await world.admin.admit(team);
  expect(answers(released.map(({ verdict }) => verdict))).toEqual([
    "accepted",
    "accepted",
  ]);
  expect(await rowsLeft(world)).toEqual([0, 0, 0, 0]);
});

/** Of what waits. The organization's total stays, for its numbers go on. */
async function rowsLeft({ store, organizationId }: World) {
  const tables = [
    waitingTable,
    waitingBytesTable,
    waitingUnderTable,
    waitingDueTable,
  ];
  return store.read(organizationId, async (tx) => {
    const counts: number[] = [];
    for (const table of tables)
      counts.push((await tx.scan<unknown>(table)).length);
    for (const { value } of await tx.scan(waitingTotalsTable))
      expect(value).toMatchObject({ count: 0, byteLength: 0 });
    return counts;
  });
}
