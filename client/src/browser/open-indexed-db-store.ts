/** Opens a device's store in a browser: rows in IndexedDB, sealed with the device's data key. SPEC ST, WB. */
import {
  StoreError,
  tablesByName,
  type Migration,
  type Random,
  type Store,
  type Table,
} from "@suture/schema";

import { IndexedDbStore } from "./indexed-db-store.ts";
import type { MemoryTable } from "./memory-tables.ts";
import { RowSealer } from "./row-sealing.ts";
import { SharedMemory } from "./shared-memory.ts";
import {
  openStoreDatabase,
  parseState,
  stateKey,
  toStoreError,
  type StoreDatabase,
} from "./store-database.ts";

export interface OpenIndexedDbStoreOptions {
  /** One store for each name, in all tabs and workers of an origin. */
  readonly name: string;
  /** Every table that will be used. */
  readonly tables: readonly Table<unknown>[];
  /** Migration n is the n-th, from 1: only ever append to that list. */
  readonly migrations: readonly Migration[];
  /** 32 bytes: see `data-key.ts`. The same as when the store was first opened. */
  readonly key: Uint8Array;
  readonly random: Random;
  /** Those of `tables` that are kept out of IndexedDB. */
  readonly memoryTables?: readonly MemoryTable[] | undefined;
  /** Told how many writes each commit made durable, after their promises were resolved. */
  readonly onCommit?: ((writeCount: number) => void) | undefined;
  /** A row that was read is not what was written. */
  readonly onDamage?: (() => void) | undefined;
  /** The browser closed the database, or somebody deletes it: every call from now on rejects with `store-failed`. */
  readonly onLost?: (() => void) | undefined;
}

/**
 * Throws a `StoreError`: `store-damaged` for a key that is not the one it was written with, `store-too-new` for a store of a later
 * version, `store-failed` where the page is not in a secure context.
 */
export async function openIndexedDbStore({
  name,
  migrations,
  key,
  random,
  memoryTables = [],
  onCommit,
  onDamage,
  onLost = () => undefined,
  ...options
}: OpenIndexedDbStoreOptions): Promise<Store> {
  const tables = tablesByName(options.tables);
  checkMemoryTables(memoryTables);
  const sealer = new RowSealer({ key, random, tables, onDamage });
  if (!("locks" in navigator))
    throw new StoreError("store-failed", "the page has no secure context");
  const db = await openStoreDatabase(name, onLost);
  try {
    await prepareState(db, sealer, migrations.length);
    const store = new IndexedDbStore({
      db,
      sealer,
      tables,
      memoryTables: new Map(memoryTables.map((one) => [one.table.name, one])),
      shared: new SharedMemory({ db, sealer, random }),
      lockName: `suture-write-${name}`,
      migrationCount: migrations.length,
      onCommit,
    });
    await store.migrate(migrations);
    return store;
  } catch (cause) {
    db.close();
    throw cause instanceof TypeError ? cause : toStoreError(cause);
  }
}

const keyCheckPlace = "key check";

/** Of a new store, or checks that the key is the one of the store that is there. */
async function prepareState(
  db: StoreDatabase,
  sealer: RowSealer,
  migrationCount: number,
): Promise<void> {
  const tx = db.transaction("state", "readwrite");
  const raw = await tx.store.get(stateKey);
  if (raw === undefined)
    await tx.store.put(
      {
        // There are no rows yet in an older form.
        migrationCount,
        commitNumber: 0,
        memoryWritesFrom: 0,
        keyCheck: sealer.seal(keyCheckPlace, new Uint8Array()),
      },
      stateKey,
    );
  await tx.done;
  if (raw === undefined) return;
  if (sealer.open(keyCheckPlace, parseState(raw).keyCheck) === null)
    throw new StoreError(
      "store-damaged",
      "the store was sealed with another key",
    );
}

function checkMemoryTables(memoryTables: readonly MemoryTable[]): void {
  if (memoryTables.some(({ table }) => table.encoding !== "json"))
    throw new TypeError("a table in memory holds JSON");
}
