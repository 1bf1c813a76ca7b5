import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { personIdSchema, recordIdFromBytes, type Store } from "@suture/schema";
import { decodeProtectedHeader } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditTable } from "../audit/audit-tables.ts";
import { personMembersTable } from "../identity/identity-tables.ts";
import { HandSetClock, issuer } from "../identity/identity-world.ts";
import { createKeyRing, type KeyRing } from "../identity/key-ring.ts";
import { listSigningKeys } from "../identity/signing-keys.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import { storeFileIn } from "../store/data-lock.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";
import { runKeysDistrust, runKeysList, runKeysRotate } from "./keys.ts";
import { withStore } from "./open-data.ts";

const kind = { audience: "here", typ: "here+jwt", requiredClaims: [] };
const organizationId = recordIdFromBytes(new Uint8Array(16).fill(1));

let directory: string;
let clock: HandSetClock;
/** A running server's. */
let store: Store;
let keys: KeyRing;
let lines: string[];
let problems: string[];
let output: CliOutput;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "keys-"));
  clock = new HandSetClock();
  store = await openSqliteStore({
    file: storeFileIn(directory),
    tables: serverTables,
    migrations: serverMigrations,
  });
  await store.write(organizationId, (tx) =>
    // Only so that there is an organization.
    tx.put(personMembersTable, ["here"], { personId: somebody }),
  );
  keys = await createKeyRing({ store, clock, issuer });
  clock.advance(1_000);
  lines = [];
  problems = [];
  output = {
    out: (line) => void lines.push(line),
    err: (line) => void problems.push(line),
  };
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

const somebody = personIdSchema.parse("somebody");

/** Over a connection of its own, as another process has. */
const beside = (command: (store: Store) => Promise<ExitCode>) =>
  withStore(directory, output, command, "beside");

async function isBelieved(token: string): Promise<boolean> {
  return (await keys.verify(kind, token)).ok;
}

async function toldInAudit() {
  const rows = await store.read(organizationId, (tx) => tx.scan(auditTable));
  return rows.map(({ value }) => value.entry);
}

test("[ID-29] a rotation beside a running server: the old key's tokens stay good, and the new one signs within a minute", async () => {
  const before = await keys.sign(kind, {});
  expect(await beside((other) => runKeysRotate(other, output, clock))).toBe(0);
  const [kid] = lines;
  expect(await isBelieved(before)).toBe(true);
  clock.advance(60_001);
  const after = await keys.sign(kind, {});
  expect(decodeProtectedHeader(after).kid).toBe(kid);
  expect([await isBelieved(before), await isBelieved(after)]).toEqual([
    true,
    true,
  ]);
  expect((await keys.jwks()).keys.map((key) => key.kid)[0]).toBe(kid);
});

test("[ID-29] what a distrusted key has signed is refused within a minute, and another key signs", async () => {
  const leaked = await keys.sign(kind, {});
  const { kid = "" } = decodeProtectedHeader(leaked);
  expect(
    await beside((other) => runKeysDistrust(other, output, clock, kid)),
  ).toBe(0);
  clock.advance(60_001);
  expect(await isBelieved(leaked)).toBe(false);
  expect(await isBelieved(await keys.sign(kind, {}))).toBe(true);
  problems.length = 0;
  expect(
    await beside((other) => runKeysDistrust(other, output, clock, kid)),
  ).toBe(2);
  expect(problems).toEqual([
    "There is no such key among those that are believed.",
  ]);
});

test("[ID-29] the list says which key signs, newest first, and no private half", async () => {
  const [first] = (await keys.jwks()).keys;
  await beside((other) => runKeysRotate(other, output, clock));
  const [second] = lines.splice(0);
  expect(
    await beside((other) => runKeysList(other, output, { json: true })),
  ).toBe(0);
  expect(JSON.parse(lines.join())).toEqual([
    {
      kid: second,
      isCurrent: true,
      createdAt: "2026-01-05T09:00:01.000Z",
      retiredAt: null,
    },
    {
      kid: first?.kid,
      isCurrent: false,
      createdAt: "2026-01-05T09:00:00.000Z",
      retiredAt: "2026-01-05T09:00:01.000Z",
    },
  ]);
  lines.length = 0;
  await beside((other) => runKeysList(other, output, { json: false }));
  expect(lines).toEqual([
    `${second}  signs  since 2026-01-05T09:00:01.000Z`,
    `${first?.kid}  checks only  since 2026-01-05T09:00:00.000Z, retired 2026-01-05T09:00:01.000Z`,
  ]);
});

test("[ID-29] each organization's audit is told what was done at once, and there is no key to change without data", async () => {
  const [first] = (await keys.jwks()).keys;
  const kid = first?.kid ?? "";
  await beside((other) => runKeysDistrust(other, output, clock, kid));
  const next = (await listSigningKeys(store))[0]?.kid;
  expect(await toldInAudit()).toEqual([
    { event: "signing-key-rotated", kid: next },
    { event: "signing-key-distrusted", kid },
  ]);
  const nowhere = join(directory, "nowhere");
  expect(
    await withStore(nowhere, output, (other) =>
      runKeysRotate(other, output, clock),
    ),
  ).toBe(2);
});
