/** A device's store whose disk is full while `isFull`. */
import { clientTables } from "@suture/client";
import { createMemoryStore, StoreError, type Store } from "@suture/schema";

export class SmallStore implements Store {
  isFull = false;
  readonly #rows = createMemoryStore({ tables: clientTables });

  read: Store["read"] = (partition, work) => this.#rows.read(partition, work);

  write: Store["write"] = (partition, work) =>
    this.isFull
      ? Promise.reject(new StoreError("store-full", "no space is left"))
      : this.#rows.write(partition, work);

  listPartitions(): Promise<readonly string[]> {
    return this.#rows.listPartitions();
  }

  close(): Promise<void> {
    return this.#rows.close();
  }
}
