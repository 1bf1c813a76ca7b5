/** One device of stock automerge-repo that comes back to what it holds. */
import { Repo, type PeerId } from "@automerge/automerge-repo";

import { broughtRecords, missedRecords, returning } from "../away-work.ts";
import type { OpenParty } from "../party.ts";
import { Traffic } from "../traffic.ts";
import {
  documentBefore,
  documentIdOf,
  growHeapFor,
  holdsAll,
  write,
  type RecordDocument,
} from "./automerge-documents.ts";
import { WatchedAdapter } from "./watched-adapter.ts";

/** It says nothing when it is done, and a server that is collecting garbage is silent for a second or two. */
const quietMs = 5_000;

export const openParty: OpenParty = async ({ work, away, port }) => {
  growHeapFor(work.records.length);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any text names a peer
  const repo = new Repo({ peerId: `device-${returning}` as PeerId });
  const handles = new Map(
    work.records.map((record) => [
      record.id,
      repo.import<RecordDocument>(documentBefore(record), {
        docId: documentIdOf(record),
      }),
    ]),
  );
  for (const { id, edits } of broughtRecords(work, away))
    for (const { key, text } of edits)
      handles.get(id)?.change((draft) => write(draft, { [key]: text }));

  return {
    async comeBack() {
      const traffic = new Traffic();
      repo.networkSubsystem.addNetworkAdapter(
        new WatchedAdapter(`ws://127.0.0.1:${port}`, traffic),
      );
      return traffic.settle(quietMs);
    },
    differences: async () =>
      missedRecords(work, away)
        .filter((record) => {
          const handle = handles.get(record.id);
          return handle === undefined || !holdsAll(handle.doc(), record);
        })
        .map(({ id }) => `the device has ${id} otherwise`),
  };
};
