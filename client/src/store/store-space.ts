/**
 * A store that knows whether the device has space for what is written to it, by what became of writes. One that found none says so, until a
 * small one of its own goes through. It tries nothing by itself: whoever shows it looks from time to time. SPEC WB-51.
 */
import {
  StoreError,
  type ReadTransaction,
  type Store,
  type WriteTransaction,
} from "@suture/schema";

import { localPartition } from "./client-tables.ts";
import { changeDevice } from "./device-row.ts";

export class StoreSpace implements Store {
  readonly #store: Store;
  readonly #listeners = new Set<() => void>();
  #isFull = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether what was written last found no space. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Calls whenever that changes. Gives back how to stop. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Finds out whether there is space now, for little: a store that fails otherwise is told of by whatever else uses it. */
  async look(): Promise<void> {
    try {
      await this.write(localPartition, (tx) => changeDevice(tx, (row) => row));
      this.#say(false);
    } catch {
      // It was noted where it is for want of space.
    }
  }

  async write<T>(
    partition: string,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#store.write(partition, work);
    } catch (cause) {
      if (isFull(cause)) this.#say(true);
      throw cause;
    }
  }

  read<T>(
    partition: string,
    work: (tx: ReadTransaction) => Promise<T>,
  ): Promise<T> {
    return this.#store.read(partition, work);
  }

  listPartitions(): Promise<readonly string[]> {
    return this.#store.listPartitions();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #say(isNowFull: boolean): void {
    if (this.#isFull === isNowFull) return;
    this.#isFull = isNowFull;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whether something could not be stored because the device has no space. */
export function isFull(cause: unknown): boolean {
  return cause instanceof StoreError && cause.code === "store-full";
}
