import Database from "better-sqlite3";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { isEmptiedFile, salvageFilesOf } from "./salvage-files.ts";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "salvage-files-"));
  file = join(directory, "log.sqlite");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function writeDamaged(): void {
  writeFileSync(file, "damaged");
  writeFileSync(`${file}-wal`, "its log");
  writeFileSync(`${file}-shm`, "anything");
}

function filesThere(): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory)
      .toSorted()
      .map((name) => [name, readFileSync(join(directory, name), "utf8")]),
  );
}

const done = {
  "log.sqlite": "saved",
  "log.sqlite-damaged-1": "damaged",
  "log.sqlite-damaged-1-wal": "its log",
};

test("[ST-17] the damaged file and its log are kept under the name that was told, and what was saved takes its place", () => {
  writeDamaged();
  const files = salvageFilesOf(file);
  writeFileSync(`${file}-salvaging`, "saved");
  expect(files.keptAs()).toBe("log.sqlite-damaged-1");
  files.replace();
  expect(filesThere()).toEqual(done);
  expect(files.keptAs()).toBe("log.sqlite-damaged-2");
});

test("[ST-17] cut off after any of its steps, the replacement is finished by the next opening", () => {
  const steps: readonly (() => void)[] = [
    () => renameSync(`${file}-wal`, `${file}-damaged-1-wal`),
    () => renameSync(file, `${file}-damaged-1`),
    () => rmSync(`${file}-shm`),
  ];
  for (let stepCount = 0; stepCount <= steps.length; stepCount += 1) {
    writeDamaged();
    writeFileSync(`${file}-salvaged`, "saved");
    for (const step of steps.slice(0, stepCount)) step();
    salvageFilesOf(file).finish();
    expect(filesThere()).toEqual(done);
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
  }
});

test("[ST-17] what was cut off before it was whole is begun anew, and the damaged file is as it was", () => {
  writeDamaged();
  const files = salvageFilesOf(file);
  writeFileSync(`${file}-salvaging`, "half of it");
  files.finish();
  expect(readFileSync(file, "utf8")).toBe("damaged");
  const fresh = files.openNew();
  expect(
    fresh.prepare("SELECT count(*) AS n FROM sqlite_schema").get(),
  ).toEqual({ n: 0 });
  fresh.close();
});

test("[ST-16] a file that is absent is a new one; one with next to nothing in it is not", () => {
  expect(isEmptiedFile(file)).toBe(false);
  writeFileSync(file, "");
  expect(isEmptiedFile(file)).toBe(true);
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  expect(existsSync(file) && isEmptiedFile(file)).toBe(false);
  db.close();
});
