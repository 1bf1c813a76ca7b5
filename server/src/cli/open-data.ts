import { existsSync } from "node:fs";
import { StoreError, type Store } from "@suture/schema";

import { storeFileIn } from "../store/data-lock.ts";
import { openSqliteStore } from "../store/open-sqlite-store.ts";
import { serverMigrations } from "../server-migrations.ts";
import { serverTables } from "../server-tables.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";

/**
 * Runs a command on the store of a data directory, beside a running server or without one, and closes it. Never creates one:
 * a mistyped directory is not an intact, empty store. Nor is one migrated: the server beside it may be of an older version. SPEC OP-9.
 */
export async function withStore(
  directory: string,
  output: CliOutput,
  command: (store: Store) => Promise<ExitCode>,
  access: "read" | "beside" = "read",
): Promise<ExitCode> {
  const file = storeFileIn(directory);
  if (!existsSync(file)) {
    output.err(`There is no Suture data in ${directory}.`);
    return 2;
  }
  let store: Store | undefined;
  try {
    store = await openSqliteStore({
      file,
      tables: serverTables,
      migrations: serverMigrations,
      access,
      // Commands name the row that is damaged; and a server may be working beside them.
      isChecked: false,
    });
    return await command(store);
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    output.err(`The store cannot be read: ${cause.message} (${cause.code}).`);
    return 2;
  } finally {
    await store?.close();
  }
}
