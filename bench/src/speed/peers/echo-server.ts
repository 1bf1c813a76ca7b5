/**
 * The bare echo: what comes over a socket is appended to a file, flushed, and forwarded as it is to the colleagues of the same
 * clinic; one flush for all that is in flight. It reads nothing but where a socket belongs.
 */
import { Decoder } from "cbor-x";
import { fdatasyncSync, openSync, writevSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { WebSocketServer, type WebSocket } from "ws";

import { peerServerSetupSchema, type FromPeerServer } from "../party.ts";
import type { ToFloor } from "./floor-protocol.ts";

const { directory } = peerServerSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true });
const file = openSync(join(directory, "echo.cbor"), "a");

interface Clinic {
  readonly sockets: Set<WebSocket>;
  /** For whoever comes later. */
  readonly frames: Buffer[];
}
interface Arrived {
  readonly from: WebSocket;
  readonly clinic: Clinic;
  readonly frame: Buffer;
}
const clinics = new Map<number, Clinic>();
let inFlight: Arrived[] = [];

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  perMessageDeflate: false,
});
server.on("connection", (from) => {
  let clinic: Clinic | undefined;
  from.on("message", (frame: Buffer) => {
    if (clinic === undefined) {
      clinic = clinicOf(frame);
      clinic.sockets.add(from);
      for (const earlier of clinic.frames) from.send(earlier);
      return;
    }
    if (inFlight.length === 0) setImmediate(flush);
    inFlight.push({ from, clinic, frame });
  });
});
server.once("listening", () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a path
  const { port } = server.address() as AddressInfo;
  const listening: FromPeerServer = { kind: "listening", port };
  process.send?.(listening);
});
process.once("disconnect", () => process.exit(0));

function clinicOf(hello: Buffer): Clinic {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both ends are this program, built together
  const message = decoder.decode(hello) as ToFloor;
  if (message.type !== "hello") throw new Error("nobody said hello");
  const known = clinics.get(message.clinic) ?? {
    sockets: new Set<WebSocket>(),
    frames: [],
  };
  clinics.set(message.clinic, known);
  return known;
}

function flush(): void {
  const arrived = inFlight;
  inFlight = [];
  writevSync(
    file,
    arrived.map(({ frame }) => frame),
  );
  fdatasyncSync(file);
  for (const { from, clinic, frame } of arrived) {
    clinic.frames.push(frame);
    for (const socket of clinic.sockets)
      if (socket !== from) socket.send(frame);
  }
}
