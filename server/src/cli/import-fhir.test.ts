import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRecordTypes, sutureRecords } from "@suture/schema";
import { seededRandom } from "../admission/author.test-support.ts";
import { lockData } from "../store/data-lock.ts";
import { runImportFhir, type ImportFhirOptions } from "./import-fhir.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "import-command-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const clinic = fixture("clinic");
const broken = fixture("broken");

test("[IM-13] with --json the last line holds the counts, and people read the rest elsewhere", async () => {
  const { exitCode, out, err } = await run([clinic, broken], { json: true });
  expect(exitCode).toBe(0);
  expect(out).toHaveLength(1);
  const counts: unknown = JSON.parse(out[0] ?? "");
  expect(counts).toMatchObject({
    read: { Patient: 3, unreadable: 2 },
    imported: { Patient: 3, Immunization: 0 },
    unchanged: { Patient: 0 },
    skipped: { Immunization: 1 },
    failed: { AllergyIntolerance: 1, unreadable: 2, Patient: 0 },
  });
  expect(Object.keys(Object(counts))).toEqual([
    "read",
    "imported",
    "unchanged",
    "skipped",
    "failed",
  ]);
  expect(err.join("\n")).toContain("mixed.ndjson:2  not JSON");
});

test("[IM-13] the report names what was skipped and why, and what is broken and where", async () => {
  const { exitCode, out, terminal } = await run([clinic, broken]);
  expect(exitCode).toBe(0);
  const report = out.join("\n");
  expect(report).toContain("types of resource that Suture does not take:");
  expect(report).toContain("1 Immunization");
  expect(report).toContain(
    "mixed.ndjson:4  AllergyIntolerance/nobody: whom or what it is about was not found (patient)",
  );
  expect(report).not.toMatch(/Moyo|Ncube|penicillin|0770/);
  expect(terminal).toBe("");
});

test("[IM-13] on a terminal a bar shows how far it is, and leaves no trace", async () => {
  const { terminal } = await run([clinic], { isTTY: true });
  expect(terminal).toContain("Reading files");
  expect(terminal).toMatch(/Importing records +█{28} 100%/);
  expect(terminal.endsWith("\r\u001B[2K")).toBe(true);
});

test("[IM-13] again, it says that there is nothing to write", async () => {
  await run([clinic]);
  const { exitCode, out } = await run([clinic]);
  expect(exitCode).toBe(0);
  expect(out.join("\n")).toContain("Nothing to write");
});

test("[IM-13] a path that is not there, data in use and an unknown organization: one sentence, and nothing is done", async () => {
  const absent = await run([join(directory, "absent")]);
  expect(absent).toMatchObject({ exitCode: 2, out: [] });
  expect(absent.err).toHaveLength(1);

  const lock = lockData(join(directory, "data"));
  const locked = await run([clinic]);
  expect(locked).toMatchObject({ exitCode: 2, out: [] });
  expect(locked.err[0]).toContain("A server is running");
  if (lock.ok) lock.value.release();

  const unknown = await run([clinic], { organization: "nowhere" });
  expect(unknown).toMatchObject({ exitCode: 2, out: [] });
  expect(unknown.err[0]).toContain("There is no such organization");
});

async function run(
  paths: readonly string[],
  {
    isTTY = false,
    ...options
  }: Partial<ImportFhirOptions> & { readonly isTTY?: boolean } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const written: string[] = [];
  const exitCode = await runImportFhir(
    {
      output: { out: (line) => out.push(line), err: (line) => err.push(line) },
      terminal: { isTTY, columns: 120, write: (text) => written.push(text) },
      clock: { now: () => 1_800_000_000_000 },
      random: seededRandom(1),
      types: createRecordTypes(sutureRecords),
    },
    {
      organization: undefined,
      json: false,
      ...options,
      paths,
      data: join(directory, "data"),
    },
  );
  return { exitCode, out, err, terminal: written.join("") };
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../import/fixtures/${name}`, import.meta.url));
}
