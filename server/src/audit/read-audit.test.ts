import { firstChain, nextChain, type ScopeId } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { logHeadsTable, logTable } from "../log/log-tables.ts";
import { auditTable } from "./audit-tables.ts";
import {
  createMovedRecord,
  type MovedRecord,
} from "./moved-record.test-support.ts";
import {
  auditCursorPattern,
  auditStart,
  cursorFromText,
  cursorToText,
  readAudit,
  readAuditBackwards,
  type AuditCursor,
  type AuditPage,
  type ToldEntry,
} from "./read-audit.ts";

let moved: MovedRecord;
beforeEach(async () => {
  moved = await createMovedRecord();
});

/** The whole audit of a scope, read in pages; the cursor goes through its text each time. */
async function readInPages(
  scopeId: ScopeId,
  limit: number,
): Promise<readonly ToldEntry[]> {
  const all: ToldEntry[] = [];
  let after = auditStart;
  for (;;) {
    const from = after;
    const { entries, next } = await moved.read((tx) =>
      readAudit(tx, scopeId, from, limit),
    );
    all.push(...entries);
    if (next === null) return all;
    expect(entries).toHaveLength(limit);
    const text = cursorToText(next);
    expect(text).toMatch(auditCursorPattern);
    after = cursorFromText(text);
  }
}

test("[AU-18] behind each entry that admits stand its changes, one by one, and every other entry stands as it is chained", async () => {
  for (const scopeId of moved.scopeIds) {
    const told = await readInPages(scopeId, 1_000);
    const chained = await moved.read((tx) =>
      tx.scan(auditTable, { prefix: [scopeId] }),
    );
    expect(told.filter(({ chain }) => chain !== null)).toEqual(
      chained.map(({ key, value }) => ({ sequence: key[1], ...value })),
    );
    const log = await moved.read((tx) =>
      tx.scan(logTable, { prefix: [scopeId] }),
    );
    const changes = told.filter(({ chain }) => chain === null);
    expect(changes.map(({ entry }) => entry)).toMatchObject(
      log.map(({ key, value: { recordId, hash, memberId, deviceId } }) => ({
        sequence: key[1],
        ...{ recordId, hash, memberId, deviceId },
      })),
    );
    for (const { sequence, atMs } of changes)
      expect(chained[sequence - 1]?.value).toMatchObject({
        atMs,
        entry: { event: "changes-admitted" },
      });
  }
});

test("[AU-18] what a record that moved brought along is told apart, with the time at which it was admitted elsewhere", async () => {
  const { before, now, batched } = moved;
  const told = await readInPages(now, 1_000);
  const events = told.map(({ entry }) => entry.event);
  const brought = Array.from({ length: 1 + batched }, () => [
    "change-brought-along",
  ]).flat();
  expect(events).toEqual([
    "changes-admitted",
    ...brought,
    "change-admitted",
    "changes-admitted",
    "change-admitted",
  ]);
  const first = await moved.read((tx) => tx.get(logTable, [before, 1]));
  expect(told[1]?.entry).toMatchObject({ admittedAtMs: first?.admittedAtMs });
  expect(
    (await readInPages(before, 1_000)).filter(
      ({ entry }) => entry.event === "change-brought-along",
    ),
  ).toEqual([]);
});

test("[AU-18] pages of any length join without a gap, within what an entry tells of too", async () => {
  for (const scopeId of moved.scopeIds) {
    const whole = await readInPages(scopeId, 1_000);
    for (const limit of [1, 2, 3, 4, 5, 7])
      expect(await readInPages(scopeId, limit)).toEqual(whole);
  }
});

test("[AU-18] read from its end, pages of any length are the same audit turned round", async () => {
  for (const scopeId of moved.scopeIds) {
    const whole = await readInPages(scopeId, 1_000);
    for (const limit of [1, 2, 3, 4, 5, 7, 1_000]) {
      const all: ToldEntry[] = [];
      let before: AuditCursor | null = null;
      do {
        const from: AuditCursor | null = before;
        const page: AuditPage = await moved.read((tx) =>
          readAuditBackwards(tx, scopeId, from, limit),
        );
        all.push(...page.entries);
        before = page.next && cursorFromText(cursorToText(page.next));
      } while (before !== null);
      expect(all).toEqual(whole.toReversed());
    }
  }
});

test("[AU-18] what is read is enough to compute the log's chain to each entry that names it", async () => {
  for (const scopeId of moved.scopeIds) {
    const head = await moved.read((tx) => tx.get(logHeadsTable, [scopeId]));
    let chain = firstChain(scopeId, head?.epoch ?? "");
    let named = chain;
    for (const { entry } of await readInPages(scopeId, 1_000)) {
      if (entry.event === "changes-admitted") {
        expect(chain).toBe(named);
        named = entry.chain;
      }
      if (
        entry.event === "change-admitted" ||
        entry.event === "change-brought-along"
      )
        chain = nextChain(chain, entry);
    }
    expect(chain).toBe(named);
    expect(chain).toBe(head?.chain);
  }
});

test("[AU-18] a cursor that points into an entry that tells of nothing goes on behind it", async () => {
  const { organizationId } = moved.world;
  const scopeId = moved.scopeIds.find((each) => each.includes(organizationId));
  if (scopeId === undefined) throw new Error("there is no such scope");
  const whole = await readInPages(scopeId, 1_000);
  const other = whole.find(({ entry }) => entry.event === "member-linked");
  const sequence = other?.sequence ?? 0;
  expect(sequence).toBeGreaterThan(0);
  const { entries } = await moved.read((tx) =>
    readAudit(tx, scopeId, { sequence, row: 0 }, 1_000),
  );
  expect(entries).toEqual(whole.filter((told) => told.sequence > sequence));
});
