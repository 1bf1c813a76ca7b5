/**
 * PouchDB Server's own `express-pouchdb`, with what PouchDB needs and no more, on LevelDB on disk. It answers a write once LevelDB has
 * it, which does not flush it.
 */
import express from "express";
import expressPouchDB from "express-pouchdb";
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import PouchDB from "pouchdb";

import { peerServerSetupSchema, type FromPeerServer } from "../party.ts";
import { stormWork } from "../storm-work.ts";
import { databaseOf, documentBefore } from "./pouchdb-documents.ts";

const { directory, size } = peerServerSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
// Each database listens to all of its kind; above ten, Node would warn of a leak.
EventEmitter.defaultMaxListeners = 0;
const OnDisk = PouchDB.defaults({ prefix: join(directory, "/") });
const { records, clinics } = stormWork(size);
for (let clinic = 0; clinic < clinics; clinic += 1)
  await new OnDisk(databaseOf(clinic)).bulkDocs(
    records.filter((one) => one.clinic === clinic).map(documentBefore),
  );

const app = express();
app.use(
  "/",
  expressPouchDB(OnDisk, {
    mode: "minimumForPouchDB",
    inMemoryConfig: true,
    logPath: join(directory, "log.txt"),
  }),
);
const server = createServer(app);
server.listen(0, "127.0.0.1", () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a path
  const { port } = server.address() as AddressInfo;
  const listening: FromPeerServer = { kind: "listening", port };
  process.send?.(listening);
});
process.once("disconnect", () => process.exit(0));
