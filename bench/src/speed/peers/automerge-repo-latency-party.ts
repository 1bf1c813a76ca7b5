/** Devices of stock automerge-repo at work: connected, each edit a change of a shared document. */
import { Repo, type DocHandle, type PeerId } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

import type { OpenParty } from "../party.ts";
import { editsInTurns, SteadyEdits } from "../steady-edits.ts";
import { clinicOf, devicesPerClinic, editCount } from "../storm-work.ts";
import {
  documentBefore,
  documentIdOf,
  growHeapFor,
  write,
  type RecordDocument,
} from "./automerge-documents.ts";

/** For what devices and server tell each other before there is anything to tell. */
const settleMs = 3_000;

export const openParty: OpenParty = async ({ work, port }) => {
  growHeapFor(work.records.length * devicesPerClinic);
  const edits = new SteadyEdits(editCount(work), devicesPerClinic - 1);
  const repos: Repo[] = [];
  const handlesByDevice: ReadonlyMap<string, DocHandle<RecordDocument>>[] = [];
  for (let number = 0; number < work.size.devices; number += 1) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any text names a peer
    const repo = new Repo({ peerId: `device-${number}` as PeerId });
    const handles = new Map<string, DocHandle<RecordDocument>>();
    for (const record of work.records) {
      if (record.clinic !== clinicOf(number)) continue;
      const handle = repo.import<RecordDocument>(documentBefore(record), {
        docId: documentIdOf(record),
      });
      handles.set(record.id, handle);
      if (record.device !== number)
        handle.on("change", ({ doc, patches }) => {
          const keys = new Set(patches.map(({ path: [key] }) => String(key)));
          for (const key of keys) edits.arrived(doc[key]?.val ?? "");
        });
    }
    repos.push(repo);
    handlesByDevice.push(handles);
  }
  const turns = editsInTurns(work);

  return {
    async comeBack() {
      for (const repo of repos)
        repo.networkSubsystem.addNetworkAdapter(
          new WebSocketClientAdapter(`ws://127.0.0.1:${port}`),
        );
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      return edits.run((number, noteName) => {
        const next = turns[number];
        if (next === undefined) throw new Error("there are no more edits");
        const { id, key, text } = next.item;
        noteName(text);
        handlesByDevice[next.device]
          ?.get(id)
          ?.change((draft) => write(draft, { [key]: text }));
      });
    },
    // That each edit arrived is what ended the run.
    differences: async () => [],
  };
};
