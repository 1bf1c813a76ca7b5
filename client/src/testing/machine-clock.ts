import type { Clock } from "@suture/schema";

import type { ClockFault } from "./clock-faults.ts";
import type { SimulatedTime } from "./simulated-time.ts";

/** A clock that people set: it may be years off, run fast or slow, and be corrected at any moment. */
export class MachineClock implements Clock {
  /** Told when somebody reads the clock under a fault for the first time. */
  onFelt: (name: ClockFault["name"]) => void = () => undefined;
  readonly #time: SimulatedTime;
  readonly #active = new Set<ClockFault>();
  #unfelt: ClockFault["name"][] = [];
  #aheadMs = 0;
  #rate = 1;
  #sinceMs: number;

  constructor(time: SimulatedTime) {
    this.#time = time;
    this.#sinceMs = time.nowMs;
  }

  now(): number {
    for (const name of this.#unfelt.splice(0)) this.onFelt(name);
    // Clocks tell whole milliseconds; what travels takes parts of them.
    return Math.floor(this.#time.nowMs) + this.aheadMs;
  }

  /** How far ahead of true time it is; negative if it is behind. */
  get aheadMs(): number {
    const passedMs = this.#time.nowMs - this.#sinceMs;
    return this.#aheadMs + Math.floor(passedMs * (this.#rate - 1));
  }

  /** From now on it is so far ahead, and runs at `rate` times the speed of true time. */
  set(aheadMs: number, rate = this.#rate): void {
    this.#aheadMs = aheadMs;
    this.#rate = rate;
    this.#sinceMs = this.#time.nowMs;
  }

  get faults(): readonly ClockFault[] {
    return [...this.#active];
  }

  /** From now on, beside what it suffers from already. Gives back how to end it. */
  suffer(fault: ClockFault): () => void {
    const active = { ...fault };
    this.#unfelt.push(fault.name);
    switch (fault.name) {
      case "clockSkew":
        this.set(this.aheadMs + fault.aheadMs);
        break;
      case "clockDrift":
        this.set(this.aheadMs, fault.rate);
        break;
      case "clockJumps":
        this.set(this.aheadMs + fault.byMs);
        // It is over at once; what it leaves stays until the clock is set.
        return () => undefined;
    }
    this.#active.add(active);
    return () => this.#end(active);
  }

  /** It is set right. */
  heal(): void {
    this.#active.clear();
    this.#unfelt = [];
    this.set(0, 1);
  }

  #end(fault: ClockFault): void {
    if (!this.#active.delete(fault)) return;
    if (fault.name === "clockSkew") this.set(this.aheadMs - fault.aheadMs);
    else this.set(this.aheadMs, 1);
  }
}
