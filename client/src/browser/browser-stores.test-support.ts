/** A store in this browser under a name of its own, as often as a test opens it, until `dispose`. */
import { randomUuid, type Store, type Table } from "@suture/schema";
import { openDB, type IDBPDatabase } from "idb";

import { systemRandom } from "../system-runtime.ts";
import {
  openIndexedDbStore,
  type OpenIndexedDbStoreOptions,
} from "./open-indexed-db-store.ts";
import {
  databaseName,
  deleteIndexedDbStore,
  openStoreDatabase,
  stateKey,
  type StoreState,
} from "./store-database.ts";

export class BrowserStores {
  readonly name = randomUuid(systemRandom);
  readonly key = systemRandom.bytes(32);
  readonly #tables: readonly Table<unknown>[];
  readonly #names = new Set([this.name]);
  readonly #stores: Store[] = [];

  constructor(options: { readonly tables: readonly Table<unknown>[] }) {
    this.#tables = options.tables;
  }

  async open(options: Partial<OpenIndexedDbStoreOptions> = {}): Promise<Store> {
    const store = await openIndexedDbStore({
      name: this.name,
      key: this.key,
      tables: this.#tables,
      migrations: [],
      random: systemRandom,
      ...options,
    });
    this.#stores.push(store);
    return store;
  }

  /** What is committed at this moment, opened elsewhere. */
  async openCopy(): Promise<Store> {
    const name = `${this.name}-${this.#names.size}`;
    this.#names.add(name);
    const from = await openStoreDatabase(this.name, () => undefined);
    const to = await openStoreDatabase(name, () => undefined);
    const storeNames = ["rows", "state", "memory_writes"] as const;
    for (const storeName of storeNames) {
      const tx = from.transaction(storeName);
      const [keys, values] = await Promise.all([
        tx.store.getAllKeys(),
        tx.store.getAll(),
      ]);
      const copy = to.transaction(storeName, "readwrite");
      await Promise.all([
        ...keys.map((key, index) => copy.store.put(values[index], key)),
        copy.done,
      ]);
    }
    from.close();
    to.close();
    return this.open({ name });
  }

  /** Past the store, as somebody with the browser's own tools. */
  async raw(work: (db: IDBPDatabase) => Promise<void>): Promise<void> {
    const db = await openDB(databaseName(this.name));
    await work(db);
    db.close();
  }

  /** As when so much was written since that it is not kept any more. */
  forgetMemoryWrites(): Promise<void> {
    return this.raw(async (db) => {
      await db.clear("memory_writes");
      const state: StoreState = await db.get("state", stateKey);
      const forgetting = { ...state, memoryWritesFrom: state.commitNumber };
      await db.put("state", forgetting, stateKey);
    });
  }

  async dispose(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close();
    for (const name of this.#names) await deleteIndexedDbStore(name);
  }
}

/** Everything that lies in a store's database, keys and values, as the browser has it. */
export async function rawContent(name: string): Promise<readonly unknown[]> {
  const db = await openDB(databaseName(name));
  const content: unknown[] = [];
  for (const storeName of db.objectStoreNames)
    content.push(
      ...(await db.getAllKeys(storeName)),
      ...(await db.getAll(storeName)),
    );
  db.close();
  return content;
}
