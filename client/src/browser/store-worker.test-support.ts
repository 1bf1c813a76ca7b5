/** A worker with a store of its own on a name that a page uses as well. Does what it is asked, one thing after another. */
import type { Store } from "@suture/schema";

import { systemRandom } from "../system-runtime.ts";
import { openIndexedDbStore } from "./open-indexed-db-store.ts";
import {
  byNameInMemory,
  namesIn,
  numbers,
  partition,
  peopleTables,
  putPerson,
} from "./people-tables.test-support.ts";

export type AskedOfWorker =
  | { readonly do: "open"; readonly name: string; readonly key: Uint8Array }
  | { readonly do: "add"; readonly times: number }
  | { readonly do: "rename"; readonly id: string; readonly names: string[] }
  | { readonly do: "list names" }
  | { readonly do: "write rounds"; readonly rowCount: number };

let opened: Store | undefined;

self.addEventListener("message", (event: MessageEvent<AskedOfWorker>) => {
  answer(event.data).then(
    (result) => self.postMessage({ result }),
    (cause: unknown) => self.postMessage({ failure: String(cause) }),
  );
});

async function answer(asked: AskedOfWorker): Promise<unknown> {
  if (asked.do === "open") {
    opened = await openIndexedDbStore({
      name: asked.name,
      key: asked.key,
      tables: peopleTables,
      migrations: [],
      memoryTables: byNameInMemory,
      random: systemRandom,
    });
    return undefined;
  }
  const store = opened;
  if (store === undefined) throw new Error("no store is open");
  switch (asked.do) {
    case "add":
      for (let time = 0; time < asked.times; time += 1) await addOne(store);
      return undefined;
    case "rename":
      for (const name of asked.names)
        await store.write(partition, (tx) => putPerson(tx, asked.id, name));
      return undefined;
    case "list names":
      return store.read(partition, namesIn);
    case "write rounds":
      return writeRounds(store, asked.rowCount);
  }
}

async function addOne(store: Store): Promise<void> {
  await store.write(partition, async (tx) => {
    const count = (await tx.get(numbers, ["count"])) ?? 0;
    await tx.put(numbers, ["count"], count + 1);
  });
}

/** Without end: each round replaces all rows by its number, and is told once it is stored. */
async function writeRounds(store: Store, rowCount: number): Promise<never> {
  for (let round = 1; ; round += 1) {
    await store.write(partition, async (tx) => {
      for (let row = 0; row < rowCount; row += 1)
        await tx.put(numbers, ["row", row], round);
    });
    self.postMessage({ result: round });
  }
}
