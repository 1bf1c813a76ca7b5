import {
  createMemoryStore,
  firstChain,
  joinRestoreRows,
  organizationScope,
  type CheckpointClaims,
  type Cursor,
  type LeafProof,
  type LogLink,
  type ScopeId,
  type Store,
} from "@suture/schema";
import { expect, test } from "vitest";
import { auditTable } from "../audit/audit-tables.ts";
import { changeIndexTable, logTable } from "../log/log-tables.ts";
import { chainAt, endOf, readPage } from "../log/read-log.ts";
import { serverTables } from "../server-tables.ts";
import type { WorkGauge } from "./admission.ts";
import { createAdmission, type AdmissionDeps } from "./admit-batch.ts";
import { note } from "./contents.test-support.ts";
import type { RestoreRequest } from "./restore.ts";
import {
  answers,
  Colleague,
  createWorld,
  createWorldDeps,
  expectAccepted,
  typeOf,
  type World,
} from "./world.test-support.ts";

/** A server that lost what came after some point, and a proof of what it had. */
async function loseTail() {
  const deps = createWorldDeps(createMemoryStore({ tables: serverTables }));
  const world = await createWorld(deps);
  const clinician = await world.hire(["clinician"]);
  const colleague = await world.hire(["clinician"]);
  const { replica, pushed } = clinician.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  expectAccepted(await clinician.push(pushed));
  const scopeId = organizationScope(world.organizationId);
  const backup = await copyOf(world, scopeId);
  const lost = [
    clinician.setField(replica, "maritalStatus", "M"),
    clinician.addEntry(replica, "notes", note("rang")),
  ];
  expectAccepted(await clinician.push(...lost));
  const end = await endOfScope(world, scopeId);
  const request = await proofOf(world, scopeId, backup.end, end);

  const claims: CheckpointClaims = {
    iss: "https://suture.example",
    organizationId: world.organizationId,
    number: 1,
    root: end.chain,
    atMs: 1,
  };
  const store = await backup.restore();
  const restored: AdmissionDeps = {
    ...deps,
    store,
    verifyCheckpoint: async (jws) => (jws === "signed" ? claims : null),
  };
  const admission = createAdmission(restored);
  const here = new Colleague(
    admission,
    world.random,
    colleague.signer.memberId,
    colleague.author,
  );
  return {
    deps: restored,
    world,
    admission,
    store,
    clinician,
    here,
    lost,
    request,
    scopeId,
  };
}

test("[LM-1] whoever brings it back pays for the reading of their rows, not for what they wait for", async () => {
  const { deps, store, here, request } = await loseTail();
  let [nowMs, workMs, pieces] = [0, 0, 0];
  const wait = async () => void (nowMs += 1_000);
  const slow: Store = {
    ...store,
    read: async (partition, work) => {
      await wait();
      return store.read(partition, work);
    },
    write: async (partition, work) => {
      await wait();
      return store.write(partition, work);
    },
  };
  const measured = (startMs: number) => {
    workMs += nowMs - startMs;
    pieces += 1;
  };
  const gauge: WorkGauge = {
    during(work) {
      const startMs = nowMs;
      const done = work();
      measured(startMs);
      return done;
    },
    async within(work) {
      const startMs = nowMs;
      const done = await work();
      measured(startMs);
      return done;
    },
    add: () => undefined,
  };
  const admission = createAdmission({ ...deps, store: slow, yieldTurn: wait });
  const joined = asRequest(request);
  expect(await admission.allowRestore(here.author, joined, gauge)).toBe(true);
  // Splitting, looking where they begin, hashing, and remembering.
  expect(pieces).toBe(4);
  expect(workMs).toBe(0);
  expect(nowMs).toBe(4_000);
});

test("[AD-16] with proof anybody brings a lost change back, and it is its first author's", async () => {
  const { admission, store, world, clinician, here, lost, request } =
    await loseTail();
  expect(answers(await here.push(...lost))).toEqual([
    "actor-of-another",
    "depends-on-refused",
  ]);
  const joined = asRequest(request);
  expect(await admission.allowRestore(here.author, joined)).toBe(true);
  expect(await admission.allowRestore(here.author, joined)).toBe(true);
  expectAccepted(await here.push(...lost));
  const { recordId } = lost[0] ?? { recordId: world.organizationId };
  const rows = await store.read(world.organizationId, (tx) =>
    tx.scan(changeIndexTable, { prefix: [recordId] }),
  );
  for (const { value } of rows) expect(value).toMatchObject(clinician.signer);
  const audit = await store.read(world.organizationId, (tx) =>
    tx.scan(auditTable),
  );
  const entries = audit.map(({ value }) => value.entry);
  const isOf = (event: string) => (entry: { readonly event: string }) =>
    entry.event === event;
  const restored = entries.filter(isOf("change-restored"));
  expect(restored).toHaveLength(2);
  const pusher = {
    memberId: here.signer.memberId,
    deviceId: here.author.deviceId,
  };
  for (const entry of restored)
    expect(entry).toMatchObject({
      ...clinician.signer,
      broughtBackBy: pusher,
    });
  expect(entries.filter(isOf("restore-proven"))).toEqual([
    {
      event: "restore-proven",
      ...pusher,
      scopeId: request.proof.leaf.scopeId,
      fromSequence: request.from.sequence + 1,
      toSequence: request.proof.leaf.log.sequence,
      checkpoint: 1,
      count: 2,
    },
  ]);
});

test.each<[string, (request: ShownRows) => ShownRows]>([
  ["no signature of ours", (request) => ({ ...request, jws: "forged" })],
  ["a row less", (request) => ({ ...request, rows: request.rows.slice(1) })],
  [
    "the rows in another order",
    (request) => ({ ...request, rows: [...request.rows].reverse() }),
  ],
  [
    "another author",
    (request) => ({
      ...request,
      rows: request.rows.map((row, number) => ({
        ...row,
        memberId: number === 0 ? row.recordId : row.memberId,
      })),
    }),
  ],
  [
    "a point this log does not hold",
    (request) => ({
      ...request,
      from: {
        ...request.from,
        chain: firstChain(request.proof.leaf.scopeId, "00"),
      },
    }),
  ],
])(
  "[AD-16] without proof nothing may be brought back: %s",
  async (_, forge) => {
    const { admission, here, request } = await loseTail();
    const forged = asRequest(forge(request));
    expect(await admission.allowRestore(here.author, forged)).toBe(false);
  },
);

/** A request with its rows apart. */
type ShownRows = Omit<RestoreRequest, "rows"> & {
  readonly rows: readonly LogLink[];
};

function asRequest({ rows, ...request }: ShownRows): RestoreRequest {
  return { ...request, rows: joinRestoreRows(rows) };
}

async function endOfScope(world: World, scopeId: ScopeId): Promise<Cursor> {
  const end = await world.store.read(world.organizationId, (tx) =>
    endOf(tx, scopeId),
  );
  if (end === undefined) throw new Error("no such scope");
  return end;
}

async function proofOf(
  world: World,
  scopeId: ScopeId,
  from: Cursor,
  end: Cursor,
): Promise<ShownRows> {
  const rows = await world.store.read(world.organizationId, async (tx) => {
    expect(await chainAt(tx, scopeId, from.sequence)).toBe(from.chain);
    const page = await readPage(tx, {
      scopeId,
      after: from,
      deviceId: world.admin.signer.deviceId,
      mayRead: () => true,
    });
    return page.rows;
  });
  const leaf = {
    scopeId,
    log: end,
    auditSequence: 0,
    auditChain: end.chain,
  };
  const proof: LeafProof = { leaf, path: [] };
  return {
    from,
    rows: rows.map(({ recordId, hash, memberId, deviceId }) => ({
      recordId,
      hash,
      memberId,
      deviceId,
    })),
    jws: "signed",
    proof,
  };
}

/** The organization's rows as they are now, to be put into a store that knows no later ones. */
async function copyOf(world: World, scopeId: ScopeId) {
  const end = await endOfScope(world, scopeId);
  const partition = world.organizationId;
  const tables = await world.store.read(partition, async (tx) => {
    const rows = [];
    for (const table of serverTables)
      rows.push({ table, rows: await tx.scan(table) });
    return rows;
  });
  return {
    end,
    async restore() {
      const store = createMemoryStore({ tables: serverTables });
      await store.write(partition, async (tx) => {
        for (const { table, rows } of tables)
          for (const { key, value } of rows) await tx.put(table, key, value);
      });
      expect(
        await store.read(partition, (tx) =>
          tx.scan(logTable, { prefix: [scopeId] }),
        ),
      ).toHaveLength(end.sequence);
      return store;
    },
  };
}
