/** Who takes part where all devices of many clinics are connected, each started for a round of its own. */
import Database from "better-sqlite3";
import { decodeMultiple } from "cbor-x";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { BenchOptions } from "./benchmark.ts";
import { partyRound, type ServerUnderTest } from "./party-round.ts";
import { startPeerServer } from "./peer-server.ts";
import { missingInAutomergeStorage } from "./peers/automerge-repo-disk.ts";
import { missingInHocuspocusDatabase } from "./peers/hocuspocus-disk.ts";
import { missingInPouchFiles } from "./peers/pouchdb-disk.ts";
import { recordsOnScreens } from "./peers/records-on-screens.ts";
import { startSutureServer } from "./peers/suture-server.ts";
import type { Contender } from "./rounds.ts";
import type { StormGround } from "./storm-ground.ts";
import { editCount, stormWork } from "./storm-work.ts";

/** `party` names the module of its devices. */
export function sutureContender(
  ground: StormGround,
  party = "suture",
): Contender {
  const start = () => startSutureServer(ground.directory);
  return contender("suture", party, ground, start);
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
      const work = stormWork(size);
      return held.size >= editCount(work) + work.records.length
        ? []
        : [`there are ${held.size} changes on the server's disk`];
    });
  return contender("suture devices", "suture-sdk", ground, start);
}

/** People of one clinic on SDK clients, from a save to a colleague's screen: until what was saved is stored on the server. */
export function sutureOnScreens(ground: StormGround): Contender {
  const { directory, size } = ground;
  const work = stormWork(size);
  const edits = recordsOnScreens(work).flatMap((record) => record.edits).length;
  const start = () =>
    startSutureServer(directory, async (held) =>
      held.size >= edits + work.records.length
        ? []
        : [`there are ${held.size} changes on the server's disk`],
    );
  return contender("suture devices", "suture-sdk-latency", ground, start);
}

type StartServer = (ground: StormGround) => Promise<ServerUnderTest>;

const serversByPeer: Readonly<Record<string, StartServer>> = {
  floor: (ground) =>
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
  "automerge-repo": (ground) =>
    startPeerServer({
      ...ground,
      program: new URL("./peers/automerge-repo-server.js", import.meta.url),
      missingIn: async (directory) =>
        missingInAutomergeStorage(stormWork(ground.size).records, directory),
    }),
  hocuspocus: (ground) =>
    startPeerServer({
      ...ground,
      program: new URL("./peers/hocuspocus-server.js", import.meta.url),
      missingIn: async (directory) =>
        missingInHocuspocusDatabase(stormWork(ground.size), directory),
    }),
  pouchdb: (ground) =>
    startPeerServer({
      ...ground,
      program: new URL("./peers/pouchdb-server.js", import.meta.url),
      tellsItself: true,
      missingIn: async (directory) =>
        missingInPouchFiles(stormWork(ground.size), directory),
    }),
};

export const peerNames = Object.keys(serversByPeer);

/** Of those that do one thing only. */
const serversByFloor: Readonly<Record<string, StartServer>> = {
  echo: (ground) =>
    startPeerServer({
      ...ground,
      program: new URL("./peers/echo-server.js", import.meta.url),
      tellsItself: true,
      missingIn: async (directory) => {
        const frames: unknown = decodeMultiple(
          await readFile(join(directory, "echo.cbor")),
        );
        const count = Array.isArray(frames) ? frames.length : 0;
        const expected = editCount(stormWork(ground.size));
        return count === expected
          ? []
          : [`${count} of ${expected} edits are on the echo's disk`];
      },
    }),
};

/** Those of them that were asked for. With `work`, at work of that name, for which they have devices. */
export function othersOf(
  ground: StormGround,
  { peers }: Pick<BenchOptions, "peers">,
  {
    among = peerNames,
    work = "",
  }: { readonly among?: readonly string[]; readonly work?: string } = {},
): readonly Contender[] {
  return Object.entries({ ...serversByFloor, ...serversByPeer })
    .filter(([name]) => among.includes(name))
    .filter(([name]) => peers === "all" || peers.has(name))
    .map(([name, start]) =>
      contender(name, `${name}${work}`, ground, () => start(ground)),
    );
}

/** `party` names the module of its devices. */
function contender(
  name: string,
  party: string,
  { size, directory }: StormGround,
  startServer: () => Promise<ServerUnderTest>,
): Contender {
  return {
    name,
    round: async (limitMs) =>
      partyRound({
        server: await startServer(),
        party: `./peers/${party}-party.js`,
        size,
        directory,
        limitMs,
      }),
  };
}
