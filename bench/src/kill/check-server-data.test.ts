/** The check of a killed server's files, on the files of a server that was stopped: it finds what is planted in them. */
import { storeFileIn } from "@suture/server";
import Database from "better-sqlite3";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { startSampleServer } from "../sample-server.ts";
import { checkServerData, copyServerData } from "./check-server-data.ts";
import { savedChangeSchema, type SavedChange } from "./staff-protocol.ts";

let directory: string;
let dataDir: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "suture-check-"));
  dataDir = join(directory, "server");
  const running = await startSampleServer({ directory });
  await running.stop();
});
afterAll(() => rm(directory, { recursive: true }));

/** Changes that lie in the files. */
function someChanges(): readonly SavedChange[] {
  const db = new Database(storeFileIn(dataDir), { readonly: true });
  const keys = db
    .prepare<[], string>("SELECT key FROM kv_change_bytes LIMIT 5")
    .pluck()
    .all();
  db.close();
  return keys.map((key) => {
    const [recordId, hash] = key.split(" ");
    return savedChangeSchema.parse({ recordId, hash });
  });
}

/** A copy of the files with something done to them. */
async function spoiledCopy(sql: string, ...values: readonly string[]) {
  const copy = await copyServerData(dataDir);
  const db = new Database(storeFileIn(copy));
  const { changes } = db.prepare(sql).run(...values);
  db.close();
  expect(changes).toBe(1);
  return copy;
}

test("[WO-60] files that hold what was acknowledged are in order", async () => {
  const copy = await copyServerData(dataDir);
  expect(await checkServerData(copy, someChanges())).toEqual([]);
});

test("[WO-67] an acknowledged change that is missing is named", async () => {
  const acknowledged = someChanges();
  const [gone] = acknowledged;
  if (gone === undefined) throw new Error("there are no changes");
  const key = `${gone.recordId} ${gone.hash}`;
  const copy = await spoiledCopy(
    "DELETE FROM kv_change_bytes WHERE key = ?",
    key,
  );
  const problems = await checkServerData(copy, acknowledged);
  expect(problems[0]).toContain(`1 of 5 acknowledged changes`);
  expect(problems[0]).toContain(key);
});

test("[WO-67] a row that is not as it was written is named", async () => {
  const copy = await spoiledCopy(
    "UPDATE kv_audit SET value = replace(value, 'changes-admitted', 'change-restored') WHERE key = (SELECT key FROM kv_audit WHERE value LIKE '%changes-admitted%' LIMIT 1)",
  );
  const problems = await checkServerData(copy, someChanges());
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("suture audit verify");
});
