/** Groups that another thread writes while the works of the next ones run. */
import fc from "fast-check";
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

test("[ST-19] where another program has committed since they began to read, works on their way reject, in its partition alone", async () => {
  const { files, store, thread } = await openWithThread();
  await put(store, "org-1", 1);
  const beside = (await files.open({ access: "beside" })).store;
  const release = thread.hold();
  const works = [put(store, "org-1", 2), put(store, "org-2", 3)];
  await aWhile();
  await put(beside, "org-1", 4);
  // What it reads hides what the other program has written.
  works.push(put(store, "org-1", 5), put(store, "org-3", 6));
  await aWhile();
  expect(thread.handedCount).toBe(3);
  release();
  expect(await statusesOf(works)).toEqual([
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  await expect(works[0]).rejects.toMatchObject({ code: "store-failed" });
  await put(store, "org-1", 7);
  expect(await valuesIn(store, "org-1")).toEqual([1, 4, 7]);
});

test("[ST-19] what another program commits between the writing of a group and the answer is not written over", async () => {
  const { files, store, thread } = await openWithThread();
  await put(store, "org-1", 1);
  const beside = (await files.open({ access: "beside" })).store;
  const answer = thread.holdAnswers();
  const works = [store.write("org-1", (tx) => tx.put(numbers, ["same"], 2))];
  await aWhile();
  await beside.write("org-1", (tx) => tx.put(numbers, ["same"], 3));
  works.push(
    store.write("org-1", async (tx) => {
      const value = (await tx.get(numbers, ["same"])) ?? 0;
      await tx.put(numbers, ["same"], value + 10);
    }),
  );
  await aWhile();
  answer();
  expect(await statusesOf(works)).toEqual(["fulfilled", "rejected"]);
  expect(await valuesIn(store, "org-1")).toEqual([1, 3]);
});

test("[ST-19] a thread that could not look whether anybody has written beside lets go of the file", async () => {
  const { store, thread, writer } = await openWithThread();
  writer.exec("ALTER TABLE store_beside RENAME TO elsewhere");
  const release = thread.hold();
  const answers = [
    thread.write({
      number: 1,
      knownNumber: 0,
      besideCounts: new Map(),
      written: [{ partition: "org-9", tables: [] }],
    }),
  ];
  release();
  expect(await Promise.all(answers)).toMatchObject([[{ partition: "org-9" }]]);
  expect(thread.db.inTransaction).toBe(false);
  writer.exec("ALTER TABLE elsewhere RENAME TO store_beside");
  await put(store, "org-1", 1);
  expect(await valuesIn(store, "org-1")).toEqual([1]);
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

test("[ST-19] three groups are on their way at most, and after 32 in a row all of them are waited for", async () => {
  const { store, thread } = await openWithThread();
  const release = thread.hold();
  const works: Promise<unknown>[] = [];
  for (let value = 0; value < 5; value += 1) {
    works.push(put(store, "org-1", value));
    await aWhile();
  }
  expect(thread.handedCount).toBe(3);
  release();
  await Promise.all(works);
  const before = thread.handedCount;
  const answerOne = thread.answerOneByOne();
  works.length = 0;
  // Two are on their way all the time.
  for (let value = 0; value < 33; value += 1) {
    works.push(put(store, "org-1", value));
    await aWhile();
    if (value > 1) answerOne();
    await aWhile();
  }
  expect(thread.handedCount - before).toBe(32);
  for (let left = 0; left < 3; left += 1) answerOne();
  await Promise.all(works);
});

test("[ST-19] a group of few rows is written where it is, unless others are on their way", async () => {
  const files = newFiles();
  let thread: LaterThread | undefined;
  const { store } = await files.open({
    minHandedRows: 200,
    startWriteThread: (file) => (thread = new LaterThread(file)),
  });
  const fill = (count: number) =>
    store.write("org-1", async (tx) => {
      for (let row = 0; row < count; row += 1)
        await tx.put(numbers, [row], row);
    });
  await fill(199);
  expect(thread?.handedCount).toBe(0);
  const release = thread?.hold();
  const works = [fill(200)];
  await aWhile();
  works.push(fill(1));
  await aWhile();
  expect(thread?.handedCount).toBe(2);
  release?.();
  await Promise.all(works);
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

test("[ST-19] whatever fails on the way, what resolved is stored, what rejected is not, and no work counted on what is not there", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(historyStep, { minLength: 30, maxLength: 60 }),
      async (steps) => {
        const { store, thread } = await openWithThread();
        thread.db.exec(
          "CREATE TRIGGER spoil BEFORE INSERT ON kv_numbers WHEN new.value = '-1' BEGIN SELECT RAISE(FAIL, 'x'); END",
        );
        let release: () => void = () => undefined;
        const resolved = new Map<string, number[]>(
          partitions.map((partition) => [partition, []]),
        );
        const works: Promise<unknown>[] = [];
        const torn: string[] = [];
        // Each counts itself by what it reads, so that a count is lost or doubled where it read what is not there.
        const count = (partition: string, ending: Ending) =>
          store
            .write(partition, async (tx) => {
              const last = (await tx.get(numbers, ["last"])) ?? 0;
              const rows = await tx.scan(numbers, { prefix: ["row"] });
              if (rows.length !== last) torn.push(partition);
              await tx.put(numbers, ["last"], last + 1);
              await tx.put(numbers, ["row", last + 1], last + 1);
              if (ending === "throws") throw new Error("not this one");
              if (ending === "cannot be written")
                await tx.put(numbers, ["x"], -1);
              return last + 1;
            })
            .then(
              (number) => void resolved.get(partition)?.push(number),
              () => undefined,
            );
        for (const step of steps)
          if (step === "hold") {
            release();
            release = thread.hold();
          } else if (step === "release") release();
          else if (step === "wait") await aWhile();
          else if (step === "end") thread.end();
          else works.push(count(...step));
        release();
        await Promise.all(works);
        expect(torn).toEqual([]);
        for (const partition of partitions) {
          const rows = await store.read(partition, (tx) =>
            tx.scan(numbers, { prefix: ["row"] }),
          );
          const values = rows.map(({ value }) => value);
          expect(values).toEqual(resolved.get(partition));
          expect(values).toEqual(values.map((_, index) => index + 1));
        }
      },
    ),
    { numRuns: 100 },
  );
});

const partitions = ["org-1", "org-2"];
type Ending = "well" | "throws" | "cannot be written";
const historyStep = fc.oneof(
  {
    weight: 60,
    arbitrary: fc.tuple(
      fc.constantFrom(...partitions),
      fc.constantFrom<Ending>(
        "well",
        "well",
        "well",
        "well",
        "throws",
        "cannot be written",
      ),
    ),
  },
  { weight: 50, arbitrary: fc.constant("wait" as const) },
  { weight: 15, arbitrary: fc.constant("hold" as const) },
  { weight: 5, arbitrary: fc.constant("release" as const) },
  { weight: 1, arbitrary: fc.constant("end" as const) },
);
