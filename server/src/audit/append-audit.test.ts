import {
  createMemoryStore,
  firstAuditChain,
  nextAuditChain,
  organizationScope,
  recordIdFromBytes,
  teamScope,
} from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import { appendAudit } from "./append-audit.ts";
import { auditHeadsTable, auditTables, auditTable } from "./audit-tables.ts";

const organizationId = recordIdFromBytes(new Uint8Array(16).fill(1));
const memberId = recordIdFromBytes(new Uint8Array(16).fill(2));
const scopeId = organizationScope(organizationId);
const entry = { event: "sign-in", memberId } as const;

let store: ReturnType<typeof createMemoryStore>;
beforeEach(() => {
  store = createMemoryStore({ tables: auditTables });
});

const rows = () =>
  store.read(organizationId, (tx) =>
    tx.scan(auditTable, { prefix: [scopeId] }),
  );

test("[AU-1] each entry commits to the one before it, and each scope has a chain of its own", async () => {
  const other = teamScope(memberId);
  await store.write(organizationId, async (tx) => {
    await appendAudit(tx, { scopeId, atMs: 1 }, entry);
    await appendAudit(tx, { scopeId: other, atMs: 2 }, entry);
    await appendAudit(tx, { scopeId, atMs: 3 }, entry);
  });
  const [first, second] = await rows();
  const link = { name: "audit", scopeId, entry } as const;
  const begun = nextAuditChain(firstAuditChain("audit", scopeId), {
    ...link,
    sequence: 1,
    atMs: 1,
  });
  expect(first?.value.chain).toBe(begun);
  const gone = nextAuditChain(begun, { ...link, sequence: 2, atMs: 3 });
  expect(second).toMatchObject({ key: [scopeId, 2], value: { chain: gone } });
  const heads = await store.read(organizationId, (tx) =>
    tx.scan(auditHeadsTable),
  );
  expect(heads.map(({ key, value }) => [key[0], value.sequence])).toEqual([
    [scopeId, 2],
    [other, 1],
  ]);
});

test("[AU-1] work that fails leaves neither what it did nor its entry", async () => {
  const failed = store.write(organizationId, async (tx) => {
    await appendAudit(tx, { scopeId, atMs: 1 }, entry);
    throw new Error("disk");
  });
  await expect(failed).rejects.toThrow("disk");
  expect(await rows()).toEqual([]);
});

test("[AU-1] appends submitted side by side do not fork the chain", async () => {
  await Promise.all(
    [1, 2, 3, 4, 5].map((atMs) =>
      store.write(organizationId, (tx) =>
        appendAudit(tx, { scopeId, atMs }, entry),
      ),
    ),
  );
  const written = await rows();
  expect(written.map(({ key }) => key[1])).toEqual([1, 2, 3, 4, 5]);
});
