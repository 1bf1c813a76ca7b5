/**
 * How many requests of each device are under way. Budgets tell of what was used; this bounds what is held meanwhile, however slowly
 * a body comes or an answer is taken. SPEC LM-11.
 */
import type { DeviceId } from "@suture/schema";

export class InFlight {
  readonly #maxEach: number;
  readonly #counts = new Map<DeviceId, number>();

  constructor(maxEach: number) {
    this.#maxEach = maxEach;
  }

  /** What is to be called once it is over; undefined where the device has as many as it may. */
  enter(deviceId: DeviceId): (() => void) | undefined {
    const count = this.#counts.get(deviceId) ?? 0;
    if (count >= this.#maxEach) return undefined;
    this.#counts.set(deviceId, count + 1);
    return () => {
      const left = (this.#counts.get(deviceId) ?? 1) - 1;
      if (left > 0) this.#counts.set(deviceId, left);
      else this.#counts.delete(deviceId);
    };
  }
}
