import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { organizationScope } from "@suture/schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { forgeChecksums } from "../store/forge-checksums.test-support.ts";
import { appendAudit } from "./append-audit.ts";
import type { AuditEntry } from "./audit-entry.ts";
import {
  createAuditWorld,
  openFile,
  type AuditWorld,
} from "./audit-world.test-support.ts";
import { verifyAudit, type AuditVerdict } from "./verify-audit.ts";

let audited: AuditWorld;
let directory: string;
beforeAll(async () => {
  audited = await createAuditWorld();
  directory = mkdtempSync(join(tmpdir(), "tampered-"));
});
afterAll(async () => {
  await audited.discard();
  rmSync(directory, { recursive: true, force: true });
});

let copies = 0;

/** The verdict on a copy of the store in which one thing was changed with plain SQL. */
async function verdictAfter(sql: string): Promise<AuditVerdict> {
  copies += 1;
  const file = join(directory, `copy-${copies}.sqlite`);
  const source = new Database(audited.file);
  source.pragma("wal_checkpoint(TRUNCATE)");
  source.close();
  copyFileSync(audited.file, file);
  const copy = new Database(file);
  const { changes } = copy.prepare(sql).run();
  forgeChecksums(copy);
  copy.close();
  expect(changes, "the tampering touched a row").toBeGreaterThan(0);
  const store = await openFile(file);
  const verdict = await verifyAudit(store);
  await store.close();
  return verdict;
}

/** The n-th row of a table, from 0. */
const nth = (table: string, offset: number) =>
  `key = (SELECT key FROM kv_${table} ORDER BY key LIMIT 1 OFFSET ${offset})`;

test("[AU-7] what is as it was written is intact, and says how much was checked", async () => {
  const verdict = await verifyAudit(audited.store);
  expect(verdict).toMatchObject({
    isIntact: true,
    counts: { organizations: 1, readBatches: 1, checkpoints: 2 },
  });
  if (!verdict.isIntact) return;
  expect(verdict.counts.auditEntries).toBeGreaterThan(8);
  expect(verdict.counts.logRows).toBeGreaterThan(6);
});

describe("[AU-7] one row changed is found and named", () => {
  test.each([
    [
      "an entry of the audit is reworded",
      `UPDATE kv_audit SET value = replace(value, 'conflict-opened', 'conflict-changed')
        WHERE value LIKE '%conflict-opened%'`,
      "audit",
    ],
    [
      "an entry is dated back",
      `UPDATE kv_audit SET value = json_set(value, '$.atMs', 1) WHERE ${nth("audit", 3)}`,
      "audit",
    ],
    [
      "an entry is taken out",
      `DELETE FROM kv_audit WHERE ${nth("audit", 2)}`,
      "audit",
    ],
    [
      "an entry cannot be read",
      `UPDATE kv_audit SET value = '{}' WHERE ${nth("audit", 4)}`,
      "audit",
    ],
    [
      "the head of the audit is moved back",
      `UPDATE kv_audit_heads SET value = json_set(value, '$.sequence', 2) WHERE ${nth("audit_heads", 0)}`,
      "audit_heads",
    ],
    [
      "the head of the audit is taken out",
      `DELETE FROM kv_audit_heads WHERE ${nth("audit_heads", 0)}`,
      "audit_heads",
    ],
    [
      "a read is put on somebody else",
      `UPDATE kv_audit_reads SET value = replace(value, '"record"', '"history"')`,
      "audit_reads",
    ],
    ["reads are taken out", `DELETE FROM kv_audit_reads`, "audit"],
    [
      "a row of the log names another device",
      `UPDATE kv_log SET value = json_set(value, '$.deviceId', '00000000-0000-4000-8000-00000000dead')
        WHERE ${nth("log", 2)}`,
      "log",
    ],
    [
      "a row of the log is dated back",
      `UPDATE kv_log SET value = json_set(value, '$.admittedAtMs', 1) WHERE ${nth("log", 2)}`,
      "log",
    ],
    [
      "a row of the log is taken out",
      `DELETE FROM kv_log WHERE ${nth("log", 1)}`,
      "log",
    ],
    [
      "the log ends earlier than it did",
      `UPDATE kv_log_heads SET value = json_set(value, '$.sequence', 1) WHERE ${nth("log_heads", 0)}`,
      "log_heads",
    ],
    [
      "one byte of a change is another",
      `UPDATE kv_change_bytes SET value = CAST(substr(value, 1, 40) || X'FF' || substr(value, 42) AS BLOB)
        WHERE ${nth("change_bytes", 1)}`,
      "change_bytes",
    ],
    [
      "a change has the bytes of another",
      `UPDATE kv_change_bytes SET value = (SELECT value FROM kv_change_bytes ORDER BY key LIMIT 1)
        WHERE ${nth("change_bytes", 1)}`,
      "change_bytes",
    ],
    [
      "a change is taken out",
      `DELETE FROM kv_change_bytes WHERE ${nth("change_bytes", 0)}`,
      "change_bytes",
    ],
    [
      "the kept text of a statement says something else",
      `UPDATE kv_statements SET value = replace(value, 'aspirin', 'warfarin') WHERE value LIKE '%aspirin%'`,
      "statements",
    ],
    [
      "a checkpoint claims another root",
      `UPDATE kv_checkpoints SET value = json_set(value, '$.claims.root', '${"0".repeat(64)}')
        WHERE ${nth("checkpoints", 0)}`,
      "checkpoints",
    ],
    [
      "a checkpoint has another signature",
      `UPDATE kv_checkpoints SET value = json_set(value, '$.jws',
        (SELECT json_extract(value, '$.jws') FROM kv_checkpoints ORDER BY key DESC LIMIT 1))
        WHERE ${nth("checkpoints", 0)}`,
      "checkpoints",
    ],
    [
      "a checkpoint is taken out",
      `DELETE FROM kv_checkpoints WHERE ${nth("checkpoints", 0)}`,
      "checkpoints",
    ],
    [
      "a checkpoint covers less",
      `UPDATE kv_checkpoints SET value = json_set(value, '$.changedLeaves[0].auditSequence', 1)
        WHERE ${nth("checkpoints", 0)}`,
      "checkpoints",
    ],
    [
      "the leaf kept for proofs is another",
      `UPDATE kv_checkpoint_leaves SET value = json_set(value, '$.auditSequence', 1) WHERE ${nth("checkpoint_leaves", 0)}`,
      "checkpoint_leaves",
    ],
    [
      "every checkpoint is taken out",
      `DELETE FROM kv_checkpoints`,
      "checkpoint_leaves",
    ],
    [
      "the key that signed is gone",
      `DELETE FROM kv_identity_signing_keys`,
      "checkpoints",
    ],
  ])("%s", async (_, sql, table) => {
    const verdict = await verdictAfter(sql);
    expect(verdict).toMatchObject({
      isIntact: false,
      partition: audited.world.organizationId,
      broken: { table },
    });
  });
});

test("[AU-16] checkpoints of a key that was distrusted are counted apart, and of one that is merely gone are broken", async () => {
  const own = await createAuditWorld();
  const { store, keys, timers, world, checkpoints } = own;
  const { organizationId } = world;
  const append = (entry: AuditEntry) =>
    store.write(organizationId, (tx) =>
      appendAudit(
        tx,
        {
          scopeId: organizationScope(organizationId),
          atMs: timers.now(),
        },
        entry,
      ),
    );
  const [leaked] = (await keys.jwks()).keys;
  const kid = leaked?.kid ?? "";
  await keys.distrust(kid);
  expect(await verifyAudit(store)).toMatchObject({
    isIntact: false,
    broken: { table: "checkpoints", key: [1] },
  });
  await append({ event: "signing-key-distrusted", kid });
  checkpoints.noteAppended(organizationId);
  await checkpoints.flush();
  expect(await verifyAudit(store)).toMatchObject({
    isIntact: true,
    counts: { checkpoints: 1, distrustedCheckpoints: 2 },
  });
  await own.discard();
});

test("[AU-7] rows that were cut off together with their heads are missed by the checkpoint", async () => {
  const source = new Database(audited.file);
  source.pragma("wal_checkpoint(TRUNCATE)");
  source.close();
  const file = join(directory, "cut.sqlite");
  copyFileSync(audited.file, file);
  const copy = new Database(file);
  // The last entry, as if it had never been. It tells of no change: what it told of is not missed by its absence.
  const rows = copy
    .prepare(
      `SELECT key, value FROM kv_audit WHERE key LIKE 'organization:%' ORDER BY key DESC LIMIT 2`,
    )
    .all() as { readonly key: string; readonly value: string }[];
  const [last, kept] = rows;
  expect(last?.value).toContain("reads-anchored");
  const sequence = Number(kept?.key.split("#")[1]?.slice(1));
  const { chain } = JSON.parse(kept?.value ?? "{}") as { chain: string };
  copy.prepare("DELETE FROM kv_audit WHERE key = ?").run(last?.key);
  copy
    .prepare("UPDATE kv_audit_heads SET value = ? WHERE key LIKE 'organ%'")
    .run(JSON.stringify({ sequence, chain }));
  forgeChecksums(copy);
  copy.close();
  const store = await openFile(file);
  expect(await verifyAudit(store)).toMatchObject({
    isIntact: false,
    broken: {
      table: "checkpoints",
      problem: "the audit does not go through the point that was signed",
    },
  });
  await store.close();
});
