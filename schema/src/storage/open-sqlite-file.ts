/**
 * Opens a store in a SQLite file, such that a resolved write has been flushed to the disk (SPEC ST-8) and what is not as it was
 * written never passes for sound (ST-16).
 *
 * WAL with `synchronous=FULL`: one fsync before every commit returns, and readers that never wait for the writer. The driver
 * is given, since what both sides share touches no disk itself.
 */
import { makeDurable } from "./commit-rows.ts";
import { findDamage, type StoreDamage } from "./find-damage.ts";
import { salvageSqliteFile, type Salvage } from "./salvage-sqlite-file.ts";
import { toStoreError, type SqliteDatabase } from "./sqlite-rows.ts";
import { createSqliteStore, type SqliteStoreOptions } from "./sqlite-store.ts";
import { StoreError, type Store } from "./store.ts";

export interface SqliteFileOptions extends Omit<
  SqliteStoreOptions,
  "writer" | "reader"
> {
  /** A new handle on the file, which the writing one creates if it is absent. */
  openHandle(mode: "write" | "read"): SqliteDatabase;
  /** Whether the file is there, but has next to nothing in it, as no store leaves it: SQLite would take it for a new one. */
  isEmptied?(): boolean;
  /** What to do with a damaged file; without it, it is refused, untouched. */
  readonly salvage?: Salvage | undefined;
  /** False where whoever opens it looks for what is wrong by themselves. Rows are checked when they are read all the same. */
  readonly isChecked?: boolean | undefined;
}

/** Throws a `StoreError`; `store-too-new` for a file of a later version, `store-damaged` for a damaged one without `salvage`. */
export async function openSqliteFile(
  options: SqliteFileOptions,
): Promise<Store> {
  const { salvage, tables } = options;
  if (salvage === undefined) return openIfSound(options);
  salvage.files.finish();
  try {
    return await openIfSound(options);
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.code !== "store-damaged")
      throw cause;
  }
  try {
    await salvageSqliteFile(tables, salvage);
  } catch (cause) {
    throw toStoreError(cause);
  }
  return openIfSound(options);
}

async function openIfSound({
  openHandle,
  isEmptied,
  isChecked = true,
  ...options
}: SqliteFileOptions): Promise<Store> {
  const opened: SqliteDatabase[] = [];
  try {
    if (isEmptied?.() === true)
      throw damagedError({ isStructureSound: false, tables: [] });
    const isRead = options.access === "read";
    const writer = openHandle(isRead ? "read" : "write");
    opened.push(writer);
    if (!isRead) makeDurable(writer);
    const damage = isChecked ? findDamage(writer, options.tables) : null;
    if (damage !== null) throw damagedError(damage);
    const reader = openHandle("read");
    opened.push(reader);
    return await createSqliteStore({ ...options, writer, reader });
  } catch (cause) {
    for (const handle of opened) handle.close();
    throw toStoreError(cause);
  }
}

function damagedError({ isStructureSound, tables }: StoreDamage): StoreError {
  const where = tables.map(
    ({ table, damagedRowCount }) =>
      `table ${table} (${damagedRowCount} damaged rows)`,
  );
  const parts = isStructureSound ? where : ["its structure", ...where];
  return new StoreError(
    "store-damaged",
    `the store's file is not as it was written: ${parts.join(", ")}`,
  );
}
