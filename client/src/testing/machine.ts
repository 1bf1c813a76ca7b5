/**
 * One computer of a simulated world: a clock that may be wrong, timers, chance, a disk. Whatever runs on it dies with it: what
 * a killed process still waited for never comes.
 */
import type { Clock, Random, Store, Timers } from "@suture/schema";

import type { SimulatedDisk, StoreOnDisk } from "./disk/simulated-disk.ts";
import { MachineClock } from "./machine-clock.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { SimulatedTime } from "./simulated-time.ts";

export interface MachineDeps {
  readonly name: string;
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly disk: SimulatedDisk;
}

/** What a process on a machine is given: it ends when the process does. */
export interface ProcessRuntime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** True time, however wrong the clock. */
  readonly stopwatch: { elapsedMs(): number };
  openStore(on: StoreOnDisk): Promise<Store>;
}

export class Machine {
  readonly name: string;
  readonly disk: SimulatedDisk;
  readonly clock: MachineClock;
  /** What else ends with the process. */
  onKilled: () => void = () => undefined;
  readonly #deps: MachineDeps;
  #life = { isOver: true };

  constructor(deps: MachineDeps) {
    this.name = deps.name;
    this.disk = deps.disk;
    this.clock = new MachineClock(deps.time);
    this.#deps = deps;
    deps.disk.onDeath = () => this.kill();
  }

  get isRunning(): boolean {
    return !this.#life.isOver;
  }

  /** Starts a process; there is one at a time. */
  start(): ProcessRuntime {
    if (this.isRunning) throw new Error(`${this.name} is running`);
    const life = { isOver: false };
    this.#life = life;
    const { time, random, disk } = this.#deps;
    return {
      clock: this.clock,
      random,
      stopwatch: { elapsedMs: () => time.nowMs },
      timers: {
        after: (delayMs, task) =>
          time.after(delayMs, () => {
            if (!life.isOver) task();
          }),
      },
      openStore: async (on) =>
        mortal(await unlessOver(disk.openStore(on), life), life),
    };
  }

  /** The promise of something outside that this process waits for: never kept once the process is dead. */
  whileAlive<T>(promise: Promise<T>): Promise<T> {
    return unlessOver(promise, this.#life);
  }

  /** The process has ended by itself, and closed what it had opened. */
  stopped(): void {
    this.#life.isOver = true;
  }

  /** The process is killed, between two instructions. */
  kill(): void {
    if (!this.isRunning) return;
    this.#life.isOver = true;
    this.disk.crash();
    this.onKilled();
  }
}

interface Life {
  readonly isOver: boolean;
}

function mortal(store: Store, life: Life): Store {
  return {
    write: (partition, work) => unlessOver(store.write(partition, work), life),
    read: (partition, work) => unlessOver(store.read(partition, work), life),
    listPartitions: () => unlessOver(store.listPartitions(), life),
    close: () => unlessOver(store.close(), life),
  };
}

function unlessOver<T>(promise: Promise<T>, life: Life): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(
      (value) => {
        if (!life.isOver) resolve(value);
      },
      (cause: unknown) => {
        if (!life.isOver) reject(cause);
      },
    );
  });
}
