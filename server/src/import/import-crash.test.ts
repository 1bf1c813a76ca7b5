import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyAudit } from "../audit/verify-audit.ts";
import { lockData } from "../store/data-lock.ts";
import { importAndTell } from "./import-until-killed.test-support.ts";
import {
  counted,
  foldsOf,
  openStoreIn,
  runImport,
} from "./import-world.test-support.ts";

const patientCount = 900;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "import-crash-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test(
  "[IM-11] an import that was killed goes on where it was, and ends as one that was not",
  { timeout: 180_000 },
  async () => {
    const folder = manyPatients();
    const data = join(directory, "data");
    await killAfter(600, data, folder);
    // Nothing is left behind that has to be removed by hand.
    const lock = lockData(data);
    expect(lock.ok).toBe(true);
    const store = await openStoreIn(data);
    const rest = await runImport(store, [folder], 1);
    if (!rest.ok) throw new Error(rest.error.code);
    const { organizationId, isNewOrganization } = rest.value;
    expect(isNewOrganization).toBe(false);
    const imported = counted(rest.value, "imported")["Patient"] ?? 0;
    const unchanged = counted(rest.value, "unchanged")["Patient"] ?? 0;
    expect(imported).toBeGreaterThan(0);
    expect(unchanged).toBeGreaterThan(0);
    expect(imported + unchanged).toBe(patientCount);
    const patients = await foldsOf(store, organizationId, "patient");
    expect(patients).toHaveLength(patientCount);
    for (const { fold } of patients)
      expect(Object.keys(fold.entries("telecom"))).toHaveLength(1);
    const again = await runImport(store, [folder], 2);
    expect(again).toMatchObject({ ok: true, value: { changeCount: 0 } });
    expect((await verifyAudit(store)).isIntact).toBe(true);
    await store.close();
    if (lock.ok) lock.value.release();
  },
);

function manyPatients(): string {
  const folder = join(directory, "source");
  mkdirSync(folder);
  const lines = Array.from({ length: patientCount }, (_, number) =>
    JSON.stringify({
      resourceType: "Patient",
      id: `p${number}`,
      name: [{ family: `Family ${number}` }],
      telecom: [{ system: "phone", value: `077 ${number}` }],
    }),
  );
  writeFileSync(join(folder, "Patient.ndjson"), lines.join("\n"));
  return folder;
}

/** Kills another process that imports, once it has told of so many records. */
async function killAfter(
  recordCount: number,
  data: string,
  folder: string,
): Promise<void> {
  const path = fileURLToPath(
    new URL("./import-until-killed.test-support.ts", import.meta.url),
  );
  // Node 20 runs no TypeScript, so the child loads the sources as these tests do.
  const script = `
    import { defaultServerConditions, runnerImport } from "vite";
    const conditions = ["suture-source", ...defaultServerConditions];
    const { module } = await runnerImport(process.argv[1], { environments: { inline: { resolve: { conditions } } } });
    await module.${importAndTell.name}(process.argv[2], process.argv[3]);`;
  const child = spawn(
    process.execPath,
    ["--input-type=module", "--eval", script, path, data, folder],
    {
      cwd: fileURLToPath(new URL("../../../", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout }))
    if (Number(line) >= recordCount) child.kill("SIGKILL");
  const [, signal] = await exited;
  expect(signal).toBe("SIGKILL");
}
