/** Puts a simulated world together. */
import { sutureRecords, type RecordType } from "@suture/schema";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import { createMemoryTokenStore } from "../identity/token-store.ts";
import { SimulatedDisk } from "./disk/simulated-disk.ts";
import { putBackTokens } from "./keep-tokens.ts";
import { Machine } from "./machine.ts";
import { SimulatedLink } from "./network/simulated-link.ts";
import { Quiet } from "./quiet.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { ServerInWorld, StartServer } from "./server-in-world.ts";
import { SimulatedTime } from "./simulated-time.ts";
import { systemFolderForFiles } from "./system-turn.ts";
import { WorldDevice } from "./world-device.ts";
import { WorldServer } from "./world-server.ts";
import type { WorldFault } from "./world-fault.ts";
import { World, type WorldImage } from "./world.ts";

export interface WorldOptions<S extends ServerInWorld = ServerInWorld> {
  readonly seed: number;
  /** A name for each device. */
  readonly devices: readonly string[];
  readonly startServer: StartServer<S>;
  /** By default Suture's own types. */
  readonly records?: readonly RecordType[];
  /** Where another world was; devices it did not have begin empty. */
  readonly from?: WorldImage;
  /** What is wrong from the start, by device, or with the `server`: a network's fault there is one of every line to it. */
  readonly faults?: Readonly<Record<string, readonly WorldFault[]>>;
}

const serverUrl = "http://suture.example";
/** A Monday morning. */
const firstMorningMs = Date.UTC(2026, 0, 5, 8);

/** The server runs; the devices are off. */
export async function createWorld<S extends ServerInWorld>(
  options: WorldOptions<S>,
): Promise<World<S>> {
  const { seed, from, records: recordTypes = sutureRecords } = options;
  const time = new SimulatedTime(from?.nowMs ?? firstMorningMs);
  const random = new SeededRandom(seed);
  const quiet = new Quiet(random.fork("keys"));
  const folder = mkdtempSync(join(systemFolderForFiles(), "suture-world-"));
  const machineNamed = (name: string) =>
    new Machine({
      name,
      time,
      random: random.fork(`machine ${name}`),
      disk: new SimulatedDisk({
        directory: join(folder, name),
        defer: quiet.defer,
        random: random.fork(`disk ${name}`),
      }),
    });
  const devices = new Map<string, WorldDevice>();
  const server = new WorldServer<S>({
    machine: machineNamed("server"),
    startServer: options.startServer,
    cutLinks: () => {
      for (const { link } of devices.values()) link.hangUp("server");
    },
  });
  if (from) server.machine.disk.restore(from.server);
  for (const name of options.devices) {
    const machine = machineNamed(`device ${name}`);
    const tokens = createMemoryTokenStore();
    const kept = from?.devices.get(name);
    if (kept !== undefined) {
      machine.disk.restore(kept.disk);
      await putBackTokens(tokens, kept.tokens);
    }
    const link = new SimulatedLink({
      time,
      random: random.fork(`link ${name}`),
      server: () => server.running,
    });
    devices.set(
      name,
      new WorldDevice({
        name,
        machine,
        link,
        tokens,
        url: serverUrl,
        recordTypes,
      }),
    );
  }
  const world = new World<S>({
    seed,
    time,
    random: random.fork("what happens"),
    quiet,
    devices,
    server,
    release: () => {
      quiet.release();
      rmSync(folder, { recursive: true, force: true });
    },
  });
  await world.act(() => server.start());
  for (const [name, faults] of Object.entries(options.faults ?? {}))
    for (const fault of faults) world.suffer(name, fault);
  return world;
}
