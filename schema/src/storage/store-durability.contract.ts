/** The part of the store contract for stores that outlive the process, and for those with group commit. SPEC ST-8. */
import { expect, test } from "vitest";
import {
  allNumbers,
  numbers,
  partition,
  putNumbers,
  signal,
  type OpenForTest,
  type StoreUnderTest,
} from "./store-under-test.contract.ts";

export function testDurability(open: OpenForTest): void {
  test("[ST-8] after close and reopen every row is there", async () => {
    const underTest = await open();
    await putNumbers(underTest.store, { a: 1, b: 2 });
    await underTest.store.close();
    const reopened = await durable(underTest).reopen();
    expect(await allNumbers(reopened)).toEqual({ a: 1, b: 2 });
    await putNumbers(reopened, { c: 3 });
    expect(await allNumbers(reopened)).toEqual({ a: 1, b: 2, c: 3 });
  });

  test("[ST-8] after a crash every write that had resolved is there, whole, and nothing of others", async () => {
    const underTest = await open();
    const { store } = underTest;
    const written = signal();
    const mayCommit = signal();
    await store.write(partition, async (tx) => {
      for (let index = 0; index < 500; index++)
        await tx.put(numbers, ["n", index], index);
    });
    const unfinished = store.write(partition, async (tx) => {
      for (let index = 0; index < 500; index++)
        await tx.put(numbers, ["n", index], -1);
      written.raise();
      await mayCommit.raised;
    });
    await written.raised;
    const recovered = await durable(underTest).openAsAfterCrash();
    const rows = await recovered.read(partition, (tx) => tx.scan(numbers));
    expect(rows.map(({ value }) => value)).toEqual(
      Array.from({ length: 500 }, (_, index) => index),
    );
    mayCommit.raise();
    await unfinished;
    const later = await durable(underTest).openAsAfterCrash();
    expect(await later.read(partition, (tx) => tx.get(numbers, ["n", 0]))).toBe(
      -1,
    );
  });
}

export function testGroupCommit(open: OpenForTest): void {
  test("[ST-8] writes that wait together share commits; none resolves before its own", async () => {
    const { store, commitSizes = [] } = await open();
    const commitsWhenResolved: number[] = [];
    const write = (value: number) =>
      store
        .write(partition, (tx) => tx.put(numbers, [value], value))
        .then(() => commitsWhenResolved.push(commitSizes.length));
    await Promise.all(Array.from({ length: 300 }, (_, index) => write(index)));
    expect(commitSizes).toEqual([256, 44]);
    expect(commitsWhenResolved).toEqual([
      ...Array<number>(256).fill(1),
      ...Array<number>(44).fill(2),
    ]);
    await write(300);
    expect(commitSizes).toEqual([256, 44, 1]);
  });

  test("[ST-8] a work of many rows ends its group, and what waits behind it is committed next, in its order", async () => {
    const { store, commitSizes } = await open();
    const order: number[] = [];
    const write = (number: number, rowCount: number) =>
      store
        .write(partition, async (tx) => {
          for (let row = 0; row < rowCount; row += 1)
            await tx.put(numbers, [number, row], row);
        })
        .then(() => order.push(number));
    await Promise.all([write(1, 1), write(2, 1_000), write(3, 1), write(4, 1)]);
    expect(commitSizes).toEqual([2, 2]);
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test("[ST-8] a work that throws is not counted, and its group commits without it", async () => {
    const { store, commitSizes } = await open();
    const outcomes = await Promise.allSettled([
      store.write(partition, (tx) => tx.put(numbers, ["a"], 1)),
      store.write(partition, () => Promise.reject(new Error("no"))),
      store.write(partition, (tx) => tx.put(numbers, ["b"], 1)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(commitSizes).toEqual([2]);
  });
}

function durable(
  underTest: StoreUnderTest,
): NonNullable<StoreUnderTest["durable"]> {
  if (underTest.durable === undefined)
    throw new Error("a durable store under test says how to open it again");
  return underTest.durable;
}
