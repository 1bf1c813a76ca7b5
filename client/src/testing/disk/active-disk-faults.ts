/** The faults a disk suffers from at the moment. */
import type { CountedDiskFaultName, DiskFault } from "./disk-faults.ts";

export class ActiveDiskFaults {
  readonly #active = new Set<{ readonly fault: DiskFault; count: number }>();
  readonly #onFelt: (name: DiskFault["name"]) => void;

  /** `onFelt` is told whenever a fault did something. */
  constructor(onFelt: (name: DiskFault["name"]) => void) {
    this.#onFelt = onFelt;
  }

  get list(): readonly DiskFault[] {
    return [...this.#active].map(({ fault }) => fault);
  }

  /** Gives back how to end it. */
  add(fault: DiskFault): () => void {
    const active = { fault, count: 0 };
    this.#active.add(active);
    return () => void this.#active.delete(active);
  }

  clear(): void {
    this.#active.clear();
  }

  get isFull(): boolean {
    return this.list.some(({ name }) => name === "diskFull");
  }

  felt(name: DiskFault["name"]): void {
    this.#onFelt(name);
  }

  /** Something happened that a fault counts. Answers whether it is the one that goes wrong. */
  strikes(name: CountedDiskFaultName): boolean {
    for (const active of this.#active) {
      const { fault } = active;
      if (fault.name !== name) continue;
      active.count += 1;
      if (active.count < fault.nth) continue;
      this.#active.delete(active);
      this.#onFelt(name);
      return true;
    }
    return false;
  }
}
