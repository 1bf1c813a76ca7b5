/**
 * Devices of Hocuspocus: a provider for each record of the clinic, all of a device over one socket, edited before it connects. Nobody
 * is shown where others type, which would only cost it time.
 */
import {
  HocuspocusProvider,
  HocuspocusProviderWebsocket,
} from "@hocuspocus/provider";
import { WebSocket } from "ws";
import * as Y from "yjs";

import { AwaitedArrivals } from "../awaited-arrivals.ts";
import type { OpenParty } from "../party.ts";
import { clinicOf, type StormRecord } from "../storm-work.ts";
import { holdsAll, textsOf, updateBefore } from "./yjs-documents.ts";

interface Held {
  readonly record: StormRecord;
  readonly doc: Y.Doc;
}

export const openParty: OpenParty = async ({ work, port }) => {
  const devices = work.devices.map((number) => ({
    number,
    held: work.records
      .filter(({ clinic }) => clinic === clinicOf(number))
      .map((record): Held => ({ record, doc: heldBy(number, record) })),
  }));
  const reached = new AwaitedArrivals(
    devices.map(({ number, held }) =>
      held.flatMap(({ record }) =>
        record.device === number ? [] : [record.id],
      ),
    ),
  );
  const sockets = devices.map(({ number, held }, at) => {
    const socket = new HocuspocusProviderWebsocket({
      url: `ws://127.0.0.1:${port}`,
      WebSocketPolyfill: WebSocket,
      autoConnect: false,
    });
    for (const { record, doc } of held) {
      new HocuspocusProvider({
        websocketProvider: socket,
        name: record.id,
        document: doc,
        awareness: null,
      }).attach();
      if (record.device !== number)
        doc.on("update", () => {
          if (holdsAll(doc, record)) reached.arrived(at, record.id);
        });
    }
    return socket;
  });

  return {
    async comeBack() {
      const startMs = performance.now();
      for (const socket of sockets) void socket.connect();
      await reached.all();
      const value = performance.now() - startMs;
      return { "everybody has everything": { value, unit: "ms" } };
    },
    differences: async () =>
      devices.flatMap(({ number, held }) =>
        held
          .filter(({ record, doc }) => !holdsAll(doc, record))
          .map(({ record }) => `device ${number} has ${record.id} otherwise`),
      ),
    async leave() {
      for (const socket of sockets) socket.destroy();
    },
  };
};

function heldBy(number: number, record: StormRecord): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, updateBefore(record));
  if (record.device === number)
    for (const { key, text } of record.edits) textsOf(doc).set(key, text);
  return doc;
}
