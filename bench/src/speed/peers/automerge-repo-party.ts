/**
 * Devices of stock automerge-repo: a `Repo` each, edited before its network is attached. Without storage of their own, which would
 * only slow them down: what they hold is in memory.
 */
import { Repo, type DocHandle, type PeerId } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";

import { AwaitedArrivals } from "../awaited-arrivals.ts";
import type { OpenParty } from "../party.ts";
import { devicesPerClinic, type StormRecord } from "../storm-work.ts";
import {
  documentBefore,
  documentIdOf,
  growHeapFor,
  holdsAll,
  write,
  type RecordDocument,
} from "./automerge-documents.ts";

interface Device {
  readonly number: number;
  readonly repo: Repo;
  readonly held: readonly {
    readonly record: StormRecord;
    readonly handle: DocHandle<RecordDocument>;
  }[];
}

// The stock adapter tries again after five seconds and no longer listens to the socket before: what that one fails with later would end
// every device of this process, of which each stands for a process of its own.
process.on("uncaughtException", (cause) => {
  if (!("syscall" in cause)) throw cause;
});

export const openParty: OpenParty = async ({ work, port }) => {
  growHeapFor(work.records.length * devicesPerClinic);
  const documents = new Map(
    work.records.map((record) => [record.id, documentBefore(record)]),
  );
  const devices = work.devices.map(device);
  const reached = new AwaitedArrivals(
    devices.map((own) => colleaguesOf(own).map(({ record }) => record.id)),
  );
  for (const [at, own] of devices.entries())
    for (const { record, handle } of colleaguesOf(own))
      handle.on("change", ({ doc }) => {
        if (holdsAll(doc, record)) reached.arrived(at, record.id);
      });

  /** Holds what its clinic holds, and has edited its own. */
  function device(number: number): Device {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any text names a peer
    const repo = new Repo({ peerId: `device-${number}` as PeerId });
    const clinic = Math.floor(number / devicesPerClinic);
    const held = work.records
      .filter((record) => record.clinic === clinic)
      .map((record) => {
        const binary = documents.get(record.id);
        if (binary === undefined) throw new Error("there is no document");
        const handle = repo.import<RecordDocument>(binary, {
          docId: documentIdOf(record),
        });
        if (record.device === number)
          for (const { key, text } of record.edits)
            handle.change((draft) => write(draft, { [key]: text }));
        return { record, handle };
      });
    return { number, repo, held };
  }

  return {
    async comeBack() {
      const startMs = performance.now();
      for (const { repo } of devices)
        repo.networkSubsystem.addNetworkAdapter(
          new WebSocketClientAdapter(`ws://127.0.0.1:${port}`),
        );
      await reached.all();
      const value = performance.now() - startMs;
      return { "everybody has everything": { value, unit: "ms" } };
    },
    differences: async () =>
      devices.flatMap(({ number, held }) =>
        held
          .filter(({ record, handle }) => !holdsAll(handle.doc(), record))
          .map(({ record }) => `device ${number} has ${record.id} otherwise`),
      ),
    async leave() {
      await Promise.all(devices.map(({ repo }) => repo.shutdown()));
    },
  };
};

function colleaguesOf({ number, held }: Device): Device["held"] {
  return held.filter(({ record }) => record.device !== number);
}
