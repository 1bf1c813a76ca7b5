/**
 * What becomes of rows that do not open any more. Whoever meets one notes it, and the next to open the store mends it before anybody
 * uses it: every row is tried, those that do not open are kept as they were found, in a database of their own, and leave the store,
 * all at once. Then a report is owed, which is written into the store like one on Node; the log makes itself agree again, and what
 * the server has comes back. Cut off at any moment, it goes on at the next start. SPEC WB-36 to WB-38.
 *
 * Trying every row takes seconds, so it is done only where one was met.
 */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";

import type { RowSealer } from "./row-sealing.ts";
import {
  openStoreDatabase,
  toStoreError,
  type RowKey,
  type StoreDatabase,
} from "./store-database.ts";

interface DamageSchema extends DBSchema {
  /** `met`: somebody met a damaged row. `owed`: rows were taken out, and no report says so yet. */
  state: { key: "met" | "owed"; value: true };
  /** As they were found, in the order in which they were. */
  rows: {
    key: number;
    value: { readonly key: RowKey; readonly value: unknown };
  };
}

type DamageDatabase = IDBPDatabase<DamageSchema>;

const strict = { durability: "strict" } as const;
const pageRows = 1_000;

/** Remembers it for whoever opens the store next. */
export function noteDamage(name: string): Promise<void> {
  return withDamage(name, async (db) => {
    const tx = db.transaction("state", "readwrite", strict);
    await Promise.all([tx.store.put(true, "met"), tx.done]);
  });
}

/** Before the store is opened: `onMend` is called before rows are taken out of it. Answers whether any were. Throws a `StoreError`. */
export function mendRows(
  name: string,
  {
    sealer,
    onMend,
  }: { readonly sealer: RowSealer; readonly onMend: () => void },
): Promise<boolean> {
  return withDamage(name, async (damage) => {
    if ((await damage.get("state", "met")) === undefined) return false;
    return navigator.locks.request(`suture-mend-${name}`, async () => {
      // Another tab may have been faster.
      if ((await damage.get("state", "met")) === undefined) return false;
      const db = await openStoreDatabase(name, () => undefined);
      try {
        const isMended = await navigator.locks.request(
          `suture-write-${name}`,
          () => takeOut({ db, damage, sealer, onMend }),
        );
        await damage.delete("state", "met");
        return isMended;
      } finally {
        db.close();
      }
    });
  });
}

/** Calls `tell` where rows were taken out and nobody was told yet; it may be called again where this is cut off. */
export function tellDamage(
  name: string,
  tell: (keptAs: string) => Promise<void>,
): Promise<void> {
  return withDamage(name, async (db) => {
    if ((await db.get("state", "owed")) === undefined) return;
    await tell(damageName(name));
    await db.delete("state", "owed");
  });
}

/** With everything else of a device. */
export async function deleteDamagedRows(name: string): Promise<void> {
  await deleteDB(damageName(name));
}

async function takeOut({
  db,
  damage,
  sealer,
  onMend,
}: {
  readonly db: StoreDatabase;
  readonly damage: DamageDatabase;
  readonly sealer: RowSealer;
  readonly onMend: () => void;
}): Promise<boolean> {
  const found = await damagedRows(db, sealer);
  if (found.length === 0) return false;
  onMend();
  const kept = damage.transaction(["rows", "state"], "readwrite", strict);
  const first = (await kept.objectStore("rows").count()) + 1;
  await Promise.all([
    ...found.map((row, index) =>
      kept.objectStore("rows").put(row, first + index),
    ),
    kept.objectStore("state").put(true, "owed"),
    kept.done,
  ]);
  const tx = db.transaction("rows", "readwrite", strict);
  await Promise.all([...found.map(({ key }) => tx.store.delete(key)), tx.done]);
  return true;
}

async function damagedRows(db: StoreDatabase, sealer: RowSealer) {
  const found: { readonly key: RowKey; readonly value: unknown }[] = [];
  for (let last: RowKey | undefined; ;) {
    const range =
      last === undefined ? undefined : IDBKeyRange.lowerBound(last, true);
    const tx = db.transaction("rows");
    const [keys, values] = await Promise.all([
      tx.store.getAllKeys(range, pageRows),
      tx.store.getAll(range, pageRows),
    ]);
    for (const [index, key] of keys.entries()) {
      const value = values[index];
      if (value === undefined || !sealer.opens(...key, value))
        found.push({ key, value });
    }
    last = keys.at(-1);
    if (keys.length < pageRows) return found;
  }
}

async function withDamage<T>(
  name: string,
  work: (db: DamageDatabase) => Promise<T>,
): Promise<T> {
  let db: DamageDatabase | undefined;
  try {
    db = await openDB<DamageSchema>(damageName(name), 1, {
      upgrade(made) {
        made.createObjectStore("state");
        made.createObjectStore("rows");
      },
      blocking(_current, _blocked, event) {
        if (event.target instanceof IDBDatabase) event.target.close();
      },
    });
    return await work(db);
  } catch (cause) {
    throw toStoreError(cause);
  } finally {
    db?.close();
  }
}

function damageName(name: string): string {
  return `suture-damaged-${name}`;
}
