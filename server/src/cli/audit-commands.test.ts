import Database from "better-sqlite3";
import {
  createRecordTypes,
  organizationScope,
  sutureRecords,
  type Store,
} from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";

import { appendAudit } from "../audit/append-audit.ts";
import {
  createAuditWorld,
  type AuditWorld,
} from "../audit/audit-world.test-support.ts";
import { auditTable } from "../audit/audit-tables.ts";
import { note } from "../admission/contents.test-support.ts";
import { expectAccepted, typeOf } from "../admission/world.test-support.ts";
import { runAuditExport } from "./audit-export.ts";
import { runAuditVerify } from "./audit-verify.ts";
import type { CliOutput } from "./cli-output.ts";
import { runHistory } from "./history.ts";
import { runKeysDistrust } from "./keys.ts";
import { withStore } from "./open-data.ts";

let audited: AuditWorld;
let lines: string[];
let problems: string[];
let output: CliOutput;
beforeEach(async () => {
  audited = await createAuditWorld();
  lines = [];
  problems = [];
  output = {
    out: (line) => void lines.push(line),
    err: (line) => void problems.push(line),
  };
});
afterEach(() => audited.discard());

const recordTypes = createRecordTypes(sutureRecords);
const lastEntry = async () => {
  const [last] = await audited.store.read(audited.world.organizationId, (tx) =>
    tx.scan(auditTable, {
      prefix: [`organization:${audited.world.organizationId}`],
      reverse: true,
      limit: 1,
    }),
  );
  return last?.value.entry;
};

test("[AU-7] verify exits with 0 beside a running server, and with 1 once a row was changed", async () => {
  const verify = (json: boolean) =>
    withStore(audited.directory, output, (store) =>
      runAuditVerify(store, output, { json, recordTypes }),
    );
  expect(await verify(false)).toBe(0);
  expect(lines.join("\n")).toContain("Intact");

  const file = new Database(audited.file);
  file.exec(
    `UPDATE kv_log SET value = json_set(value, '$.memberId', json_extract(value, '$.recordId'))
      WHERE key = (SELECT max(key) FROM kv_log WHERE key LIKE 'organ%')`,
  );
  file.close();
  lines.length = 0;
  expect(await verify(false)).toBe(1);
  expect(lines.join("\n")).toContain("NOT INTACT");
  expect(lines.join("\n")).toContain("log");
  lines.length = 0;
  expect(await verify(true)).toBe(1);
  expect(JSON.parse(lines.join())).toMatchObject({
    isIntact: false,
    broken: { table: "log" },
  });
});

test("[AU-16] after a key was distrusted verify exits with 0, and says how many checkpoints prove nothing", async () => {
  const [leaked] = (await audited.keys.jwks()).keys;
  const kid = leaked?.kid ?? "";
  const exitCode = await withStore(
    audited.directory,
    output,
    async (store) => {
      expect(await runKeysDistrust(store, output, audited.timers, kid)).toBe(0);
      return runAuditVerify(store, output, { json: false, recordTypes });
    },
    "beside",
  );
  expect({ exitCode, lines }).toEqual({
    exitCode: 0,
    lines: expect.arrayContaining([
      expect.stringContaining("every chain, change and checkpoint that can be"),
      "  checkpoints       0",
      "  prove nothing     2: checkpoints whose key was distrusted since",
    ]),
  });
});

test("[AU-7] a directory without a store is told, and none is made", async () => {
  const nowhere = `${audited.directory}/nowhere`;
  const code = await withStore(nowhere, output, (store) =>
    runAuditVerify(store, output, { json: false, recordTypes }),
  );
  expect(code).toBe(2);
  expect(problems).toHaveLength(1);
});

test("[AU-10] export prints chains and checkpoints, one object a line, and is an entry itself", async () => {
  const { store, world } = audited;
  const { organizationId } = world;
  expect(
    await runAuditExport(store, output, audited.timers, { organizationId }),
  ).toBe(0);
  const objects = lines.map((line) => JSON.parse(line));
  const ofChain = (chain: string) =>
    objects.filter((object) => object.chain === chain);
  expect(ofChain("audit").length).toBeGreaterThan(5);
  expect(ofChain("reads")).toHaveLength(1);
  expect(objects.filter((object) => "checkpoint" in object)).toHaveLength(2);
  expect(await lastEntry()).toMatchObject({ event: "exported", what: "audit" });
  expect(
    await runAuditExport(store, output, audited.timers, {
      organizationId: "nobody",
    }),
  ).toBe(2);
});

test("[AU-18] export prints each change behind the entry that tells of it, and counts it as none", async () => {
  const { store, world, timers, patientId } = audited;
  const { organizationId } = world;
  expect(await runAuditExport(store, output, timers, { organizationId })).toBe(
    0,
  );
  const printed = lines.map((line) => JSON.parse(line));
  const admitted = printed.filter(
    ({ entry }) =>
      entry?.event === "change-admitted" && entry.recordId === patientId,
  );
  expect(admitted).toHaveLength(3);
  for (const change of admitted) {
    expect(change).toMatchObject({ chain: "audit", hash: null });
    const { scopeId, sequence, entry, atMs } = change;
    const telling = printed.filter(
      (line) =>
        line.hash !== null &&
        line.scopeId === scopeId &&
        line.sequence === sequence,
    );
    expect(telling).toMatchObject([
      { chain: "audit", atMs, entry: { event: "changes-admitted" } },
    ]);
    const [{ entry: stretch }] = telling;
    expect(entry.sequence).toBeGreaterThanOrEqual(stretch.fromSequence);
    expect(entry.sequence).toBeLessThanOrEqual(stretch.toSequence);
  }
});

test("[AU-13] the entry of an export says how much of which chain went out, and nothing later did", async () => {
  const { store, world, timers } = audited;
  const { organizationId } = world;
  const scopeId = organizationScope(organizationId);
  const memberId = audited.anna.signer.memberId;
  // Somebody signs in right after the entry of the export is written.
  const busy: Store = {
    ...readingFrom(store),
    async write(partition, work) {
      const written = await store.write(partition, work);
      await store.write(organizationId, (tx) =>
        appendAudit(
          tx,
          { scopeId, atMs: timers.now() },
          { event: "sign-in", memberId },
        ),
      );
      return written;
    },
  };
  expect(await runAuditExport(busy, output, timers, { organizationId })).toBe(
    0,
  );
  expect(await lastEntry()).toEqual({ event: "sign-in", memberId });

  const chains = lines
    .map((line) => JSON.parse(line))
    // What an entry tells of is no entry.
    .filter((line) => "chain" in line && line.hash !== null);
  const exported = chains.filter(({ entry }) => entry.event === "exported");
  expect(exported).toHaveLength(1);
  const [{ entry }] = exported;
  expect(entry).toMatchObject({ memberId: null, what: "audit" });
  expect(entry.count).toBe(chains.length);
  expect(entry.upTo).toHaveLength(2);
  for (const end of entry.upTo) {
    const printed = chains.filter(
      (line) => line.chain === end.chain && line.scopeId === end.scopeId,
    );
    expect(printed.at(-1).sequence).toBe(end.sequence);
  }
  expect(
    await runAuditVerify(store, output, { json: false, recordTypes }),
  ).toBe(0);
});

function readingFrom(store: Store): Omit<Store, "write"> {
  return {
    read: (partition, work) => store.read(partition, work),
    listPartitions: () => store.listPartitions(),
    close: () => store.close(),
  };
}

test("[AU-8] history prints who changed what, on which device, by both clocks", async () => {
  const { store, timers, patientId: recordId } = audited;
  const options = { recordId, json: false, recordTypes };
  expect(await runHistory(store, output, timers, options)).toBe(0);
  const text = lines.join("\n");
  expect(text).toContain(`patient ${recordId}`);
  expect(text).toContain("2 branches");
  expect(text).toContain(audited.anna.signer.deviceId);
  expect(text).toContain("2023-11-14T22:13:20.000Z");
  expect(text).toMatch(/medications\/\S+: nothing → .*aspirin/);
});

test("[AU-15] history reads as words: one change, created where, and no raw JSON", async () => {
  const { store, timers, world, anna } = audited;
  const { organizationId } = world;
  const { replica, pushed } = anna.create(typeOf("patient"), {
    parentId: organizationId,
  });
  expectAccepted(await anna.push(pushed));
  const { recordId } = replica;
  const print = async () => {
    lines.length = 0;
    const options = { recordId, json: false, recordTypes };
    expect(await runHistory(store, output, timers, options)).toBe(0);
    return lines;
  };
  expect(await print()).toContain("1 change");
  expect(lines).toContain(`    created in ${organizationId}`);
  expect(lines.join("\n")).not.toMatch(/recordId|recordType|parentId/);
  expectAccepted(
    await anna.push(anna.addEntry(replica, "notes", note("rang"))),
  );
  const text = (await print()).join("\n");
  expect(text).toContain("2 changes");
  expect(text).toMatch(/notes\/\S+: nothing → .*text "rang"/);
  expect(text).not.toContain("{");
});

test("[AU-10] history as JSON holds the same, and is an entry itself", async () => {
  const { store, timers, patientId: recordId } = audited;
  const options = { recordId, json: true, recordTypes };
  expect(await runHistory(store, output, timers, options)).toBe(0);
  expect(JSON.parse(lines.join())).toMatchObject({
    recordId,
    entries: [{ number: 1 }, { number: 2 }, { number: 3 }],
  });
  expect(await lastEntry()).toEqual({
    event: "exported",
    memberId: null,
    what: "history",
    recordId,
    count: 3,
    upTo: [],
  });
  expect(
    await runHistory(store, output, timers, { ...options, recordId: "nobody" }),
  ).toBe(2);
});
