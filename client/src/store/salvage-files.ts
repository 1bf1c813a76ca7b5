/**
 * The files of a salvage on a disk. What is saved is written to `…-salvaging`, which becomes `…-salvaged` once it is whole: from then on
 * it takes the place of the damaged file, however often that is cut off. The damaged file becomes `…-damaged-1`, or the next number
 * that is free, with its write-ahead log beside it.
 */
import type { SalvageFiles } from "@suture/schema";
import Database from "better-sqlite3";
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { basename } from "node:path";

/** SQLite's smallest page: what is shorter, it takes for a new file. */
const smallestFileBytes = 512;

export function isEmptiedFile(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && stats.size < smallestFileBytes;
}

export function salvageFilesOf(file: string): SalvageFiles {
  const begun = `${file}-salvaging`;
  const whole = `${file}-salvaged`;
  const finish = () => {
    if (!existsSync(whole)) return;
    const kept = freeName(file);
    for (const ending of ["-wal", ""])
      if (existsSync(file + ending)) renameSync(file + ending, kept + ending);
    rmSync(`${file}-shm`, { force: true });
    renameSync(whole, file);
  };
  return {
    finish,
    keptAs: () => basename(freeName(file)),
    openDamaged: () => {
      const db = new Database(file);
      // Where the description of one table is damaged, the others can be read all the same.
      db.unsafeMode();
      db.pragma("writable_schema = ON");
      return db;
    },
    openNew: () => {
      for (const ending of ["", "-journal", "-wal", "-shm"])
        rmSync(begun + ending, { force: true });
      return new Database(begun);
    },
    replace: () => {
      renameSync(begun, whole);
      finish();
    },
  };
}

function freeName(file: string): string {
  let number = 1;
  while (existsSync(`${file}-damaged-${number}`)) number += 1;
  return `${file}-damaged-${number}`;
}
