/** How many migrations a SQLite file has behind it. SPEC ST-12. */
import { columnOf, type SqliteDatabase } from "./sqlite-rows.ts";
import { StoreError } from "./store.ts";

/** 0 for a file that was never migrated. */
export function versionOf(db: SqliteDatabase): number {
  const isListed = db
    .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'store_migrations'")
    .get();
  if (isListed === undefined) return 0;
  const greatest = db
    .prepare("SELECT max(number) AS value FROM store_migrations")
    .get();
  return Number(columnOf(greatest, "value"));
}

/** Throws a `StoreError` for a file of a later version. */
export function checkVersion(version: number, knownVersion: number): void {
  if (version > knownVersion)
    throw new StoreError(
      "store-too-new",
      `the store's file has version ${version}, this program knows ${knownVersion}`,
    );
}
