/** Hocuspocus' devices at work: connected and synced, each edit a change of a shared document. */
import {
  HocuspocusProvider,
  HocuspocusProviderWebsocket,
} from "@hocuspocus/provider";
import { WebSocket } from "ws";
import * as Y from "yjs";

import type { OpenParty } from "../party.ts";
import { editsInTurns, SteadyEdits } from "../steady-edits.ts";
import { clinicOf, devicesPerClinic, editCount } from "../storm-work.ts";
import { textsOf, updateBefore } from "./yjs-documents.ts";

export const openParty: OpenParty = async ({ work, port }) => {
  const edits = new SteadyEdits(editCount(work), devicesPerClinic - 1);
  const docsByDevice: ReadonlyMap<string, Y.Doc>[] = [];
  const synced: Promise<void>[] = [];
  const sockets: HocuspocusProviderWebsocket[] = [];
  for (let number = 0; number < work.size.devices; number += 1) {
    const socket = new HocuspocusProviderWebsocket({
      url: `ws://127.0.0.1:${port}`,
      WebSocketPolyfill: WebSocket,
      autoConnect: false,
    });
    sockets.push(socket);
    const docs = new Map<string, Y.Doc>();
    for (const record of work.records) {
      if (record.clinic !== clinicOf(number)) continue;
      const doc = new Y.Doc();
      Y.applyUpdate(doc, updateBefore(record));
      docs.set(record.id, doc);
      synced.push(
        new Promise((resolve) => {
          new HocuspocusProvider({
            websocketProvider: socket,
            name: record.id,
            document: doc,
            awareness: null,
            onSynced: () => resolve(),
          }).attach();
        }),
      );
      if (record.device !== number)
        textsOf(doc).observe(({ keysChanged }) => {
          for (const key of keysChanged)
            edits.arrived(textsOf(doc).get(String(key)) ?? "");
        });
    }
    docsByDevice.push(docs);
  }
  const turns = editsInTurns(work);

  return {
    async comeBack() {
      for (const socket of sockets) void socket.connect();
      await Promise.all(synced);
      return edits.run((number, noteName) => {
        const next = turns[number];
        if (next === undefined) throw new Error("there are no more edits");
        const { id, key, text } = next.item;
        const doc = docsByDevice[next.device]?.get(id);
        noteName(text);
        if (doc !== undefined) textsOf(doc).set(key, text);
      });
    },
    // That each edit arrived is what ended the run.
    differences: async () => [],
  };
};
