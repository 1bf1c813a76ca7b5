/** What happens to files while nobody looks: bits that flip, an end that is missing, a row that is not what was written. */
import type { SeededRandom } from "../seeded-random.ts";
import Database from "better-sqlite3";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";

export type Damage =
  | { readonly name: "flippedBits"; readonly count: number }
  | { readonly name: "truncatedFile"; readonly share: number }
  | { readonly name: "damagedRow"; readonly table: string | undefined };

/** Bits anywhere in the database file: in rows, in what leads to them, in what nothing uses. */
export function flippedBits({ count }: { readonly count: number }): Damage {
  return { name: "flippedBits", count };
}

/** This share of the file is left. */
export function truncatedFile({ share }: { readonly share: number }): Damage {
  return { name: "truncatedFile", share };
}

/** One bit of one row's value, in a table by name or in any. */
export function damagedRow({
  table,
}: { readonly table?: string } = {}): Damage {
  return { name: "damagedRow", table };
}

export const damageNames = [
  "flippedBits",
  "truncatedFile",
  "damagedRow",
] as const satisfies readonly Damage["name"][];

export function randomDamage(random: SeededRandom): Damage {
  switch (random.pick(damageNames)) {
    case "flippedBits":
      return flippedBits({ count: random.between(1, 8) });
    case "truncatedFile":
      return truncatedFile({ share: random.fraction() });
    case "damagedRow":
      return damagedRow();
  }
}

/** Answers whether there was something to damage. The file must not be open. */
export function damageFile(
  path: string,
  damage: Damage,
  random: SeededRandom,
): boolean {
  switch (damage.name) {
    case "flippedBits": {
      const bytes = readFileSync(path);
      for (let flipped = 0; flipped < damage.count; flipped += 1)
        flipBit(bytes, random);
      writeFileSync(path, bytes);
      return true;
    }
    case "truncatedFile":
      truncateSync(path, Math.floor(readFileSync(path).length * damage.share));
      return true;
    case "damagedRow": {
      const db = new Database(path);
      try {
        return damageRow(db, damage.table, random);
      } finally {
        db.close();
      }
    }
  }
}

function damageRow(
  db: Database.Database,
  table: string | undefined,
  random: SeededRandom,
): boolean {
  const tables = db
    .prepare<[], { name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'kv@_%' ESCAPE '@' ORDER BY name",
    )
    .all()
    .map(({ name }) => name)
    .filter((name) => table === undefined || name === `kv_${table}`)
    .map((name) => ({ name, count: countOf(db, name) }))
    .filter(({ count }) => count > 0);
  if (tables.length === 0) return false;
  const { name, count } = random.pick(tables);
  const row = db
    .prepare<
      [number],
      { partition: string; key: string; value: Buffer; type: string }
    >(
      `SELECT "partition", key, CAST(value AS BLOB) AS value, typeof(value) AS type FROM ${name} LIMIT 1 OFFSET ?`,
    )
    .get(random.between(0, count - 1));
  if (row === undefined || row.value.length === 0) return false;
  flipBit(row.value, random);
  const value = row.type === "text" ? "CAST(? AS TEXT)" : "?";
  db.prepare(
    `UPDATE ${name} SET value = ${value} WHERE "partition" = ? AND key = ?`,
  ).run(row.value, row.partition, row.key);
  return true;
}

function countOf(db: Database.Database, table: string): number {
  return (
    db
      .prepare<[], { count: number }>(`SELECT count(*) AS count FROM ${table}`)
      .get()?.count ?? 0
  );
}

function flipBit(bytes: Uint8Array, random: SeededRandom): void {
  const at = random.between(0, bytes.length - 1);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
}
