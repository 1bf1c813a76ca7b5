/** What opening makes of a SQLite file that is not as it was written. */
import Database from "better-sqlite3";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";

import { openSqliteFile } from "./open-sqlite-file.ts";
import type { SalvageFiles, Salvaged } from "./salvage-sqlite-file.ts";
import type { Store } from "./store.ts";
import { defineBytesTable, defineTable } from "./table.ts";

const numbers = defineTable({ name: "numbers", schema: z.number() });
const chunks = defineBytesTable("chunks");
const notes = defineTable({ name: "notes", schema: z.string() });
const tables = [numbers, chunks, notes];

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0))
    rmSync(directory, { recursive: true, force: true });
});

function newFile(): string {
  const directory = mkdtempSync(join(tmpdir(), "damaged-file-"));
  directories.push(directory);
  return join(directory, "db");
}

function open(file: string, isChecked = true): Promise<Store> {
  return openSqliteFile({
    tables,
    migrations: [],
    defer: setImmediate,
    isChecked,
    openHandle: (mode) => new Database(file, { readonly: mode === "read" }),
  });
}

function filesOf(file: string): SalvageFiles {
  const keptAs = `${file}.kept`;
  return {
    finish: () => undefined,
    openDamaged: () => new Database(file),
    openNew: () => new Database(`${file}.new`),
    keptAs: () => keptAs,
    replace: () => {
      renameSync(file, keptAs);
      renameSync(`${file}.new`, file);
    },
  };
}

async function salvage(file: string) {
  const told: Salvaged[] = [];
  const store = await openSqliteFile({
    tables,
    migrations: [],
    defer: setImmediate,
    openHandle: (mode) => new Database(file, { readonly: mode === "read" }),
    isEmptied: () => existsSync(file) && statSync(file).size < 512,
    salvage: {
      files: filesOf(file),
      partition: "all",
      note: async (tx, salvaged) => {
        told.push(salvaged);
        await tx.put(notes, ["salvaged"], salvaged.keptAs);
      },
    },
  });
  return { store, told };
}

async function write(file: string, rowCount: number): Promise<void> {
  const store = await open(file);
  await store.write("all", async (tx) => {
    for (let row = 0; row < rowCount; row += 1) {
      await tx.put(numbers, ["n", row], row);
      await tx.put(chunks, ["c", row], chunkOf(row));
    }
  });
  await store.close();
}

function chunkOf(row: number): Uint8Array {
  return new Uint8Array(300).fill(row);
}

function damage(file: string, sql: string): void {
  const db = new Database(file);
  expect(db.prepare(sql).run().changes).toBe(1);
  db.close();
}

async function valuesIn(store: Store): Promise<readonly number[]> {
  const rows = await store.read("all", (tx) => tx.scan(numbers));
  return rows.map(({ value }) => value);
}

const pageBytes = 4_096;
const one = `key = 'n #a1'`;
const none = Promise.resolve([]);

describe("a damaged row", () => {
  test.each([
    ["another value of the same shape", `value = '7'`],
    ["another key", `key = 'n #a9'`],
    ["another partition", `"partition" = 'org'`],
    ["another checksum", `checksum = checksum + 1`],
  ])("[ST-15] with %s is `store-damaged` when it is read", async (_, set) => {
    const file = newFile();
    await write(file, 3);
    damage(file, `UPDATE kv_numbers SET ${set} WHERE ${one}`);
    const store = await open(file, false);
    const outcomes = await Promise.allSettled(
      ["all", "org"].map((partition) =>
        store.read(partition, (tx) => tx.scan(numbers)),
      ),
    );
    expect(
      outcomes.filter(({ status }) => status === "rejected"),
    ).toMatchObject([
      {
        reason: {
          code: "store-damaged",
          message: "table numbers: a row is not what was written",
        },
      },
    ]);
    expect(await store.read("all", (tx) => tx.get(numbers, ["n", 2]))).toBe(2);
    await store.close();
  });

  test("[WB-54] is among the keys of its table", async () => {
    const file = newFile();
    await write(file, 3);
    const store = await open(file, false);
    const keys = () => store.read("all", (tx) => tx.keys?.(numbers) ?? none);
    const before = await keys();
    expect(before).toHaveLength(3);
    damage(file, `UPDATE kv_numbers SET value = '7' WHERE ${one}`);
    expect(await keys()).toEqual(before);
    await store.close();
  });

  test("[ST-16] is found when the file is opened, wherever it lies, and the file is refused as it is", async () => {
    const file = newFile();
    await write(file, 3);
    damage(file, `UPDATE kv_numbers SET key = 'n #a9' WHERE ${one}`);
    const before = readFileSync(file);
    await expect(open(file)).rejects.toMatchObject({
      code: "store-damaged",
      message:
        "the store's file is not as it was written: table numbers (1 damaged rows)",
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

test(
  "[ST-16] whatever bit of the file flips, what is read is what was written, or the file is refused",
  { timeout: 60_000 },
  async () => {
    const sound = newFile();
    await write(sound, 40);
    const bytes = readFileSync(sound);
    const seen = { refused: 0, read: 0 };
    for (let flip = 0; flip < 80; flip += 1) {
      const file = newFile();
      const damaged = Buffer.from(bytes);
      const at = (flip * 7_919) % bytes.length;
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (flip % 8));
      writeFileSync(file, damaged);
      try {
        const store = await open(file);
        expect(await valuesIn(store)).toEqual([...Array(40).keys()]);
        const bytes = await store.read("all", (tx) => tx.scan(chunks));
        expect(bytes.map(({ value }) => value[299])).toEqual([
          ...Array(40).keys(),
        ]);
        await store.close();
        seen.read += 1;
      } catch (cause) {
        expect(cause).toMatchObject({ code: "store-damaged" });
        seen.refused += 1;
      }
    }
    expect(seen.refused).toBeGreaterThan(25);
    // In what nothing uses.
    expect(seen.read).toBeGreaterThan(0);
  },
);

test.each([
  ["whose name", "RENAME TO kv_numbert"],
  ["whose column of checksums", "RENAME COLUMN checksum TO checksun"],
])(
  "[ST-16] a table %s is damaged is missed, and salvage tells that rows can be missing",
  async (_, change) => {
    const file = newFile();
    await write(file, 3);
    const db = new Database(file);
    db.exec(`ALTER TABLE kv_numbers ${change}`);
    db.close();
    await expect(open(file)).rejects.toMatchObject({ code: "store-damaged" });
    const { store, told } = await salvage(file);
    expect(told).toMatchObject([{ isStructureSound: false }]);
    expect(await valuesIn(store)).toEqual([]);
    expect((await store.read("all", (tx) => tx.scan(chunks))).length).toBe(3);
    await store.close();
  },
);

test("[ST-15] rows of a file from before there were checksums get theirs when it is opened", async () => {
  const file = newFile();
  await write(file, 3);
  const db = new Database(file);
  db.exec("ALTER TABLE kv_numbers DROP COLUMN checksum");
  db.exec("DROP TABLE store_tables");
  db.close();
  const store = await open(file);
  expect(await valuesIn(store)).toEqual([0, 1, 2]);
  await store.close();
  damage(file, `UPDATE kv_numbers SET value = '7' WHERE ${one}`);
  await expect(open(file)).rejects.toMatchObject({ code: "store-damaged" });
});

describe("salvage", () => {
  test("[ST-17] keeps every undamaged row, the damaged file beside it, and a note of what happened", async () => {
    const file = newFile();
    await write(file, 5);
    damage(file, `UPDATE kv_numbers SET value = '7' WHERE ${one}`);
    damage(file, `UPDATE kv_chunks SET key = 'c!' WHERE key = 'c #a4'`);
    const { store, told } = await salvage(file);
    expect(await valuesIn(store)).toEqual([0, 2, 3, 4]);
    expect((await store.read("all", (tx) => tx.scan(chunks))).length).toBe(4);
    expect(told).toEqual([
      {
        isStructureSound: true,
        keptAs: `${file}.kept`,
        tables: [
          { table: "numbers", damagedRowCount: 1, isReadThrough: true },
          { table: "chunks", damagedRowCount: 1, isReadThrough: true },
        ],
      },
    ]);
    expect(await store.read("all", (tx) => tx.get(notes, ["salvaged"]))).toBe(
      `${file}.kept`,
    );
    await store.close();
    const kept = new Database(`${file}.kept`);
    expect(kept.prepare("SELECT count(*) FROM kv_numbers").pluck().get()).toBe(
      5,
    );
    kept.close();
    const again = await salvage(file);
    expect(again.told).toEqual([]);
    await again.store.close();
  });

  test("[ST-17] reads a file whose structure is damaged from both of its ends", async () => {
    const file = newFile();
    await write(file, 2_000);
    const bytes = readFileSync(file);
    const middle = Math.floor(bytes.length / pageBytes / 2);
    bytes.fill(0xee, middle * pageBytes, (middle + 1) * pageBytes);
    writeFileSync(file, bytes);
    const { store, told } = await salvage(file);
    expect(told).toMatchObject([{ isStructureSound: false }]);
    const { length } = await store.read("all", async (tx) => [
      ...(await tx.scan(numbers)),
      ...(await tx.scan(chunks)),
    ]);
    expect(length).toBeGreaterThan(3_500);
    expect(length).toBeLessThan(4_000);
    await store.close();
  });

  // Found by seed 2143: the first row that was read alone had lost its key.
  test("[ST-17] goes past a row with a damaged key to the sound ones behind it, where a page cannot be read", async () => {
    const file = newFile();
    await write(file, 400);
    // Every copy: a page keeps what it has moved to another.
    const bytes = Buffer.from(
      readFileSync(file).toString("latin1").replaceAll("allc #a0", "allz #a0"),
      "latin1",
    );
    const page = Math.floor(bytes.indexOf(chunkOf(200)) / pageBytes);
    bytes.fill(0xee, page * pageBytes, (page + 1) * pageBytes);
    writeFileSync(file, bytes);
    const { store } = await salvage(file);
    const { length } = await store.read("all", (tx) => tx.scan(chunks));
    expect(length).toBeGreaterThan(350);
    expect(length).toBeLessThan(399);
    await store.close();
  });

  test("[ST-17] a file cut off, emptied, or of other bytes is kept and told of, and the store begins with what is left", async () => {
    for (const left of [0, 1, 50, 3_000, 9_000, 200_000]) {
      const file = newFile();
      await write(file, 1_000);
      truncateSync(file, left);
      const { store, told } = await salvage(file);
      expect(told, `${left} bytes`).toHaveLength(1);
      expect(told[0]?.isStructureSound).toBe(false);
      for (const value of await valuesIn(store))
        expect(value).toBeLessThan(1_000);
      await store.close();
      expect(existsSync(`${file}.kept`)).toBe(true);
    }
  });
});
