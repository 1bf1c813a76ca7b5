import type { Timers } from "@suture/schema";
import type { SystemLog } from "../system-log.ts";
import type { Identity } from "./identity.ts";

/** Tokens, sessions and tickets whose time is over decide nothing any more; until they are deleted they only take room. SPEC ID-28. */
export function removeExpiredHourly(deps: {
  readonly identity: Pick<Identity, "removeExpired">;
  readonly timers: Timers;
  readonly log: SystemLog;
}): { stop(): void } {
  const { identity, timers, log } = deps;
  const wait = () => timers.after(3_600_000, run);
  function run(): void {
    timer = wait();
    identity
      .removeExpired()
      .catch((cause: unknown) => log.error("identity.uncleaned", {}, cause));
  }
  let timer = wait();
  return { stop: () => timer.cancel() };
}
