/** Groups that another thread writes while the works of the next ones run. */
import { expect, test } from "vitest";
import { LaterThread, storeFilesOfTests } from "./store-files.test-support.ts";
import type { Store } from "./store.ts";
import { numbers } from "./store-under-test.contract.ts";

const newFiles = storeFilesOfTests();

async function openWithThread() {
  const files = newFiles();
  let thread: LaterThread | undefined;
  const { store, writer } = await files.open({
    startWriteThread: (file) => (thread = new LaterThread(file)),
  });
  if (thread === undefined) throw new Error("no thread was started");
  return { files, store, writer, thread };
}

const put = (store: Store, partition: string, value: number) =>
  store.write(partition, (tx) => tx.put(numbers, [value], value));

const valuesIn = async (store: Store, partition: string) =>
  (await store.read(partition, (tx) => tx.scan(numbers))).map(
    ({ value }) => value,
  );

/** Lets groups that can begin do so. */
async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
}

function statusesOf(works: readonly Promise<unknown>[]) {
  return Promise.allSettled(works).then((outcomes) =>
    outcomes.map(({ status }) => status),
  );
}

test("[ST-19] works see the rows on their way, whatever lies behind them; reads do not; none resolves before its rows are durable", async () => {
  const { store, thread } = await openWithThread();
  for (const value of [1, 2, 3]) await put(store, "org-1", value);
  const release = thread.hold();
  let resolvedCount = 0;
  const count = () => (resolvedCount += 1);
  const seen: unknown[] = [];
  const works = [
    store.write("org-1", (tx) => tx.put(numbers, [4], 4)).then(count),
  ];
  await aWhile();
  works.push(
    store
      .write("org-1", async (tx) => {
        seen.push(await tx.get(numbers, [4]));
        await tx.delete(numbers, [1]);
        await tx.put(numbers, [2], 22);
      })
      .then(count),
  );
  await aWhile();
  works.push(
    store
      .write("org-1", async (tx) => {
        seen.push(await tx.get(numbers, [1]));
        await tx.put(numbers, [5], 5);
        const rows = await tx.scan(numbers, { reverse: true, limit: 4 });
        seen.push(rows.map(({ value }) => value));
      })
      .then(count),
  );
  await aWhile();
  expect(seen).toEqual([4, undefined, [5, 4, 3, 22]]);
  expect(resolvedCount).toBe(0);
  expect(await valuesIn(store, "org-1")).toEqual([1, 2, 3]);
  release();
  await Promise.all(works);
  expect(await valuesIn(store, "org-1")).toEqual([22, 3, 4, 5]);
});

test("[ST-19] what cannot be written rejects what may have read it, in its partition alone; what comes then is stored", async () => {
  const { store, thread } = await openWithThread();
  thread.db.exec(
    "CREATE TRIGGER spoil BEFORE INSERT ON kv_numbers WHEN new.value = '13' BEGIN SELECT RAISE(FAIL, 'x'); END",
  );
  const release = thread.hold();
  const works = [put(store, "org-1", 13), put(store, "org-2", 1)];
  await aWhile();
  works.push(put(store, "org-1", 2), put(store, "org-2", 3));
  await aWhile();
  works.push(put(store, "org-1", 4), put(store, "org-3", 5));
  await aWhile();
  expect(thread.handedCount).toBe(3);
  release();
  expect(await statusesOf(works)).toEqual([
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  await expect(works[2]).rejects.toMatchObject({ code: "store-failed" });
  expect(await valuesIn(store, "org-1")).toEqual([]);
  expect(await valuesIn(store, "org-2")).toEqual([1, 3]);
  await put(store, "org-1", 6);
  expect(await valuesIn(store, "org-1")).toEqual([6]);
  expect(await valuesIn(store, "org-3")).toEqual([5]);
});

test("[ST-19] where another program has committed since they began to read, works on their way reject", async () => {
  const { files, store, thread } = await openWithThread();
  await put(store, "org-1", 1);
  const beside = (await files.open({ access: "beside" })).store;
  const release = thread.hold();
  const add = store.write("org-1", async (tx) => {
    const rows = await tx.scan(numbers);
    await tx.put(numbers, ["sum"], rows.length);
  });
  await aWhile();
  await put(beside, "org-1", 2);
  release();
  await expect(add).rejects.toMatchObject({ code: "store-failed" });
  await put(store, "org-1", 3);
  expect(await valuesIn(store, "org-1")).toEqual([1, 2, 3]);
});

test("[ST-19] where the thread ends, what was on its way rejects, and writes go on without it", async () => {
  const { store, thread } = await openWithThread();
  const release = thread.hold();
  const works = [put(store, "org-1", 1)];
  await aWhile();
  works.push(put(store, "org-2", 2));
  await aWhile();
  thread.end();
  release();
  expect(await statusesOf(works)).toEqual(["rejected", "rejected"]);
  const { handedCount } = thread;
  await put(store, "org-1", 3);
  await put(store, "org-1", 4);
  expect(thread.handedCount).toBe(handedCount);
  expect(await valuesIn(store, "org-1")).toEqual([3, 4]);
});

test("[ST-19] closing waits for what is on its way", async () => {
  const { files, store, thread } = await openWithThread();
  const release = thread.hold();
  const work = put(store, "org-1", 1);
  await aWhile();
  const closed = store.close();
  release();
  await work;
  await closed;
  expect(await valuesIn((await files.open()).store, "org-1")).toEqual([1]);
});
