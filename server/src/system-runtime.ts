/** The machine's own clock, chance and timers. Only entry points hand these out; everything else is given them. */
import { randomFillSync } from "node:crypto";
import type { Clock, Defer, Random, Timers } from "@suture/schema";
import { EventLoopTurns } from "./event-loop-turns.ts";
import type { Stopwatch } from "./gateway/limits/stopwatch.ts";

export const systemClock: Clock = { now: () => Date.now() };

export const systemRandom: Random = {
  bytes: (length) => randomFillSync(new Uint8Array(length)),
};

/** Timers that do not keep the process alive: what keeps a server alive is its socket. */
export const systemTimers: Timers = {
  after(delayMs, task) {
    const timeout = setTimeout(task, delayMs);
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** Of the one event loop that all servers of a process share. */
export const systemTurns = new EventLoopTurns(
  (task) => void setImmediate(task),
);

export const systemDefer: Defer = systemTurns.defer;

export const systemTurn = (): Promise<void> => new Promise(systemDefer);

export const systemStopwatch: Stopwatch = {
  elapsedMs: () => performance.now(),
};

export const systemFetch: typeof fetch = (input, init) => fetch(input, init);
