/** For tests: the stores that everything is run against. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore, type Store } from "@suture/schema";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";

export interface OpenedStore {
  readonly store: Store;
  /** How many writes each commit made durable, where the store shares commits. */
  readonly commits: readonly number[];
  discard(): Promise<void>;
}

export const storeKinds = ["memory", "SQLite"] as const;

export async function openTestStore(
  kind: (typeof storeKinds)[number],
): Promise<OpenedStore> {
  const commits: number[] = [];
  if (kind === "memory") {
    const store = createMemoryStore({ tables: serverTables });
    return { store, commits, discard: () => store.close() };
  }
  const directory = mkdtempSync(join(tmpdir(), "admission-"));
  const store = await openSqliteStore({
    file: join(directory, "store.sqlite"),
    tables: serverTables,
    migrations: serverMigrations,
    onCommit: (writeCount) => commits.push(writeCount),
  });
  return {
    store,
    commits,
    async discard() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
