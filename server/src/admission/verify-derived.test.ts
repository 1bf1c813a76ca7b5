import { copyFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createRecordTypes, sutureRecords } from "@suture/schema";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createAuditWorld,
  openFile,
  type AuditWorld,
} from "../audit/audit-world.test-support.ts";
import { verifyAudit, type AuditVerdict } from "../audit/verify-audit.ts";
import {
  first,
  medication,
  prescribing,
  second,
} from "./contents.test-support.ts";
import { forgeChecksums } from "../store/forge-checksums.test-support.ts";
import { verifyDerived } from "./verify-derived.ts";
import {
  answers,
  expectAccepted,
  typeOf,
  type World,
} from "./world.test-support.ts";

const types = createRecordTypes(sutureRecords);

let audited: AuditWorld;
beforeAll(async () => {
  audited = await createAuditWorld();
  await signUnseenAndFork(audited.world);
});
afterAll(() => audited.discard());

/** One colleague signs over what they were not sent; the other says two things under one name. */
async function signUnseenAndFork(world: World): Promise<void> {
  const liar = await world.hire(["clinician"]);
  const unaware = await world.hire(["clinician"]);
  const { replica, pushed } = liar.create(typeOf("patient"), {
    parentId: world.organizationId,
  });
  const [created] = replica.index.changes();
  if (created === undefined) throw new Error("no change");
  const before = prescribing({ [first]: medication("heparin") });
  const after = prescribing({
    [first]: medication("heparin"),
    [second]: medication("digoxin"),
  });
  expectAccepted(
    await liar.push(pushed, liar.sign(replica, "prescribing", before)),
  );
  expectAccepted(
    await unaware.push(unaware.sign(replica, "prescribing", after)),
  );
  const { actor } = created;
  const fork = liar.compose(replica, [{ key: "maritalStatus", set: "M" }], {
    actor,
    seq: 1,
  });
  expect(answers(await liar.push(fork))).toEqual(["sequence-fork"]);
}

let copies = 0;

/** The verdict on a copy of the store in which one thing was changed with plain SQL. */
async function verdictAfter(sql: string | null): Promise<AuditVerdict> {
  copies += 1;
  const file = join(audited.directory, `copy-${copies}.sqlite`);
  const source = new Database(audited.file);
  source.pragma("wal_checkpoint(TRUNCATE)");
  source.close();
  copyFileSync(audited.file, file);
  if (sql !== null) {
    const copy = new Database(file);
    const { changes } = copy.prepare(sql).run();
    forgeChecksums(copy);
    copy.close();
    expect(changes, "the tampering touched one row").toBe(1);
  }
  const store = await openFile(file);
  const verdict = await verifyAudit(store, (tx) => verifyDerived(tx, types));
  await store.close();
  return verdict;
}

const oneOf = (table: string, holding: string) =>
  `key = (SELECT key FROM kv_${table} WHERE value LIKE '%${holding}%' ORDER BY key DESC LIMIT 1)`;

describe("[AU-14] what follows from the changes", () => {
  test("is proven where nobody touched it", async () => {
    expect(await verdictAfter(null)).toMatchObject({ isIntact: true });
  });

  test.each([
    [
      "a clinician is made an admin",
      `UPDATE kv_members SET value = json_set(value, '$.roles', json('["admin"]')) WHERE ${oneOf("members", "clinician")}`,
      "members",
    ],
    [
      "a member is taken out",
      `DELETE FROM kv_members WHERE ${oneOf("members", "clinician")}`,
      "members",
    ],
    [
      "a change of the index has another author",
      `UPDATE kv_change_index SET value = json_set(value, '$.deviceId', '00000000-0000-4000-8000-00000000dead')
        WHERE ${oneOf("change_index", "prescribing")}`,
      "change_index",
    ],
    [
      "a signature of the index overwrites another",
      `UPDATE kv_change_index SET value = json_set(value, '$.statements.prescribing.pred',
        json_array(json_extract(value, '$.statements.prescribing.opId')))
        WHERE ${oneOf("change_index", "prescribing")}`,
      "change_index",
    ],
    [
      "a change of the index stands elsewhere",
      `UPDATE kv_change_index SET value = json_set(value, '$.places[0].sequence', 1)
        WHERE ${oneOf("change_index", "prescribing")}`,
      "change_index",
    ],
    [
      "a row of the index is taken out",
      `DELETE FROM kv_change_index WHERE ${oneOf("change_index", "prescribing")}`,
      "change_index",
    ],
    [
      "a record counts less than it has",
      `UPDATE kv_records SET value = json_set(value, '$.changeCount', 1) WHERE ${oneOf("records", '"patient"')}`,
      "change_index",
    ],
    [
      "a statement's text is taken out",
      `DELETE FROM kv_statements WHERE ${oneOf("statements", "aspirin")}`,
      "statements",
    ],
    [
      "a quarantined device is let go on, by nobody",
      `DELETE FROM kv_quarantined`,
      "quarantined",
    ],
    [
      "a quarantine is about another change",
      `UPDATE kv_quarantined SET value = json_set(value, '$.refused', '${"0".repeat(64)}')`,
      "quarantined",
    ],
    [
      "a signature over what was not sent is no longer counted",
      `DELETE FROM kv_unseen_signatures`,
      "unseen_signatures",
    ],
    [
      "more such signatures are counted than there were",
      `UPDATE kv_unseen_signatures SET value = json_set(value, '$.count', 7)`,
      "unseen_signatures",
    ],
  ])("names the row: %s", async (_, sql, table) => {
    const verdict = await verdictAfter(sql);
    expect(verdict).toMatchObject({
      isIntact: false,
      partition: audited.world.organizationId,
      broken: { table },
    });
  });

  test("names the member whose rights are not what was signed", async () => {
    const { memberId } = audited.anna.signer;
    const verdict = await verdictAfter(
      `UPDATE kv_members SET value = json_set(value, '$.roles', json('["admin"]'))
        WHERE value LIKE '%"memberId":"${memberId}"%'`,
    );
    expect(verdict).toMatchObject({
      broken: { table: "members", key: [memberId] },
    });
  });
});
