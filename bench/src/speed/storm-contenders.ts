/** Who takes part in a storm, each started for a round of its own. */
import Database from "better-sqlite3";
import { join } from "node:path";

import type { BenchOptions } from "./benchmark.ts";
import { partyRound, type ServerUnderTest } from "./party-round.ts";
import { startPeerServer } from "./peer-server.ts";
import { missingInAutomergeStorage } from "./peers/automerge-repo-disk.ts";
import { missingInHocuspocusDatabase } from "./peers/hocuspocus-disk.ts";
import { missingInPouchFiles } from "./peers/pouchdb-disk.ts";
import { startSutureServer } from "./peers/suture-server.ts";
import type { Contender } from "./rounds.ts";
import type { StormGround } from "./storm-ground.ts";
import { editCount, stormWork } from "./storm-work.ts";

/** `party` names the module of its devices. */
export function sutureContender(
  ground: StormGround,
  party = "suture",
): Contender {
  const { directory } = ground;
  const start = () => startSutureServer(directory);
  return { ...contender(party, ground, start), name: "suture" };
}

/**
 * The same on SDK clients with a file each, which the ground must have been given (`foundSdkDevices`): until everything is stored on
 * every device.
 */
export function sutureOnDevices(ground: StormGround): Contender {
  const { directory, size } = ground;
  const start = () =>
    startSutureServer(directory, async (held) => {
      // Composed by the clients, each edit a change of its own.
      const edits = editCount(stormWork(size));
      return held.size >= edits + size.devices * size.recordsPerDevice
        ? []
        : [`there are ${held.size} changes on the server's disk`];
    });
  return { ...contender("suture-sdk", ground, start), name: "suture devices" };
}

export const stormPeers: Readonly<
  Record<string, (ground: StormGround) => Contender>
> = {
  floor: (ground) =>
    contender("floor", ground, () =>
      startPeerServer({
        ...ground,
        program: new URL("./peers/floor-server.js", import.meta.url),
        tellsItself: true,
        missingIn: async (directory) => {
          const file = new Database(join(directory, "floor.sqlite"));
          const rows = file
            .prepare<[], number>("SELECT count(*) FROM log")
            .pluck()
            .get();
          file.close();
          const expected = editCount(stormWork(ground.size));
          return rows === expected
            ? []
            : [`${rows} of ${expected} changes are on the floor's disk`];
        },
      }),
    ),
  "automerge-repo": (ground) =>
    contender("automerge-repo", ground, () =>
      startPeerServer({
        ...ground,
        program: new URL("./peers/automerge-repo-server.js", import.meta.url),
        missingIn: async (directory) =>
          missingInAutomergeStorage(stormWork(ground.size).records, directory),
      }),
    ),
  hocuspocus: (ground) =>
    contender("hocuspocus", ground, () =>
      startPeerServer({
        ...ground,
        program: new URL("./peers/hocuspocus-server.js", import.meta.url),
        missingIn: async (directory) =>
          missingInHocuspocusDatabase(stormWork(ground.size), directory),
      }),
    ),
  pouchdb: (ground) =>
    contender("pouchdb", ground, () =>
      startPeerServer({
        ...ground,
        program: new URL("./peers/pouchdb-server.js", import.meta.url),
        tellsItself: true,
        missingIn: async (directory) =>
          missingInPouchFiles(stormWork(ground.size), directory),
      }),
    ),
};

/** Those of them that were asked for. */
export function othersOf(
  ground: StormGround,
  { peers }: Pick<BenchOptions, "peers">,
): readonly Contender[] {
  return Object.entries(stormPeers)
    .filter(([name]) => peers === "all" || peers.has(name))
    .map(([, start]) => start(ground));
}

/** Its devices are in the module of its name. */
function contender(
  name: string,
  { size, directory }: StormGround,
  startServer: () => Promise<ServerUnderTest>,
): Contender {
  return {
    name,
    round: async (limitMs) =>
      partyRound({
        server: await startServer(),
        party: `./peers/${name}-party.js`,
        size,
        directory,
        limitMs,
      }),
  };
}
