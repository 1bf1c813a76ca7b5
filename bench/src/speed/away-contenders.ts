/** Who takes part where one device comes back to what it holds. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { broughtRecords, missedRecords } from "./away-work.ts";
import type { Away } from "./party.ts";
import { partyRound } from "./party-round.ts";
import { startPeerServer } from "./peer-server.ts";
import { missingInAutomergeStorage } from "./peers/automerge-repo-disk.ts";
import { foundHospital, readHospital } from "./peers/suture-hospital.ts";
import { startSutureServer } from "./peers/suture-server.ts";
import type { Contender } from "./rounds.ts";
import { devicesPerClinic, stormWork, type StormSize } from "./storm-work.ts";

export interface AwayGround {
  readonly size: StormSize;
  readonly away: Away;
  readonly directory: string;
}

/** `held` records in one clinic. The ground is removed afterwards. */
export async function onAwayGround<T>(
  held: number,
  away: Away,
  work: (ground: AwayGround) => Promise<T>,
  editsPerRecord = 1,
): Promise<T> {
  const size = {
    devices: devicesPerClinic,
    recordsPerDevice: Math.ceil(held / devicesPerClinic),
    editsPerRecord,
  };
  const directory = await mkdtemp(join(tmpdir(), "suture-bench-"));
  try {
    await foundHospital(stormWork(size), directory, { away });
    return await work({ size, away, directory });
  } finally {
    await rm(directory, { recursive: true });
  }
}

export function sutureAway(
  { directory, ...ground }: AwayGround,
  party = "suture-away",
): Contender {
  const ids = new Set(
    broughtRecords(stormWork(ground.size), ground.away).map(({ id }) => id),
  );
  return {
    name: "suture",
    round: async (limitMs) =>
      partyRound({
        ...ground,
        server: await startSutureServer(directory, async (held) =>
          (await readHospital(directory))
            .flatMap(({ edits }) => edits)
            .filter(
              ({ recordId, hash }) => ids.has(recordId) && !held.has(hash),
            )
            .map(({ hash }) => `${hash} is not on the server's disk`),
        ),
        party: `./peers/${party}-party.js`,
        directory,
        limitMs,
      }),
  };
}

export function automergeRepoAway(
  ground: AwayGround,
  party = "automerge-repo-away",
): Contender {
  const work = stormWork(ground.size);
  return {
    name: "automerge-repo",
    round: async (limitMs) =>
      partyRound({
        ...ground,
        server: await startPeerServer({
          ...ground,
          program: new URL("./peers/automerge-repo-server.js", import.meta.url),
          missingIn: async (directory) =>
            missingInAutomergeStorage(
              [
                ...broughtRecords(work, ground.away),
                ...missedRecords(work, ground.away),
              ],
              directory,
            ),
        }),
        party: `./peers/${party}-party.js`,
        isStoringTimed: false,
        limitMs,
      }),
  };
}
