/** A save is one transaction: whatever stops it, the whole edit is there and queued, or nothing of it is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import {
  createMemoryStore,
  recordIdSchema,
  statusLabels,
} from "@suture/schema";
import { expect, test } from "vitest";

import { clientMigrations } from "../store/client-migrations.ts";
import { clientTables } from "../store/client-tables.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { amoxicillin, foundClinic, openDevice } from "./clinic.test-support.ts";
import { failingStore } from "./failing-store.test-support.ts";

test("[CL-1] a save that fails between any two calls of the store leaves nothing; one that ends is whole and queued", async () => {
  let failures = 0;
  for (let calls = 0; ; calls += 1) {
    const inner = createMemoryStore({ tables: clientTables });
    const failing = failingStore(inner);
    const device = await openDevice({ name: "ada", store: failing.store });
    const { organizationId } = await foundClinic(device);
    const created = await device.client.patients.create({
      parentId: organizationId,
    });
    if (!created.ok) throw new Error(created.error.reason);
    const patient = created.value;
    const before = (await device.client.unsynced()).length;

    const edit = await patient.edit();
    edit.draft.telecom.set({ status: "active", value: "+263 77 000 000" });
    edit.draft.prescribing.medications.add(amoxicillin);
    failing.failAfter(calls);
    const saved = await edit.save();
    const { hasFailed } = failing;
    failing.heal();

    if (hasFailed) {
      failures += 1;
      expect(saved).toMatchObject({ ok: false, error: { code: "not-saved" } });
      expect(patient.status.label).toBe(statusLabels.unsaved);
    } else expect(saved.ok).toBe(true);

    const again = await openDevice({ name: "ada", store: inner, start: 2 });
    const reopened = await again.client.patients.get(patient.id);
    if (!reopened.ok) throw new Error(reopened.error.code);
    const reading = reopened.value.group("prescribing");
    if (reading.status !== "settled") throw new Error("it is in conflict");
    const phones = Object.keys(reopened.value.fields.telecom).length;
    const medications = Object.keys(reading.content.medications).length;
    expect([phones, medications]).toEqual(hasFailed ? [0, 0] : [1, 1]);
    expect(await again.client.unsynced()).toHaveLength(
      hasFailed ? before : before + 2,
    );
    expect(reopened.value.status.label).toBe(statusLabels.queued);

    if (hasFailed) {
      // What was typed is still in the form, and saving it again works, under another actor.
      expect((await edit.save()).ok).toBe(true);
      expect(patient.status.label).toBe(statusLabels.queued);
    } else break;
  }
  expect(failures).toBeGreaterThan(10);
});

test("[CL-1] a process killed while it saves keeps every edit it had confirmed, whole and queued", async () => {
  const directory = mkdtempSync(join(tmpdir(), "suture-crash-"));
  try {
    const [recordId, ...confirmed] = await linesUntilKilled(directory, 40);
    const store = await openSqliteStore({
      file: join(directory, "log.sqlite"),
      tables: clientTables,
      migrations: clientMigrations,
    });
    const device = await openDevice({ name: "ada", store, start: 2 });
    const patient = await device.client.patients.get(
      recordIdSchema.parse(recordId),
    );
    if (!patient.ok) throw new Error(patient.error.code);
    const reading = patient.value.group("prescribing");
    if (reading.status !== "settled") throw new Error("it is in conflict");
    const phones = Object.values(patient.value.fields.telecom);
    const medications = Object.values(reading.content.medications);
    // The edit it was killed in is there whole, or not at all.
    expect(phones.length).toBe(medications.length);
    expect(phones.map(({ value }) => value)).toEqual(
      expect.arrayContaining(confirmed),
    );
    const queued = await device.client.unsynced();
    const ofPatient = queued.filter(
      (change) => change.recordId === patient.value.id,
    );
    expect(ofPatient).toHaveLength(1 + 2 * phones.length);
    expect(patient.value.status.label).toBe(statusLabels.queued);
    await device.client.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

/** What the other process had said when it was killed, in the middle of whatever it did then. */
async function linesUntilKilled(
  directory: string,
  count: number,
): Promise<readonly string[]> {
  const path = fileURLToPath(
    new URL("save-until-killed.test-support.ts", import.meta.url),
  );
  // Node 20 runs no TypeScript, so the child loads the sources as these tests do.
  const script = `
    import { defaultServerConditions, runnerImport } from "vite";
    const conditions = ["suture-source", ...defaultServerConditions];
    const { module } = await runnerImport(process.argv[1], { environments: { inline: { resolve: { conditions } } } });
    await module.saveUntilKilled(process.argv[2]);`;
  const child = spawn(
    process.execPath,
    ["--input-type=module", "--eval", script, path, directory],
    {
      cwd: fileURLToPath(new URL("../../../", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill("SIGKILL");
  }
  const [, signal] = await exited;
  expect(signal).toBe("SIGKILL");
  return lines;
}
