import type { Client } from "@suture/client";

/** Asks again after everything that changes on the device, until it holds (true) or the time is over (false). */
export function untilHolds(
  client: Client,
  holds: () => Promise<boolean>,
  withinMs: number,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const finish = () => {
      clearTimeout(patience);
      for (const stop of stops) stop();
    };
    const look = async () => {
      if (!(await holds())) return;
      finish();
      resolve(true);
    };
    const again = () =>
      void look().catch((cause: unknown) => {
        finish();
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      });
    const patience = setTimeout(() => {
      finish();
      resolve(false);
    }, withinMs);
    const stops = [client.watch(again), client.watchSync(again)];
    again();
  });
}
