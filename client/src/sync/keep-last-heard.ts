import { deviceKey, deviceTable } from "../store/client-tables.ts";
import type { LocalLog } from "../store/local-log.ts";
import type { LastHeard } from "./sync-engine.ts";

/** In less than this nobody reads another time of day. */
const worthKeepingMs = 30_000;

/** For whoever opens the app next, perhaps without a network. What cannot be stored is not worth a word: it only tells of earlier. SPEC SY-32. */
export function keepLastHeard(
  log: LocalLog,
  { lastAnswerAtMs, caughtUpAtMs }: LastHeard,
): void {
  if (lastAnswerAtMs === null || caughtUpAtMs === null) return;
  log
    .write(async (tx) => {
      const device = (await tx.get(deviceTable, deviceKey)) ?? {};
      const beforeMs = device.caughtUpAtMs ?? -Infinity;
      if (Math.abs(caughtUpAtMs - beforeMs) >= worthKeepingMs)
        await tx.put(deviceTable, deviceKey, {
          ...device,
          lastAnswerAtMs,
          caughtUpAtMs,
        });
    })
    .catch(() => undefined);
}
