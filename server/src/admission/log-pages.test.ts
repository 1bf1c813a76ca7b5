import {
  createMemoryStore,
  organizationScope,
  teamScope,
} from "@suture/schema";
import type { Cursor, ScopeId } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";
import { note } from "./contents.test-support.ts";
import {
  Colleague,
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type World,
} from "./world.test-support.ts";
import { serverTables } from "../server-tables.ts";
import { fetchChange } from "../log/fetch-change.ts";
import { endOf, holdsCursor, readPage, samples } from "../log/read-log.ts";
import { snapshotPage, wholeRecord } from "../log/read-snapshot.ts";

let world: World;
let clinician: Colleague;
let scopeId: ScopeId;
const mayRead = (type: string) => type !== "member";

beforeEach(async () => {
  const store = createMemoryStore({ tables: serverTables });
  world = await createWorld(createWorldDeps(store));
  clinician = await world.hire(["clinician"]);
  scopeId = organizationScope(world.organizationId);
});

const read: World["store"]["read"] = (partition, work) =>
  world.store.read(partition, work);

async function end(): Promise<Cursor> {
  const cursor = await read(world.organizationId, (tx) => endOf(tx, scopeId));
  if (cursor === undefined) throw new Error("no such scope");
  return cursor;
}

async function start(): Promise<Cursor> {
  const points = await read(world.organizationId, (tx) => samples(tx, scopeId));
  const first = points.at(-1);
  if (first === undefined) throw new Error("no such scope");
  return first;
}

async function addPatients(count: number): Promise<void> {
  const patients = Array.from({ length: count }, () =>
    clinician.create(typeOf("patient"), { parentId: world.organizationId }),
  );
  expectAccepted(
    await clinician.push(
      ...patients.map(({ pushed }) => pushed),
      ...patients.map(({ replica }) =>
        clinician.addEntry(replica, "notes", note("rang")),
      ),
    ),
  );
}

test("[AD-19] pages follow each other without a gap to the end, whatever their limits", async () => {
  await addPatients(6);
  const last = await end();
  for (const limit of [
    { limitChanges: 1 },
    { limitChanges: 5 },
    { limitBytes: 1 },
    { limitBytes: 700 },
    {},
  ]) {
    let after = await start();
    const sequences: number[] = [];
    for (let hasMore = true; hasMore;) {
      const { deviceId } = world.admin.signer;
      const request = { scopeId, after, deviceId, mayRead, ...limit };
      const page = await read(world.organizationId, (tx) =>
        readPage(tx, request),
      );
      expect(page.rows.length).toBeGreaterThan(0);
      sequences.push(...page.rows.map(({ sequence }) => sequence));
      after = page.cursor;
      hasMore = page.hasMore;
    }
    expect(after).toEqual(last);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    expect(sequences).toHaveLength(last.sequence);
  }
});

test("[AD-19] rows of types the reader may not read, and its own, come without bytes", async () => {
  await addPatients(1);
  const page = async (withOwnBytes: boolean) => {
    const after = await start();
    const { deviceId } = clinician.signer;
    const request = { scopeId, after, deviceId, mayRead, withOwnBytes };
    const { rows } = await read(world.organizationId, (tx) =>
      readPage(tx, request),
    );
    return rows.map(({ bytes, isReadable }) => [isReadable, bytes !== null]);
  };
  const [organization, member, team] = [
    [true, true],
    [false, false],
    [true, true],
  ];
  expect(await page(false)).toEqual([
    organization,
    member,
    team,
    member,
    [true, false],
    [true, false],
  ]);
  expect(await page(true)).toEqual([
    organization,
    member,
    team,
    member,
    [true, true],
    [true, true],
  ]);
});

test("[AD-19] a cursor of another epoch, chain or future is not held", async () => {
  const cursor = await end();
  const holds = (claimed: Cursor) =>
    read(world.organizationId, (tx) => holdsCursor(tx, scopeId, claimed));
  expect(await holds(cursor)).toBe(true);
  expect(await holds(await start())).toBe(true);
  expect(await holds({ ...cursor, epoch: "0".repeat(32) })).toBe(false);
  expect(await holds({ ...cursor, chain: "0".repeat(64) })).toBe(false);
  expect(await holds({ ...cursor, sequence: cursor.sequence - 1 })).toBe(false);
  expect(await holds({ ...cursor, sequence: cursor.sequence + 1 })).toBe(false);
});

test("[AD-19] samples are points of the log at doubling distances, latest first, ending at 0", async () => {
  await addPatients(20);
  const points = await read(world.organizationId, (tx) => samples(tx, scopeId));
  const { sequence } = await end();
  expect(points.map((point) => sequence - point.sequence)).toEqual([
    0,
    1,
    2,
    4,
    8,
    16,
    32,
    sequence,
  ]);
  for (const point of points)
    expect(
      await read(world.organizationId, (tx) => holdsCursor(tx, scopeId, point)),
    ).toBe(true);
  const nowhere = teamScope(clinician.newRecordId());
  expect(
    await read(world.organizationId, (tx) => samples(tx, nowhere)),
  ).toEqual([]);
});

test("[AD-19] a team's log has an end before anything is in it", async () => {
  const cursor = await read(world.organizationId, (tx) =>
    endOf(tx, teamScope(world.teamId)),
  );
  expect(cursor).toMatchObject({ sequence: 0 });
});

test("[AD-20] snapshot pages give every readable record whole, as of one point of the log", async () => {
  await addPatients(5);
  let request: Parameters<typeof snapshotPage>[1] = {
    scopeId,
    at: null,
    after: null,
    mayRead,
    limitBytes: 600,
  };
  const changes = new Map<string, number>();
  const at = await end();
  for (let pages = 0; ; pages += 1) {
    const page = await read(world.organizationId, (tx) =>
      snapshotPage(tx, request),
    );
    if (page === undefined) throw new Error("no such scope");
    expect(page.at).toEqual(at);
    for (const record of page.records) {
      expect(changes.has(record.recordId)).toBe(false);
      changes.set(record.recordId, record.changes.length);
    }
    if (page.next === null) {
      expect(pages).toBeGreaterThan(1);
      break;
    }
    request = { ...request, at: page.at, after: page.next };
    // What is appended meanwhile belongs to the tail.
    await addPatients(1);
  }
  // Organization, team and five patients of two changes each; members may not be read here.
  expect([...changes.values()].sort((left, right) => left - right)).toEqual([
    1, 1, 2, 2, 2, 2, 2,
  ]);
});

test("[SY-31] a record that comes back into a scope is given whole; one that has left, is elsewhere or may not be read has no changes", async () => {
  const { admin, organizationId, teamId } = world;
  const other = admin.create(typeOf("team"), { parentId: organizationId });
  expectAccepted(await admin.push(other.pushed));
  const otherId = other.replica.recordId;
  const technician = await world.hire(["technician"], {
    teamIds: [otherId, teamId].sort(),
  });
  const job = technician.create(typeOf("serviceJob"), { parentId: teamId });
  const countIn = async (scope: ScopeId, reads = mayRead) => {
    const { changes } = await read(organizationId, (tx) =>
      wholeRecord(tx, job.replica.recordId, { scopeId: scope, mayRead: reads }),
    );
    return changes.length;
  };
  expectAccepted(
    await technician.push(job.pushed, technician.move(job.replica, otherId)),
  );
  expect(await countIn(teamScope(teamId))).toBe(0);
  expect(await countIn(teamScope(otherId))).toBe(2);
  expectAccepted(await technician.push(technician.move(job.replica, teamId)));
  expect(await countIn(teamScope(teamId))).toBe(3);
  expect(await countIn(teamScope(teamId), () => false)).toBe(0);
  expect(await countIn(scopeId)).toBe(0);
});

test("[AD-19] single changes are given to whoever may read their record, and to nobody else", async () => {
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  expectAccepted(await clinician.push(pushed));
  const { recordId } = replica;
  const [hash] = replica.index.heads();
  if (hash === undefined) throw new Error("no change");
  const fetch = (isAllowed: boolean) =>
    read(world.organizationId, (tx) =>
      fetchChange(tx, { recordId, hash, mayRead: () => isAllowed }),
    );
  expect(await fetch(true)).toEqual(pushed.bytes);
  expect(await fetch(false)).toBeNull();
});
