import type { ScopeId } from "@suture/schema";
import { beforeEach, describe, expect, test } from "vitest";

import { logTable } from "../log/log-tables.ts";
import { appendAudit } from "./append-audit.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { auditHeadsTable, auditTable, type AuditRow } from "./audit-tables.ts";
import {
  createMovedRecord,
  type MovedRecord,
} from "./moved-record.test-support.ts";
import type { ToldStretch } from "./told-rows.ts";
import { verifyAudit } from "./verify-audit.ts";

let moved: MovedRecord;
beforeEach(async () => {
  moved = await createMovedRecord();
});

type Told = Pick<AuditRow, "atMs" | "entry">;

const auditOf = async (scopeId: ScopeId) => {
  const rows = await moved.read((tx) =>
    tx.scan(auditTable, { prefix: [scopeId] }),
  );
  return rows.map(({ value }) => value);
};

const isStretch = (entry: AuditEntry) => entry.event === "changes-admitted";

const stretchesOf = async (scopeId: ScopeId) =>
  (await auditOf(scopeId)).flatMap(({ atMs, entry }) =>
    entry.event === "changes-admitted" ? [{ ...entry, atMs }] : [],
  );

/** Writes the scope's audit anew, as whoever owns the data directory can: every chain and head of it fits. */
async function forge(
  scopeId: ScopeId,
  told: (written: readonly Told[]) => readonly Told[],
): Promise<void> {
  const entries = told(await auditOf(scopeId));
  await moved.store.write(moved.world.organizationId, async (tx) => {
    for (const { key } of await tx.scan(auditTable, { prefix: [scopeId] }))
      await tx.delete(auditTable, key);
    await tx.delete(auditHeadsTable, [scopeId]);
    for (const { atMs, entry } of entries)
      await appendAudit(tx, { scopeId, atMs }, entry);
  });
}

/** Changes what the n-th stretch says, from 0. */
const saying =
  (number: number, change: Partial<ToldStretch>) =>
  (written: readonly Told[]): readonly Told[] => {
    let seen = -1;
    return written.map((told) => {
      if (told.entry.event !== "changes-admitted") return told;
      seen += 1;
      return seen === number
        ? { ...told, entry: { ...told.entry, ...change } }
        : told;
    });
  };

const setTime = (scopeId: ScopeId, sequence: number, admittedAtMs: number) =>
  moved.store.write(moved.world.organizationId, async (tx) => {
    const row = await tx.get(logTable, [scopeId, sequence]);
    if (row === undefined) throw new Error("there is no such row");
    await tx.put(logTable, [scopeId, sequence], { ...row, admittedAtMs });
  });

const verdict = () => verifyAudit(moved.store);

test("[AU-17] what a batch admits is one entry in each log it reached, with the log's chain and the time of its rows", async () => {
  const { before, now, batched } = moved;
  const told = await stretchesOf(before);
  expect(
    told.map(({ fromSequence, toSequence }) => [fromSequence, toSequence]),
  ).toEqual([
    [1, 1],
    [2, 1 + batched],
    [2 + batched, 2 + batched],
  ]);
  for (const { fromSequence, toSequence, chain, atMs } of told) {
    const rows = await moved.read((tx) =>
      tx.scan(logTable, {
        prefix: [before],
        after: [before, fromSequence - 1],
        limit: toSequence - fromSequence + 1,
      }),
    );
    expect(rows.at(-1)?.value.chain).toBe(chain);
    for (const { value } of rows) expect(value.admittedAtMs).toBe(atMs);
  }
  // The record came whole, in the transaction of the moving change.
  expect(await stretchesOf(now)).toMatchObject([
    { fromSequence: 1, toSequence: 2 + batched, atMs: told.at(-1)?.atMs },
    { fromSequence: 3 + batched, toSequence: 3 + batched },
  ]);
  expect(await verdict()).toMatchObject({ isIntact: true });
});

describe("[AU-17] a row that is told of not once is found, however well the audit's chain was forged", () => {
  test("a stretch in the middle left out: the next entry", async () => {
    const { before } = moved;
    await forge(before, (written) =>
      written.filter(
        ({ entry }) => !(isStretch(entry) && saysFrom(entry) === 2),
      ),
    );
    expect(await verdict()).toMatchObject({
      broken: { table: "audit", key: [before, 2] },
    });
  });

  test("the last stretch left out: the first row that is not told of", async () => {
    const { before, batched } = moved;
    await forge(before, (written) => written.slice(0, -1));
    expect(await verdict()).toMatchObject({
      broken: { table: "log", key: [before, 2 + batched] },
    });
  });

  test("no entry at all: the first row", async () => {
    await forge(moved.now, () => []);
    expect(await verdict()).toMatchObject({
      broken: { table: "log", key: [moved.now, 1] },
    });
  });

  test("a stretch told twice: the second time", async () => {
    const { before } = moved;
    await forge(before, (written) => [...written, ...written.slice(-1)]);
    expect(await verdict()).toMatchObject({
      broken: { table: "audit", key: [before, 4] },
    });
  });

  test.each([
    ["overlaps the one before", { fromSequence: 1 }],
    ["leaves a gap", { fromSequence: 3 }],
    ["ends earlier than its chain", { toSequence: 3 }],
    ["ends behind its chain", { toSequence: 5 }],
    ["ends behind the log", { toSequence: 1_000 }],
    ["ends before it begins", { toSequence: 1 }],
    ["names another chain", { chain: "0".repeat(64) }],
  ])("a stretch that %s", async (_, change) => {
    const { before } = moved;
    await forge(before, saying(1, change));
    expect(await verdict()).toMatchObject({
      broken: { table: "audit", key: [before, 2] },
    });
  });

  test("an entry of another time: its first row", async () => {
    const { before } = moved;
    await forge(before, (written) =>
      written.map((told, index) =>
        index === 1 ? { ...told, atMs: told.atMs + 1 } : told,
      ),
    );
    expect(await verdict()).toMatchObject({
      broken: { table: "log", key: [before, 2] },
    });
  });
});

describe("[AU-17] a row of another time than it was admitted at is named", () => {
  test("in the middle of a stretch", async () => {
    await setTime(moved.before, 3, 1);
    expect(await verdict()).toMatchObject({
      broken: { table: "log", key: [moved.before, 3] },
    });
  });

  test("brought along by a record that moved", async () => {
    await setTime(moved.now, 2, 1);
    expect(await verdict()).toMatchObject({
      broken: { table: "log", key: [moved.now, 2] },
    });
  });

  test("brought along, with where it was first", async () => {
    const { before, now } = moved;
    await setTime(before, 2, 1);
    await setTime(now, 2, 1);
    expect(await verdict()).toMatchObject({
      broken: { table: "log", key: [before, 2] },
    });
  });
});

function saysFrom(entry: AuditEntry): number | undefined {
  return entry.event === "changes-admitted" ? entry.fromSequence : undefined;
}
