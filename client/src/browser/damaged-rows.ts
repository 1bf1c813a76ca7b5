/**
 * What becomes of rows that do not open any more. Whoever meets one notes it, and the next page that opens the store mends it before it
 * uses it: every row is tried, those that do not open are kept as they were found, in a database of their own, and leave the store,
 * all at once. Then a report is owed, which is written into the store like one on Node; the log makes itself agree again, and what
 * the server has comes back. Cut off at any moment, it goes on at the next start. Where there is no space for what was damaged, nothing
 * is taken out before there is some. SPEC WB-36 to WB-38, WB-41, WB-52.
 *
 * Trying every row takes seconds, so it is done only where one was met.
 */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";

import {
  isAllNamedElsewhere,
  type DamageReport,
} from "../store/damage-report.ts";
import type { RowSealer } from "./row-sealing.ts";
import {
  openStoreDatabase,
  parseState,
  stateKey,
  toStoreError,
  type RowKey,
  type StoreDatabase,
} from "./store-database.ts";

interface DamageSchema extends DBSchema {
  /**
   * `met`: somebody met a damaged row. `owed`: rows were taken out, and no report says so yet. `unnamed`: among them were some that
   * nothing else names.
   */
  state: { key: "met" | "owed" | "unnamed"; value: true };
  /** As they were found, in the order in which they were. */
  rows: { key: number; value: DamagedRow };
}

type DamageDatabase = IDBPDatabase<DamageSchema>;

const strict = { durability: "strict" } as const;
const pageRows = 1_000;

/** Remembers it for whoever opens the store next. */
export function noteDamage(name: string): Promise<void> {
  return withDamage(name, async (db) => {
    const tx = db.transaction("state", "readwrite", strict);
    await allOf(tx.done, [tx.store.put(true, "met")]);
  });
}

export interface MendDeps {
  readonly sealer: () => Promise<RowSealer>;
  /** Called before rows are taken out. */
  readonly onMend: () => void;
  /** Writes the report; may be called again where this is cut off. */
  readonly tell: (
    report: Pick<DamageReport, "keptAs" | "areAllNamed">,
  ) => Promise<void>;
}

/** The notes about rows that were taken out. */
const owedNotes = IDBKeyRange.bound("owed", "unnamed");

/** Before the store is opened, by a page. Answers whether whoever let go of the store is to open it anew. Throws a `StoreError`. */
export function mendDamage(name: string, deps: MendDeps): Promise<boolean> {
  return withDamage(name, async (damage) => {
    if ((await damage.count("state")) === 0) return false;
    // Of pages that open at once one mends, and tells it.
    return navigator.locks.request(`suture-mend-${name}`, async () => {
      let isLetGo = false;
      const onMend = () => {
        isLetGo = true;
        deps.onMend();
      };
      try {
        return await mendAndTell(name, damage, { ...deps, onMend });
      } catch (cause) {
        // A full device is opened all the same, and what is left of this is for the next start.
        if (toStoreError(cause).code !== "store-full") throw cause;
        return isLetGo;
      }
    });
  });
}

async function mendAndTell(
  name: string,
  damage: DamageDatabase,
  deps: MendDeps,
): Promise<boolean> {
  if ((await damage.get("state", "met")) !== undefined) {
    await mendRows(name, damage, deps);
    await damage.delete("state", "met");
  }
  if ((await damage.get("state", "owed")) === undefined) return false;
  const unnamed = await damage.get("state", "unnamed");
  await deps.tell({
    keptAs: damageName(name),
    areAllNamed: unnamed === undefined,
  });
  await damage.delete("state", owedNotes);
  return true;
}

/** With everything else of a device. */
export async function deleteDamagedRows(name: string): Promise<void> {
  await deleteDB(damageName(name));
}

async function mendRows(
  name: string,
  damage: DamageDatabase,
  deps: MendDeps,
): Promise<void> {
  const sealer = await deps.sealer();
  const db = await openStoreDatabase(name, () => undefined);
  try {
    await navigator.locks.request(`suture-write-${name}`, async () => {
      const found = await damagedRows(db, sealer);
      if (found.length > 0) await takeOut(db, damage, found, deps);
    });
  } finally {
    db.close();
  }
}

async function takeOut(
  db: StoreDatabase,
  damage: DamageDatabase,
  found: readonly DamagedRow[],
  { onMend }: MendDeps,
): Promise<void> {
  const notes: ("owed" | "unnamed")[] = ["owed"];
  const tables = new Set(found.map(({ key: [, table] }) => table));
  if (!isAllNamedElsewhere(tables)) notes.push("unnamed");
  const noted = await damage.getAllKeys("state");
  const added = notes.filter((note) => !noted.includes(note));
  // A try that was cut off may have set some aside, which is not done twice, nor needs space again.
  const isAside = noted.includes("owed") ? await setAside(damage) : () => false;
  const put = found.filter((row) => !isAside(row));
  const kept = damage.transaction(["rows", "state"], "readwrite", strict);
  const last = await kept.objectStore("rows").openKeyCursor(null, "prev");
  const first = (last?.key ?? 0) + 1;
  await allOf(kept.done, [
    ...put.map((row, index) =>
      kept.objectStore("rows").put(row, first + index),
    ),
    ...added.map((note) => kept.objectStore("state").put(true, note)),
  ]);
  onMend();
  try {
    await deleteRows(db, found);
  } catch (cause) {
    // With every row still in its place, what is undamaged stays usable.
    const undone = damage.transaction(["rows", "state"], "readwrite", strict);
    await allOf(undone.done, [
      undone.objectStore("rows").delete(IDBKeyRange.lowerBound(first)),
      ...added.map((note) => undone.objectStore("state").delete(note)),
    ]);
    throw cause;
  }
}

/** Whether a row was set aside as it is. */
async function setAside(
  damage: DamageDatabase,
): Promise<(row: DamagedRow) => boolean> {
  const aside = new Map<string, unknown[]>();
  for (const { key, value } of await damage.getAll("rows")) {
    const name = JSON.stringify(key);
    aside.set(name, [...(aside.get(name) ?? []), value]);
  }
  return ({ key, value }) =>
    (aside.get(JSON.stringify(key)) ?? []).some((other) =>
      isSameValue(other, value),
    );
}

function isSameValue(one: unknown, other: unknown): boolean {
  return one instanceof Uint8Array && other instanceof Uint8Array
    ? indexedDB.cmp(one, other) === 0
    : one === other;
}

async function deleteRows(
  db: StoreDatabase,
  found: readonly DamagedRow[],
): Promise<void> {
  const state = parseState(await db.get("state", stateKey));
  const tx = db.transaction(
    ["rows", "state", "memory_tables", "memory_writes"],
    "readwrite",
    strict,
  );
  const commitNumber = state.commitNumber + 1;
  await allOf(tx.done, [
    ...found.map(({ key }) => tx.objectStore("rows").delete(key)),
    // What is held of tables in memory may follow from rows that are no more.
    tx.objectStore("memory_tables").clear(),
    tx.objectStore("memory_writes").clear(),
    tx
      .objectStore("state")
      .put(
        { ...state, commitNumber, memoryWritesFrom: commitNumber },
        stateKey,
      ),
  ]);
}

/** Why a transaction was given up it says itself; its requests only say that it was. */
async function allOf(
  done: Promise<void>,
  requests: readonly Promise<unknown>[],
): Promise<void> {
  await Promise.all([done, Promise.allSettled(requests)]);
}

interface DamagedRow {
  readonly key: RowKey;
  /** As it was found. */
  readonly value: unknown;
}

async function damagedRows(
  db: StoreDatabase,
  sealer: RowSealer,
): Promise<readonly DamagedRow[]> {
  const found: DamagedRow[] = [];
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
