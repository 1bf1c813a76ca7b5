/**
 * The server of stock automerge-repo, as its sync server is made: a `Repo` with its WebSocket server adapter and its file storage.
 * It shares a document with the devices of its clinic only, and has all of them in memory, as one that has been up for a while.
 */
import { Repo, type PeerId } from "@automerge/automerge-repo";
import { WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

import { missedRecords } from "../away-work.ts";
import {
  peerServerSetupSchema,
  type FromPeerServer,
  type ToPeerServer,
} from "../party.ts";
import { clinicOf, stormWork } from "../storm-work.ts";
import {
  documentBefore,
  documentIdOf,
  growHeapFor,
  write,
  type RecordDocument,
} from "./automerge-documents.ts";

const { directory, size, away } = peerServerSetupSchema.parse(
  JSON.parse(process.argv[2] ?? "{}"),
);
const work = stormWork(size);
growHeapFor(work.records.length);

const clinicByDocument = new Map(
  work.records.map(({ id, clinic }) => [id, clinic]),
);
const sockets = new WebSocketServer({ host: "127.0.0.1", port: 0 });
const listening = new Promise((resolve) => sockets.once("listening", resolve));
const repo = new Repo({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any text names a peer
  peerId: "server" as PeerId,
  storage: new NodeFSStorageAdapter(directory),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as its documentation has it: two packages' names for one class
  network: [new WebSocketServerAdapter(sockets as never)],
  sharePolicy: async (peerId, documentId) =>
    documentId !== undefined &&
    clinicByDocument.get(documentId) ===
      clinicOf(Number(peerId.replace("device-", ""))),
});
const missed = new Set(missedRecords(work, away).map(({ id }) => id));
for (const record of work.records) {
  const handle = repo.import<RecordDocument>(documentBefore(record), {
    docId: documentIdOf(record),
  });
  if (missed.has(record.id))
    for (const { key, text } of record.edits)
      handle.change((draft) => write(draft, { [key]: text }));
}
await flush();
await listening;

process.on("message", ({ kind }: ToPeerServer) => {
  if (kind === "store") void flush().then(() => tell({ kind: "stored" }));
});
process.once("disconnect", () => process.exit(0));
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port, not on a path
tell({ kind: "listening", port: (sockets.address() as AddressInfo).port });

/** Some at a time: each is a file, of which a process may have so many open. */
async function flush(): Promise<void> {
  const ids = work.records.map(documentIdOf);
  for (let at = 0; at < ids.length; at += 1_000)
    await repo.flush(ids.slice(at, at + 1_000));
}

function tell(message: FromPeerServer): void {
  process.send?.(message);
}
