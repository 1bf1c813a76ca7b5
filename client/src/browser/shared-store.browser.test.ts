/** One store in several tabs: here a page and workers, which share no memory. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { StoreWorker } from "./ask-store-worker.test-support.ts";
import { BrowserStores } from "./browser-stores.test-support.ts";
import {
  byNameInMemory,
  namesIn,
  numbers,
  partition,
  peopleTables,
  putPerson,
} from "./people-tables.test-support.ts";

let stores: BrowserStores;
let workers: StoreWorker[];
beforeEach(() => {
  stores = new BrowserStores({ tables: peopleTables });
  workers = [];
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const worker of workers) worker.terminate();
  await stores.dispose();
});

const open = () => stores.open({ memoryTables: byNameInMemory });

async function openWorker(): Promise<StoreWorker> {
  const worker = new StoreWorker();
  workers.push(worker);
  await worker.ask({ do: "open", name: stores.name, key: stores.key });
  return worker;
}

test("[WB-2] what a page and two workers add at once adds up", async () => {
  const store = await open();
  const [one, other] = [await openWorker(), await openWorker()];
  const here = async () => {
    for (let time = 0; time < 50; time += 1)
      await store.write(partition, async (tx) => {
        const count = (await tx.get(numbers, ["count"])) ?? 0;
        await tx.put(numbers, ["count"], count + 1);
      });
  };
  await Promise.all([
    here(),
    one.ask({ do: "add", times: 50 }),
    other.ask({ do: "add", times: 50 }),
  ]);
  expect(await store.read(partition, (tx) => tx.get(numbers, ["count"]))).toBe(
    150,
  );
});

test("[WB-2] a work that awaits a write of another tab is refused rather than shown two moments", async () => {
  const store = await open();
  const worker = await openWorker();
  const read = store.read(partition, async (tx) => {
    const before = await tx.get(numbers, ["count"]);
    await worker.ask({ do: "add", times: 1 });
    return [before, await tx.get(numbers, ["count"])];
  });
  await expect(read).rejects.toMatchObject({ code: "store-failed" });
  expect(await store.read(partition, (tx) => tx.get(numbers, ["count"]))).toBe(
    1,
  );
});

test("[WB-2] a commit that failed here lets no commit of another tab pass for it", async () => {
  const store = await open();
  const worker = await openWorker();
  const read = store.read(partition, async (tx) => {
    const before = await tx.get(numbers, ["count"]);
    const put = vi
      .spyOn(IDBObjectStore.prototype, "put")
      .mockImplementationOnce(() => {
        throw new DOMException("", "QuotaExceededError");
      });
    const failing = store.write(partition, (own) => own.put(numbers, ["a"], 1));
    await expect(failing).rejects.toMatchObject({ code: "store-full" });
    put.mockRestore();
    await worker.ask({ do: "add", times: 1 });
    return [before, await tx.get(numbers, ["count"])];
  });
  await expect(read).rejects.toMatchObject({ code: "store-failed" });
});

test("[WB-2] a work that lasts over commits of its own tab goes on, also behind one that failed", async () => {
  const store = await open();
  const worker = await openWorker();
  await worker.ask({ do: "add", times: 3 });
  const put = (value: number) =>
    store.write(partition, (tx) => tx.put(numbers, ["a"], value));
  await put(1);
  const seen = await store.read(partition, async (tx) => {
    const before = await tx.get(numbers, ["a"]);
    const failing = vi
      .spyOn(IDBObjectStore.prototype, "put")
      .mockImplementationOnce(() => {
        throw new DOMException("", "QuotaExceededError");
      });
    await expect(put(2)).rejects.toMatchObject({ code: "store-full" });
    failing.mockRestore();
    await put(3);
    return [before, await tx.get(numbers, ["a"])];
  });
  expect(seen).toEqual([1, 1]);
});

test("[WB-6] a name that one tab changed is found by every other, and never apart from its row", async () => {
  const store = await open();
  const worker = await openWorker();
  await worker.ask({ do: "rename", id: "p1", names: ["Amina"] });
  expect(await store.read(partition, namesIn)).toEqual(["Amina p1"]);
  const names = Array.from({ length: 60 }, (_, index) => `Name${index}`);
  let isRenaming = true;
  const renamed = worker
    .ask({ do: "rename", id: "p1", names })
    .finally(() => (isRenaming = false));
  const seen = new Set<string>();
  while (isRenaming)
    for (const name of await store.read(partition, namesIn)) seen.add(name);
  await renamed;
  expect(await store.read(partition, namesIn)).toEqual(["Name59 p1"]);
  expect([...seen].filter((name) => !/^\w+ p1$/.test(name))).toEqual([]);
  await store.write(partition, (tx) => putPerson(tx, "p2", "Bako"));
  expect(await worker.ask({ do: "list names" })).toEqual([
    "Bako p2",
    "Name59 p1",
  ]);
});

test("[WB-6] a tab that was asleep sees all that was written, also where the writes are not kept any more", async () => {
  const store = await open();
  await store.write(partition, (tx) => putPerson(tx, "p1", "Amina"));
  expect(await store.read(partition, namesIn)).toEqual(["Amina p1"]);
  const worker = await openWorker();
  const names = Array.from({ length: 30 }, (_, index) => `Name${index}`);
  await worker.ask({ do: "rename", id: "p2", names });
  expect(await store.read(partition, namesIn)).toEqual([
    "Amina p1",
    "Name29 p2",
  ]);
  await worker.ask({ do: "rename", id: "p1", names: ["Zola"] });
  await stores.forgetMemoryWrites();
  expect(await store.read(partition, namesIn)).toEqual([
    "Name29 p2",
    "Zola p1",
  ]);
});

test("[WB-1] a worker killed while it writes leaves whole writes, and others go on", async () => {
  const store = await open();
  const rowCount = 400;
  for (let trial = 0; trial < 4; trial += 1) {
    const worker = await openWorker();
    let told = Number(await worker.ask({ do: "write rounds", rowCount }));
    for (let more = 0; more < trial; more += 1)
      told = Number(await worker.nextAnswer());
    // It is somewhere in the next round: these turns let it get further each time.
    for (let turn = 0; turn < trial * 5; turn += 1)
      await store.listPartitions();
    worker.terminate();
    const values = await store.read(partition, async (tx) =>
      (await tx.scan(numbers, { prefix: ["row"] })).map(({ value }) => value),
    );
    expect(values).toHaveLength(rowCount);
    expect(new Set(values).size).toBe(1);
    expect(values[0]).toBeGreaterThanOrEqual(told);
    await store.write(partition, (tx) => tx.put(numbers, ["after"], trial));
  }
});
