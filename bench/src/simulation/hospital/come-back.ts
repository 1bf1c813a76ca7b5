/** All devices come back in the same second over slow links, and time passes until each has everything. */
import { slow, type WorldDevice } from "@suture/client/testing";

import type { WholeHospital } from "./found-whole-hospital.ts";
import { deviceEnds, serverEnds } from "./hospital-disks.ts";

export type SlowLink = Parameters<typeof slow>[0];

/** What passed between the devices and the server. */
export interface Traffic {
  readonly framesUp: number;
  readonly framesDown: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export interface ComingBack {
  readonly backAtMs: number;
  /** From then until every device held everything; undefined if that took too long. */
  readonly convergedAfterMs: number | undefined;
  readonly traffic: Traffic;
}

const secondMs = 1_000;

/** Looked at once a second of simulated time, `withinMs` at most. */
export async function comeBack(
  { world }: WholeHospital,
  link: SlowLink,
  withinMs: number,
): Promise<ComingBack> {
  const random = world.random.fork("come back");
  const backAtMs = world.time.nowMs;
  const { traffic, stop } = countTraffic(world.devices);
  for (const device of world.devices)
    world.time.after(Math.floor(random.fraction() * secondMs), () => {
      device.link.heal();
      device.link.suffer(slow(link));
      device.client.startSync();
    });
  let convergedAfterMs: number | undefined;
  while (
    convergedAfterMs === undefined &&
    world.time.nowMs < backAtMs + withinMs
  ) {
    await world.run(secondMs);
    const ends = serverEnds(world.server.machine.disk);
    if (await everyoneHasAll(world.devices, ends))
      convergedAfterMs = world.time.nowMs - backAtMs;
  }
  stop();
  return { backAtMs, convergedAfterMs, traffic };
}

async function everyoneHasAll(
  devices: readonly WorldDevice[],
  ends: ReadonlyMap<string, string>,
): Promise<boolean> {
  for (const { client, machine } of devices) {
    if (client.syncStatus.state !== "up-to-date") return false;
    for (const [scopeId, end] of deviceEnds(machine.disk))
      if (ends.get(scopeId) !== end) return false;
    if ((await client.unsynced()).length > 0) return false;
  }
  return true;
}

function countTraffic(devices: readonly WorldDevice[]) {
  const traffic = { framesUp: 0, framesDown: 0, bytesUp: 0, bytesDown: 0 };
  const stops = devices.map(({ link }) =>
    link.watch(({ kind, direction, frame }) => {
      if (kind !== "sent") return;
      traffic[direction === "up" ? "framesUp" : "framesDown"] += 1;
      traffic[direction === "up" ? "bytesUp" : "bytesDown"] += frame.length;
    }),
  );
  return {
    traffic,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
