/** Tables: what a store keeps under a name, and how a value becomes what is stored and back. */
import type { z } from "zod";
import { StoreError } from "./store.ts";

export interface Table<V> {
  /** Lower-case letters, digits and `_`; part of the name of the SQL table and of the IndexedDB object store. */
  readonly name: string;
  readonly encoding: "json" | "bytes";
  /** Throws when `raw` is no such value. */
  readonly parse: (raw: unknown) => V;
}

/** A value as it lies in the store: JSON text, or bytes. */
export type StoredValue = string | Uint8Array;

/**
 * A table of JSON values. `schema` reads every row that is read, and must give back what JSON holds: no transforms.
 * Values are trusted when written.
 *
 * `hasShape` is for tables of which thousands of rows are read at once: a row that it accepts is not shown to the schema. That a row
 * lies as it was written is the store's to say; this looks whether it was written in the form of today.
 */
export function defineTable<S extends z.ZodType>(options: {
  readonly name: string;
  readonly schema: S;
  readonly hasShape?: (raw: unknown) => raw is z.output<S>;
}): Table<z.output<S>> {
  const { name, schema, hasShape } = options;
  return {
    name: checkName(name),
    encoding: "json",
    parse: (raw) => (hasShape?.(raw) === true ? raw : schema.parse(raw)),
  };
}

/** A table of byte strings. */
export function defineBytesTable(name: string): Table<Uint8Array> {
  return { name: checkName(name), encoding: "bytes", parse: parseBytes };
}

/** Checks that no two tables share a name. */
export function tablesByName(
  tables: readonly Table<unknown>[],
): ReadonlyMap<string, Table<unknown>> {
  const byName = new Map(tables.map((table) => [table.name, table]));
  if (byName.size !== tables.length)
    throw new TypeError("two tables have the same name");
  return byName;
}

export function encodeValue(
  table: Table<unknown>,
  value: unknown,
): StoredValue {
  if (table.encoding === "bytes") return parseBytes(value);
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined)
    throw new TypeError(`table ${table.name}: the value has no JSON form`);
  return text;
}

/** Throws `store-damaged` for a row that is not what its table holds. */
export function decodeValue<V>(
  table: Table<V>,
  partCount: number,
  stored: unknown,
): V {
  try {
    return table.parse(table.encoding === "json" ? parseJson(stored) : stored);
  } catch {
    // The cause is dropped: JSON and schema errors quote what they read.
    throw new StoreError(
      "store-damaged",
      `table ${table.name}: the row of a key of ${partCount} parts is not valid`,
    );
  }
}

function checkName(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(name))
    throw new TypeError("a table name has lower-case letters, digits and _");
  return name;
}

function parseBytes(raw: unknown): Uint8Array {
  if (!(raw instanceof Uint8Array)) throw new TypeError("not bytes");
  return raw;
}

function parseJson(stored: unknown): unknown {
  if (typeof stored !== "string") throw new TypeError("not text");
  return JSON.parse(stored);
}
