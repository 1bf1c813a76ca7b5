/** A device of stock automerge-repo that has nothing yet: it knows which documents there are, and asks for all of them. */
import { Repo, type PeerId } from "@automerge/automerge-repo";

import { returning } from "../away-work.ts";
import type { OpenParty } from "../party.ts";
import type { Measured } from "../rounds.ts";
import { Traffic } from "../traffic.ts";
import {
  documentIdOf,
  growHeapFor,
  holdsAll,
  type RecordDocument,
} from "./automerge-documents.ts";
import { WatchedAdapter } from "./watched-adapter.ts";

const quietMs = 2_000;

export const openParty: OpenParty = async ({ work, port }) => {
  growHeapFor(work.records.length);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any text names a peer
  const repo = new Repo({ peerId: `device-${returning}` as PeerId });
  const missing = new Map(work.records.map((record) => [record.id, record]));

  return {
    async comeBack(): Promise<Measured> {
      const traffic = new Traffic();
      const startMs = performance.now();
      let firstMs = 0;
      repo.networkSubsystem.addNetworkAdapter(
        new WatchedAdapter(`ws://127.0.0.1:${port}`, traffic),
      );
      await new Promise((resolve) =>
        repo.networkSubsystem.once("peer", resolve),
      );
      await Promise.all(
        work.records.map(async (record) => {
          const handle = await repo.find<RecordDocument>(documentIdOf(record));
          await new Promise<void>((resolve) => {
            const look = () => {
              if (!holdsAll(handle.doc(), record)) return;
              handle.off("change", look);
              if (firstMs === 0) firstMs = performance.now() - startMs;
              missing.delete(record.id);
              resolve();
            };
            handle.on("change", look);
            look();
          });
        }),
      );
      return {
        ...(await traffic.settle(quietMs)),
        "time until the first records": { value: firstMs, unit: "ms" },
      };
    },
    differences: async () =>
      [...missing.keys()].map((id) => `the device lacks ${id}`),
  };
};
