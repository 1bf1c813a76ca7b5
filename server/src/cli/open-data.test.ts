/** Commands of this version on the data of an older server. */
import {
  createRecordTypes,
  recordIdFromBytes,
  sutureRecords,
  type Store,
} from "@suture/schema";
import Database from "better-sqlite3";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { HandSetClock, issuer } from "../identity/identity-world.ts";
import { createKeyRing } from "../identity/key-ring.ts";
import { listSigningKeys } from "../identity/signing-keys.ts";
import { closedReviewsTable } from "../review/review-tables.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import { storeFileIn } from "../store/data-lock.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { runAuditVerify } from "./audit-verify.ts";
import type { CliOutput } from "./cli-output.ts";
import { runKeysRotate } from "./keys.ts";
import { withStore } from "./open-data.ts";

let directory: string;
let file: string;
let lines: string[];
let output: CliOutput;
let clock: HandSetClock;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "older-data-"));
  file = storeFileIn(directory);
  lines = [];
  output = {
    out: (line) => void lines.push(line),
    err: (line) => void lines.push(line),
  };
  clock = new HandSetClock();
  const store = await openOlder();
  await createKeyRing({ store, clock, issuer });
  await store.close();
});
afterEach(() => rmSync(directory, { recursive: true }));

/** As the server did before closed reviews were listed. */
const openOlder = (): Promise<Store> =>
  openSqliteStore({
    file,
    tables: serverTables.filter((table) => table !== closedReviewsTable),
    migrations: [],
  });

const verify = () =>
  withStore(directory, output, (store) =>
    runAuditVerify(store, output, {
      json: false,
      recordTypes: createRecordTypes(sutureRecords),
    }),
  );

test("[OP-9] a command that only reads changes nothing of an older server's data", async () => {
  const before = readFileSync(file);
  expect(await verify()).toBe(0);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("[OP-9] a command beside an older server leaves it data that it starts with again, what the command wrote included", async () => {
  const running = await openOlder();
  expect(await verify()).toBe(0);
  const rotate = (store: Store) => runKeysRotate(store, output, clock);
  expect(await withStore(directory, output, rotate, "beside")).toBe(0);
  await running.close();
  const again = await openOlder();
  expect(await listSigningKeys(again)).toHaveLength(2);
  await again.close();
});

test("[OP-9] a damaged row that a migration would read keeps no command from saying what is there", async () => {
  const db = new Database(file);
  db.prepare("INSERT INTO kv_reviews VALUES (?, 'a', '{', 1)").run(
    recordIdFromBytes(new Uint8Array(16).fill(1)),
  );
  db.close();
  expect(await verify()).not.toBe(2);
  expect(lines.join("\n")).toContain("ntact");
});

test("[OP-9] data of a later version is refused, untouched", async () => {
  const later = { name: "later", migrate: () => Promise.resolve() };
  const store = await openSqliteStore({
    file,
    tables: serverTables,
    migrations: [...serverMigrations, later],
  });
  await store.close();
  const before = readFileSync(file);
  expect(await verify()).toBe(2);
  expect(lines.join("\n")).toContain("store-too-new");
  expect(readFileSync(file).equals(before)).toBe(true);
});
