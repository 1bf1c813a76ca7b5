/**
 * The floor: what any server on this machine has to do. It decodes a push, writes it to SQLite with `synchronous=FULL`, one
 * transaction for all pushes in flight, answers, and forwards the same changes to the colleagues of the same clinic. No policy: it
 * knows nobody, checks nothing, and keeps no index.
 */
import Database from "better-sqlite3";
import { Decoder, Encoder } from "cbor-x";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";

import { peerServerSetupSchema, type FromPeerServer } from "../party.ts";
import type { FloorChange, FromFloor, ToFloor } from "./floor-protocol.ts";

const { directory } = peerServerSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
const options = { useRecords: false, mapsAsObjects: true } as const;
const encoder = new Encoder({ ...options, tagUint8Array: false });
const decoder = new Decoder(options);

const database = new Database(join(directory, "floor.sqlite"));
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(
  "CREATE TABLE log (clinic INTEGER, sequence INTEGER, record TEXT, bytes BLOB, PRIMARY KEY (clinic, sequence)) WITHOUT ROWID",
);
const insert = database.prepare<[number, number, string, Uint8Array]>(
  "INSERT INTO log VALUES (?, ?, ?, ?)",
);
const rowsOf = database.prepare<[number], FloorChange>(
  "SELECT record AS recordId, bytes FROM log WHERE clinic = ?",
);

interface Push {
  readonly from: WebSocket;
  readonly clinic: number;
  readonly pushId: number;
  readonly changes: readonly FloorChange[];
}

const socketsByClinic = new Map<number, Set<WebSocket>>();
let sequence = 0;
let inFlight: Push[] = [];
const commit = database.transaction((pushes: readonly Push[]) => {
  for (const { clinic, changes } of pushes)
    for (const { recordId, bytes } of changes)
      insert.run(clinic, (sequence += 1), recordId, bytes);
});

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  perMessageDeflate: false,
});
server.on("connection", (socket) => {
  let clinic = 0;
  socket.on("message", (frame: Buffer) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it checks nothing: that is what makes it the floor
    const message = decoder.decode(frame) as ToFloor;
    if (message.type === "hello") {
      ({ clinic } = message);
      const sockets = socketsByClinic.get(clinic) ?? new Set();
      socketsByClinic.set(clinic, sockets.add(socket));
      // What came before it did.
      const changes = rowsOf.all(clinic);
      if (changes.length > 0)
        socket.send(frameOf({ type: "changes", changes }));
      return;
    }
    if (inFlight.length === 0) setImmediate(commitInFlight);
    inFlight.push({ ...message, clinic, from: socket });
  });
});
server.once("listening", () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a path
  const { port } = server.address() as AddressInfo;
  const listening: FromPeerServer = { kind: "listening", port };
  process.send?.(listening);
});
process.once("disconnect", () => process.exit(0));

function commitInFlight(): void {
  const pushes = inFlight;
  inFlight = [];
  commit(pushes);
  for (const { from, clinic, pushId, changes } of pushes) {
    from.send(frameOf({ type: "stored", pushId }));
    const frame = frameOf({ type: "changes", changes });
    for (const socket of socketsByClinic.get(clinic) ?? [])
      if (socket !== from) socket.send(frame);
  }
}

function frameOf(message: FromFloor): Uint8Array {
  return encoder.encode(message);
}
