/**
 * The IndexedDB database of a store: its object stores, how it is opened, and what the browser's errors mean.
 *
 * `rows` holds each row's sealed value under [partition, table, key in its text form], whose order by UTF-16 units is that of keys.
 * `state` holds one row about the store itself, `memory_writes` the latest commits' writes to memory tables, `memory_tables` copies of these.
 */
import { StoreError, type StoreErrorCode } from "@suture/schema";
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import { z } from "zod";

export type RowKey = [partition: string, table: string, key: string];

export interface StoreSchema extends DBSchema {
  rows: { key: RowKey; value: Uint8Array };
  state: { key: string; value: unknown };
  memory_writes: { key: number; value: Uint8Array };
  memory_tables: { key: [string, string, number]; value: Uint8Array };
}

export type StoreDatabase = IDBPDatabase<StoreSchema>;

const storeStateSchema = z.strictObject({
  /** How many of the program's migrations the rows have been through. */
  migrationCount: z.int().nonnegative(),
  /** Of the last commit, by whichever tab or worker. */
  commitNumber: z.int().nonnegative(),
  /** The memory writes of all commits behind this one are in `memory_writes`. */
  memoryWritesFrom: z.int().nonnegative(),
  /** Opens with the key that the rows are sealed with. */
  keyCheck: z.instanceof(Uint8Array),
});
export type StoreState = z.infer<typeof storeStateSchema>;

/** The only key in `state`. */
export const stateKey = "store";

/** Of the object stores; what rows say has numbered migrations of its own. */
const layoutVersion = 1;

export function databaseName(name: string): string {
  return `suture-store-${name}`;
}

/** Throws a `StoreError`. `onLost` is told when the browser closes the database, or another tab deletes it. */
export async function openStoreDatabase(
  name: string,
  onLost: () => void,
): Promise<StoreDatabase> {
  try {
    return await openDB<StoreSchema>(databaseName(name), layoutVersion, {
      upgrade(db) {
        db.createObjectStore("rows");
        db.createObjectStore("state");
        db.createObjectStore("memory_writes");
        db.createObjectStore("memory_tables");
      },
      blocking(_current, _blocked, event) {
        // Whoever deletes it does so with reason: nobody's open tab is to hold that up.
        if (event.target instanceof IDBDatabase) event.target.close();
        onLost();
      },
      terminated: onLost,
    });
  } catch (cause) {
    throw toStoreError(cause);
  }
}

/** Every tab's store of this name is of no more use, nor is what it held. */
export async function deleteIndexedDbStore(name: string): Promise<void> {
  try {
    await deleteDB(databaseName(name));
  } catch (cause) {
    throw toStoreError(cause);
  }
}

/** Throws `store-damaged` for a row that no version of this program wrote. */
export function parseState(raw: unknown): StoreState {
  const parsed = storeStateSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw new StoreError(
    "store-damaged",
    "the store's own row is not what was written",
  );
}

/** Whether a transaction has ended by itself, as it does once nothing was asked of it for a turn. */
export function hasEnded(cause: unknown): boolean {
  return (
    cause instanceof DOMException &&
    (cause.name === "TransactionInactiveError" ||
      cause.name === "InvalidStateError")
  );
}

export function toStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const name = cause instanceof DOMException ? cause.name : "no DOMException";
  const [code, what] = meaningOf(name);
  return new StoreError(code, `${what} (${name})`, { cause });
}

function meaningOf(name: string): readonly [StoreErrorCode, string] {
  switch (name) {
    case "QuotaExceededError":
      return ["store-full", "the browser has no space for the store"];
    case "VersionError":
      return ["store-too-new", "a later version wrote the store's database"];
    case "DataError":
    case "NotReadableError":
      return ["store-damaged", "the browser cannot read a row of the store"];
    case "InvalidStateError":
      return ["store-failed", "the browser closed the store's database"];
    default:
      return ["store-failed", "the store's database cannot be used"];
  }
}
