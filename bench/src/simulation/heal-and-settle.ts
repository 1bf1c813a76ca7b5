/**
 * Ends all faults, starts whatever is off, and lets time pass until nothing is left to do. SPEC WO-51.
 *
 * Settled: every device has heard all that the server has, and holds no work that a reconnection would send, and that is still so
 * once everything that was put off has been offered again. Nothing waits for a device that nobody may use any more.
 */
import type { WorldDevice } from "@suture/client/testing";

import type { BrokenPromise, Run } from "./run.ts";

/** Simulated. Many times the longest wait between two attempts. */
const settledWithinMs = 20 * 60_000;
const lookEveryMs = 2_000;
/** Longer than a device waits before it offers again what was put off. */
const quietForMs = 65_000;

/** Answers with PM-11 broken if it has not settled in time. */
export async function healAndSettle({
  world,
}: Run): Promise<BrokenPromise | undefined> {
  for (const { machine } of [...world.devices, world.server]) {
    machine.disk.heal();
    machine.clock.heal();
  }
  for (const { link } of world.devices) link.heal();
  await world.act(() => world.server.start());
  for (const device of world.devices) {
    const client = await device.start();
    // What a person does who sees why it has stopped.
    client.startSync();
  }
  const deadlineMs = world.time.nowMs + settledWithinMs;
  while (world.time.nowMs < deadlineMs) {
    await world.run(lookEveryMs);
    if ((await whatIsUnsettled(world.devices)) !== undefined) continue;
    await world.run(quietForMs);
    if ((await whatIsUnsettled(world.devices)) === undefined) return undefined;
  }
  const unsettled = await whatIsUnsettled(world.devices);
  return unsettled === undefined
    ? undefined
    : { promise: "PM-11", words: unsettled };
}

async function whatIsUnsettled(
  devices: readonly WorldDevice[],
): Promise<string | undefined> {
  for (const { name, client } of devices) {
    if (client.person === null) continue;
    const { state, problem } = client.syncStatus;
    if (problem !== null && !problem.isRetryable) continue;
    if (state !== "up-to-date")
      return `${name} is still ${state} (${problem?.code ?? "no problem"})`;
    const unsynced = await client.unsynced();
    const queued = unsynced.filter((change) => change.state === "queued");
    if (queued.length > 0)
      return `${name} has still not sent ${queued.map(({ hash }) => hash).join(", ")}`;
  }
  return undefined;
}
