/** A client on Node: its log in a SQLite file, its tokens in a file beside it, sockets by `ws`. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { ClientOptions } from "./client-options.ts";
import type { Client } from "./client.ts";
import { createClient } from "./create-client.ts";
import { createFileTokenStore } from "./identity/file-token-store.ts";
import { clientMigrations } from "./store/client-migrations.ts";
import { clientTables } from "./store/client-tables.ts";
import { clientSalvage } from "./store/damage-report.ts";
import { openSqliteStore } from "./store/open-sqlite-store.ts";
import { connectWebSocket } from "./sync/connect-websocket.ts";

export type NodeClientOptions = Pick<ClientOptions, "url"> &
  Partial<Omit<ClientOptions, "store">> & {
    /** Where the device keeps everything; created, readable by its owner only, if absent. */
    readonly directory: string;
  };

/** Throws a `StoreError` for a store that cannot be opened. What is left of a damaged one is salvaged, and told by `damage`. */
export async function createNodeClient({
  directory,
  ...options
}: NodeClientOptions): Promise<Client> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const store = await openSqliteStore({
    file: join(directory, "log.sqlite"),
    tables: clientTables,
    migrations: clientMigrations,
    salvage: clientSalvage,
  });
  return createClient({
    tokens: createFileTokenStore(join(directory, "tokens.json")),
    connect: connectWebSocket,
    ...options,
    store,
  });
}
