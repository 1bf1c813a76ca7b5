/**
 * Hocuspocus with its database extension on SQLite, by the statements of its own SQLite extension. It stores a document some time
 * after it was last changed (`debounce`, as it comes). What it stores in one turn is one transaction, made durable.
 */
import { Database as DatabaseExtension } from "@hocuspocus/extension-database";
import { Server } from "@hocuspocus/server";
import Database from "better-sqlite3";
import { join } from "node:path";

import {
  peerServerSetupSchema,
  type FromPeerServer,
  type ToPeerServer,
} from "../party.ts";
import { stormWork } from "../storm-work.ts";
import { updateBefore } from "./yjs-documents.ts";

const { directory, size } = peerServerSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
const database = new Database(join(directory, "documents.sqlite"));
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(
  'CREATE TABLE "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))',
);
const select = database
  .prepare<[string], Buffer>('SELECT data FROM "documents" WHERE name = ?')
  .pluck();
const upsert = database.prepare<[string, Uint8Array]>(
  'INSERT INTO "documents" ("name", "data") VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET data = excluded.data',
);
const storeAll = database.transaction(
  (states: ReadonlyMap<string, Uint8Array>) => {
    for (const [name, state] of states) upsert.run(name, state);
  },
);
storeAll(
  new Map(
    stormWork(size).records.map((record) => [record.id, updateBefore(record)]),
  ),
);

/** Changed since it was stored. */
const unstored = new Set<string>();
let toStore = new Map<string, Uint8Array>();
let onStored: () => void = () => undefined;

const server = new Server({
  address: "127.0.0.1",
  port: 0,
  quiet: true,
  stopOnSignals: false,
  extensions: [
    new DatabaseExtension({
      fetch: async ({ documentName }) => select.get(documentName) ?? null,
      store: async ({ documentName, state }) => {
        if (toStore.size === 0) setImmediate(storeTogether);
        toStore.set(documentName, state);
        unstored.delete(documentName);
      },
    }),
  ],
  onChange: async ({ documentName }) => {
    unstored.add(documentName);
  },
});
await server.listen();

process.on("message", ({ kind }: ToPeerServer) => {
  if (kind !== "store") return;
  onStored = () => tell({ kind: "stored" });
  sayIfStored();
});
process.once("disconnect", () => process.exit(0));
tell({ kind: "listening", port: server.address.port });

function storeTogether(): void {
  const states = toStore;
  toStore = new Map();
  storeAll(states);
  sayIfStored();
}

function sayIfStored(): void {
  if (unstored.size > 0 || toStore.size > 0) return;
  onStored();
  onStored = () => undefined;
}

function tell(message: FromPeerServer): void {
  process.send?.(message);
}
