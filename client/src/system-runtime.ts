/** The machine's own clock, chance and timers. Only entry points hand these out; everything else is given them. */
import type { Clock, Defer, Random, Timers } from "@suture/schema";

export const systemClock: Clock = { now: () => Date.now() };

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

export const systemTimers: Timers = {
  after(delayMs, task) {
    const timeout = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
};

/** After the sockets that are ready now have been read. For Node. */
export const systemDefer: Defer = (task) => void setImmediate(task);
