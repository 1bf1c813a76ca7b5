/** When a world has come to rest after its faults have ended. */
import type { WorldDevice } from "./world-device.ts";

/** How often is looked. */
export const lookEveryMs = 2_000;
/** Longer than a device waits before it offers again what the server has put off. */
export const quietForMs = 65_000;

/**
 * What is still to be done, in words; undefined where every device has heard all that the server has and holds nothing that a
 * reconnection would send. Devices that nobody may use any more, or until somebody acts, are not waited for.
 */
export async function whatIsUnsettled(
  devices: readonly WorldDevice[],
): Promise<string | undefined> {
  for (const device of devices) {
    if (!device.isOn || device.client.person === null) continue;
    const { name, client } = device;
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
