/** What every `Store` must do: call `testStoreContract` in the test file of each implementation. SPEC ST. */
import { afterEach, describe, expect, test } from "vitest";
import type { WriteTransaction } from "./store.ts";
import {
  testDurability,
  testGroupCommit,
} from "./store-durability.contract.ts";
import { testScans, testValues } from "./store-scans.contract.ts";
import {
  allNumbers,
  notes,
  numbers,
  partition,
  putNumbers,
  signal,
  type OpenForTest,
  type StoreUnderTest,
} from "./store-under-test.contract.ts";
import { defineBytesTable } from "./table.ts";

export {
  contractTables,
  type StoreUnderTest,
} from "./store-under-test.contract.ts";

/** `open` gives a new, empty store with `contractTables`. */
export function testStoreContract(
  name: string,
  features: { readonly isDurable: boolean; readonly hasGroupCommit: boolean },
  open: OpenForTest,
): void {
  const opened: StoreUnderTest[] = [];
  const openForTest = async () => {
    const underTest = await open();
    opened.push(underTest);
    return underTest;
  };

  describe(`store contract: ${name}`, () => {
    afterEach(async () => {
      for (const underTest of opened.splice(0)) await underTest.dispose();
    });
    testTransactions(openForTest);
    testReads(openForTest);
    testScans(openForTest);
    testValues(openForTest);
    testClose(openForTest);
    if (features.isDurable) testDurability(openForTest);
    if (features.hasGroupCommit) testGroupCommit(openForTest);
  });
}

function testTransactions(open: OpenForTest): void {
  test("[ST-1] a write resolves with the result of its work, and its rows are there", async () => {
    const { store } = await open();
    const result = await store.write(partition, async (tx) => {
      await tx.put(numbers, ["a"], 1);
      await tx.put(numbers, ["b"], 2);
      return "done";
    });
    expect(result).toBe("done");
    expect(await allNumbers(store)).toEqual({ a: 1, b: 2 });
  });

  test("[ST-1] a transaction sees its own puts and deletes, in gets and scans", async () => {
    const { store } = await open();
    await putNumbers(store, { a: 1, b: 2, c: 3 });
    await store.write(partition, async (tx) => {
      await tx.put(numbers, ["b"], 20);
      await tx.put(numbers, ["bb"], 21);
      await tx.delete(numbers, ["c"]);
      await tx.delete(numbers, ["never there"]);
      expect(await tx.get(numbers, ["b"])).toBe(20);
      expect(await tx.get(numbers, ["c"])).toBeUndefined();
      expect((await tx.scan(numbers)).map(({ value }) => value)).toEqual([
        1, 20, 21,
      ]);
    });
    expect(await allNumbers(store)).toEqual({ a: 1, b: 20, bb: 21 });
  });

  test("[ST-2] work that throws leaves nothing, rejects with what it threw, and does not touch its neighbours", async () => {
    const { store } = await open();
    await putNumbers(store, { a: 0 });
    const reason = new Error("changed my mind");
    const outcomes = await Promise.allSettled([
      store.write(partition, (tx) => tx.put(numbers, ["before"], 1)),
      store.write(partition, async (tx) => {
        await tx.put(numbers, ["a"], 99);
        await tx.put(numbers, ["lost"], 2);
        await tx.delete(numbers, ["before"]);
        throw reason;
      }),
      store.write(partition, async (tx) => {
        expect(await tx.get(numbers, ["lost"])).toBeUndefined();
        await tx.put(numbers, ["after"], 3);
      }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(outcomes[1]).toMatchObject({ reason });
    expect(await allNumbers(store)).toEqual({ a: 0, before: 1, after: 3 });
  });

  test("[ST-3] concurrent writes take effect one by one, in the order they were submitted", async () => {
    const { store } = await open();
    const seen: (number | undefined)[] = [];
    const append = (value: number) => async (tx: WriteTransaction) => {
      seen.push(await tx.get(numbers, ["last"]));
      await tx.put(numbers, ["last"], value);
    };
    await Promise.all(
      Array.from({ length: 600 }, (_, index) =>
        store.write(partition, append(index)),
      ),
    );
    expect(seen).toEqual([
      undefined,
      ...Array.from({ length: 599 }, (_, index) => index),
    ]);
  });

  test("[ST-4] the same key in two partitions is two rows", async () => {
    const { store } = await open();
    expect(await store.listPartitions()).toEqual([]);
    await store.write("org-1", (tx) => tx.put(numbers, ["a"], 1));
    await store.write("org-10", (tx) => tx.put(numbers, ["a"], 2));
    await store.write("system", (tx) => tx.put(notes, ["a"], { text: "" }));
    await store.write("org-10", (tx) => tx.delete(numbers, ["b"]));
    expect(await store.read("org-1", (tx) => tx.scan(numbers))).toEqual([
      { key: ["a"], value: 1 },
    ]);
    expect(await store.read("org-10", (tx) => tx.scan(numbers))).toEqual([
      { key: ["a"], value: 2 },
    ]);
    expect(
      await store.read("system", (tx) => tx.get(numbers, ["a"])),
    ).toBeUndefined();
    expect([...(await store.listPartitions())].toSorted()).toEqual([
      "org-1",
      "org-10",
      "system",
    ]);
    await store.write("org-10", (tx) => tx.delete(numbers, ["a"]));
    expect([...(await store.listPartitions())].toSorted()).toEqual([
      "org-1",
      "system",
    ]);
  });

  test("[ST-4] a partition without a name, with a NUL or a lone surrogate is refused", async () => {
    const { store } = await open();
    for (const name of ["", "a\0", "\uD800"]) {
      await expect(store.write(name, async () => undefined)).rejects.toThrow(
        TypeError,
      );
      await expect(store.read(name, async () => undefined)).rejects.toThrow(
        TypeError,
      );
    }
  });

  test("[ST-9] a transaction cannot be used once its work is over", async () => {
    const { store } = await open();
    const kept = await store.write(partition, async (tx) => ({ tx }));
    await expect(kept.tx.put(numbers, ["a"], 1)).rejects.toThrow(TypeError);
    const read = await store.read(partition, async (tx) => ({ tx }));
    await expect(read.tx.get(numbers, ["a"])).rejects.toThrow(TypeError);
    expect(await allNumbers(store)).toEqual({});
  });

  test("[ST-9] a table that was not given when the store was opened is refused", async () => {
    const { store } = await open();
    const unknown = defineBytesTable("unknown");
    await expect(
      store.write(partition, (tx) => tx.put(unknown, ["a"], new Uint8Array())),
    ).rejects.toThrow(TypeError);
    await expect(
      store.read(partition, (tx) => tx.get(defineBytesTable("notes"), ["a"])),
    ).rejects.toThrow(TypeError);
  });
}

function testReads(open: OpenForTest): void {
  test("[ST-5] a read sees nothing of a write that is not committed", async () => {
    const { store } = await open();
    await putNumbers(store, { a: 1 });
    const written = signal();
    const mayCommit = signal();
    const write = store.write(partition, async (tx) => {
      await tx.put(numbers, ["a"], 2);
      await tx.put(numbers, ["b"], 3);
      written.raise();
      await mayCommit.raised;
    });
    await written.raised;
    expect(await allNumbers(store)).toEqual({ a: 1 });
    mayCommit.raise();
    await write;
    expect(await allNumbers(store)).toEqual({ a: 2, b: 3 });
  });

  test("[ST-5] a read stays at one moment while writes commit beside it", async () => {
    const { store } = await open();
    await putNumbers(store, { a: 1, b: 1 });
    const before = await store.read(partition, async (tx) => {
      const a = await tx.get(numbers, ["a"]);
      await putNumbers(store, { a: 2, b: 2, c: 2 });
      return [a, await tx.get(numbers, ["b"]), (await tx.scan(numbers)).length];
    });
    expect(before).toEqual([1, 1, 2]);
    expect(await allNumbers(store)).toEqual({ a: 2, b: 2, c: 2 });
  });

  test("[ST-5] a read sees every write that had resolved when it was submitted", async () => {
    const { store } = await open();
    for (let count = 1; count <= 20; count++) {
      const reads = [store.read(partition, (tx) => tx.get(numbers, ["a"]))];
      await putNumbers(store, { a: count });
      reads.push(store.read(partition, (tx) => tx.get(numbers, ["a"])));
      expect((await Promise.all(reads))[1]).toBe(count);
    }
  });

  test("[ST-5] a read that throws rejects its own promise only", async () => {
    const { store } = await open();
    const reason = new Error("no");
    const outcomes = await Promise.allSettled([
      store.read(partition, () => Promise.reject(reason)),
      store.read(partition, (tx) => tx.get(numbers, ["a"])),
    ]);
    expect(outcomes).toEqual([
      { status: "rejected", reason },
      { status: "fulfilled", value: undefined },
    ]);
  });
}

function testClose(open: OpenForTest): void {
  test("[ST-11] close finishes what was submitted; what comes after rejects with `store-closed`", async () => {
    const { store } = await open();
    const writes = [1, 2, 3].map((value) =>
      store.write(partition, (tx) => tx.put(numbers, [value], value)),
    );
    const read = store.read(partition, (tx) => tx.scan(numbers));
    const closed = Promise.all([store.close(), store.close()]);
    const refused = { code: "store-closed" };
    await expect(store.write(partition, async () => 1)).rejects.toMatchObject(
      refused,
    );
    await expect(store.read(partition, async () => 1)).rejects.toMatchObject(
      refused,
    );
    await expect(store.listPartitions()).rejects.toMatchObject(refused);
    await Promise.all([...writes, read, closed]);
    await store.close();
  });
}
