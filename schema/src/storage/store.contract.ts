/** What every `Store` must do: call `testStoreContract` in the test file of each implementation. SPEC ST. */
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Key } from "./key.ts";
import { StoreError, type ScanRange, type Store, type WriteTransaction } from "./store.ts";
import { defineBytesTable, defineTable, type Table } from "./table.ts";

const notes = defineTable({
  name: "notes",
  schema: z.strictObject({ text: z.string(), count: z.number().optional() }),
});
const numbers = defineTable({ name: "numbers", schema: z.number() });
const chunks = defineBytesTable("chunks");
/** The `numbers` table as a program sees it whose schema does not fit the rows. */
const misread = defineTable({ name: "numbers", schema: z.literal("another thing") });

export const contractTables: readonly Table<unknown>[] = [notes, numbers, chunks];

export interface StoreUnderTest {
  readonly store: Store;
  /** For stores that outlive the process. */
  readonly durable?: {
    /** Opens the same rows again after `close`. */
    reopen(): Promise<Store>;
    /** Opens what would be found had the machine stopped at this moment, while `store` stays open. */
    openAsAfterCrash(): Promise<Store>;
  };
  /** For stores with group commit: how many writes each commit so far made durable. */
  readonly commitSizes?: readonly number[];
  /** Removes what the test left behind, open stores included. */
  dispose(): Promise<void>;
}

/** `open` gives a new, empty store with `contractTables`. */
export function testStoreContract(
  name: string,
  features: { readonly isDurable: boolean; readonly hasGroupCommit: boolean },
  open: () => Promise<StoreUnderTest>,
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

type Open = () => Promise<StoreUnderTest>;

const partition = "org-1";

function testTransactions(open: Open): void {
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
      expect((await tx.scan(numbers)).map(({ value }) => value)).toEqual([1, 20, 21]);
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
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
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
    await Promise.all(Array.from({ length: 600 }, (_, index) => store.write(partition, append(index))));
    expect(seen).toEqual([undefined, ...Array.from({ length: 599 }, (_, index) => index)]);
  });

  test("[ST-4] the same key in two partitions is two rows", async () => {
    const { store } = await open();
    expect(await store.listPartitions()).toEqual([]);
    await store.write("org-1", (tx) => tx.put(numbers, ["a"], 1));
    await store.write("org-10", (tx) => tx.put(numbers, ["a"], 2));
    await store.write("system", (tx) => tx.put(notes, ["a"], { text: "" }));
    await store.write("org-10", (tx) => tx.delete(numbers, ["b"]));
    expect(await store.read("org-1", (tx) => tx.scan(numbers))).toEqual([{ key: ["a"], value: 1 }]);
    expect(await store.read("org-10", (tx) => tx.scan(numbers))).toEqual([{ key: ["a"], value: 2 }]);
    expect(await store.read("system", (tx) => tx.get(numbers, ["a"]))).toBeUndefined();
    expect([...(await store.listPartitions())].toSorted()).toEqual(["org-1", "org-10", "system"]);
    await store.write("org-10", (tx) => tx.delete(numbers, ["a"]));
    expect([...(await store.listPartitions())].toSorted()).toEqual(["org-1", "system"]);
  });

  test("[ST-4] a partition without a name, with a NUL or a lone surrogate is refused", async () => {
    const { store } = await open();
    for (const name of ["", "a\0", "\uD800"]) {
      await expect(store.write(name, async () => undefined)).rejects.toThrow(TypeError);
      await expect(store.read(name, async () => undefined)).rejects.toThrow(TypeError);
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
    await expect(store.write(partition, (tx) => tx.put(unknown, ["a"], new Uint8Array()))).rejects.toThrow(TypeError);
    await expect(store.read(partition, (tx) => tx.get(defineBytesTable("notes"), ["a"]))).rejects.toThrow(TypeError);
  });
}

function testReads(open: Open): void {
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

function testScans(open: Open): void {
  test("[ST-6] prefix, after, before, reverse and limit choose rows in key order", async () => {
    const { store } = await open();
    await store.write(partition, async (tx) => {
      for (const scope of ["s", "s1", "t"]) {
        for (const sequence of [100, 9, 10]) await tx.put(numbers, [scope, sequence], sequence);
      }
      await tx.put(numbers, ["s"], 0);
    });
    const scan = (range: ScanRange) =>
      store.read(partition, async (tx) => (await tx.scan(numbers, range)).map(({ key }) => key.join("/")));
    expect(await scan({})).toEqual(["s", "s/9", "s/10", "s/100", "s1/9", "s1/10", "s1/100", "t/9", "t/10", "t/100"]);
    expect(await scan({ prefix: ["s"] })).toEqual(["s", "s/9", "s/10", "s/100"]);
    expect(await scan({ prefix: ["s"], reverse: true, limit: 2 })).toEqual(["s/100", "s/10"]);
    expect(await scan({ prefix: ["s"], after: ["s", 9] })).toEqual(["s/10", "s/100"]);
    expect(await scan({ prefix: ["s"], before: ["s", 100], reverse: true })).toEqual(["s/10", "s/9", "s"]);
    expect(await scan({ after: ["s", 10], before: ["t", 9], limit: 3 })).toEqual(["s/100", "s1/9", "s1/10"]);
    expect(await scan({ after: ["s"], limit: 1 })).toEqual(["s/9"]);
    expect(await scan({ prefix: ["s1"], before: ["s", 100] })).toEqual([]);
    expect(await scan({ prefix: ["s"], after: ["t"] })).toEqual([]);
    expect(await scan({ prefix: ["s", 9] })).toEqual(["s/9"]);
    expect(await scan({ prefix: ["u"] })).toEqual([]);
    expect(await scan({ limit: 0 })).toEqual([]);
    await expect(scan({ limit: -1 })).rejects.toThrow(TypeError);
  });

  test("[ST-6] any scan of any rows is what sorting and filtering them gives", async () => {
    const part = fc.oneof(fc.constantFrom("", "a", "b", " ", "\0", "\uE000", "😀"), fc.nat(12));
    const key = fc.array(part, { minLength: 1, maxLength: 3 });
    const range = fc.record(
      { prefix: fc.array(part, { maxLength: 2 }), after: key, before: key, reverse: fc.boolean(), limit: fc.nat(6) },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { selector: (parts) => JSON.stringify(parts) }),
        range,
        async (keys, scanRange) => {
          const { store, dispose } = await open();
          const scanned = await store.write(partition, async (tx) => {
            for (const [index, one] of keys.entries()) await tx.put(numbers, one, index);
            return tx.scan(numbers, scanRange);
          });
          expect(scanned).toEqual(expectedRows(keys, scanRange));
          expect(await store.read(partition, (tx) => tx.scan(numbers, scanRange))).toEqual(scanned);
          await dispose();
        },
      ),
      { numRuns: 60 },
    );
  });

  test("[ST-6] a scan without a limit gives every row, paging by the last key as well, however they were written", async () => {
    const { store } = await open();
    const order = Array.from({ length: 3_000 }, (_, index) => (index * 1_009) % 3_000);
    await store.write(partition, async (tx) => {
      for (const sequence of order) await tx.put(numbers, ["s", sequence], sequence);
      for (let sequence = 0; sequence < 3_000; sequence += 3) await tx.delete(numbers, ["s", sequence]);
    });
    const expected = Array.from({ length: 3_000 }, (_, index) => index).filter((sequence) => sequence % 3 !== 0);
    const whole = await store.read(partition, (tx) => tx.scan(numbers, { prefix: ["s"] }));
    expect(whole.map(({ value }) => value)).toEqual(expected);
    expect(await readPages(store, "after")).toEqual(expected);
    expect(await readPages(store, "before")).toEqual(expected.toReversed());
  });

  test("[ST-7] a key that cannot be ordered is refused", async () => {
    const { store } = await open();
    const refused: Key[] = [[], [-1], [1.5], [2 ** 53], [Number.NaN], ["a\uD800"]];
    for (const key of refused) {
      await expect(store.write(partition, (tx) => tx.put(numbers, key, 1))).rejects.toThrow(TypeError);
    }
    expect(await allNumbers(store)).toEqual({});
  });
}

function testValues(open: Open): void {
  test("[ST-10] JSON and bytes come back as they were written, and apart from what the caller holds", async () => {
    const { store } = await open();
    const note = { text: "é \0 😀 ' \" \\", count: 1.5e300 };
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    await store.write(partition, async (tx) => {
      await tx.put(notes, ["a"], note);
      await tx.put(chunks, ["a"], bytes.subarray(0));
      await tx.put(chunks, ["empty"], new Uint8Array());
      await tx.put(chunks, ["part"], bytes.subarray(10, 12));
    });
    note.text = "changed later";
    const found = await store.read(partition, async (tx) => ({
      note: await tx.get(notes, ["a"]),
      chunks: await tx.scan(chunks),
    }));
    expect(found.note).toEqual({ text: "é \0 😀 ' \" \\", count: 1.5e300 });
    expect(found.chunks).toEqual([
      { key: ["a"], value: bytes },
      { key: ["empty"], value: new Uint8Array() },
      { key: ["part"], value: new Uint8Array([10, 11]) },
    ]);
    found.chunks[0]?.value.fill(0);
    expect(await store.read(partition, (tx) => tx.get(chunks, ["a"]))).toEqual(bytes);
  });

  test("[ST-10] a row its table cannot read is `store-damaged`, named without its content", async () => {
    const { store } = await open();
    await store.write(partition, (tx) => tx.put(numbers, ["Amina", 7], 4711));
    for (const read of [
      store.read(partition, (tx) => tx.get(misread, ["Amina", 7])),
      store.read(partition, (tx) => tx.scan(misread)),
    ]) {
      const error = await read.catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: "store-damaged", message: expect.stringMatching(/numbers.*2 parts/) });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/Amina|4711/);
    }
  });

  test("[ST-10] a value without a stored form is refused", async () => {
    const { store } = await open();
    const anything = defineTable({ name: "numbers", schema: z.unknown() });
    await expect(store.write(partition, (tx) => tx.put(anything, ["a"], undefined))).rejects.toThrow(TypeError);
    expect(await allNumbers(store)).toEqual({});
  });
}

function testClose(open: Open): void {
  test("[ST-11] close finishes what was submitted; what comes after rejects with `store-closed`", async () => {
    const { store } = await open();
    const writes = [1, 2, 3].map((value) => store.write(partition, (tx) => tx.put(numbers, [value], value)));
    const read = store.read(partition, (tx) => tx.scan(numbers));
    const closed = Promise.all([store.close(), store.close()]);
    const refused = { code: "store-closed" };
    await expect(store.write(partition, async () => 1)).rejects.toMatchObject(refused);
    await expect(store.read(partition, async () => 1)).rejects.toMatchObject(refused);
    await expect(store.listPartitions()).rejects.toMatchObject(refused);
    await Promise.all([...writes, read, closed]);
    await store.close();
  });
}

function testDurability(open: Open): void {
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
      for (let index = 0; index < 500; index++) await tx.put(numbers, ["n", index], index);
    });
    const unfinished = store.write(partition, async (tx) => {
      for (let index = 0; index < 500; index++) await tx.put(numbers, ["n", index], -1);
      written.raise();
      await mayCommit.raised;
    });
    await written.raised;
    const recovered = await durable(underTest).openAsAfterCrash();
    const rows = await recovered.read(partition, (tx) => tx.scan(numbers));
    expect(rows.map(({ value }) => value)).toEqual(Array.from({ length: 500 }, (_, index) => index));
    mayCommit.raise();
    await unfinished;
    const later = await durable(underTest).openAsAfterCrash();
    expect(await later.read(partition, (tx) => tx.get(numbers, ["n", 0]))).toBe(-1);
  });
}

function testGroupCommit(open: Open): void {
  test("[ST-8] writes that wait together share commits; none resolves before its own", async () => {
    const { store, commitSizes = [] } = await open();
    const commitsWhenResolved: number[] = [];
    const write = (value: number) =>
      store
        .write(partition, (tx) => tx.put(numbers, [value], value))
        .then(() => commitsWhenResolved.push(commitSizes.length));
    await Promise.all(Array.from({ length: 300 }, (_, index) => write(index)));
    expect(commitSizes).toEqual([256, 44]);
    expect(commitsWhenResolved).toEqual([...Array<number>(256).fill(1), ...Array<number>(44).fill(2)]);
    await write(300);
    expect(commitSizes).toEqual([256, 44, 1]);
  });

  test("[ST-8] a work that throws is not counted, and its group commits without it", async () => {
    const { store, commitSizes } = await open();
    const outcomes = await Promise.allSettled([
      store.write(partition, (tx) => tx.put(numbers, ["a"], 1)),
      store.write(partition, () => Promise.reject(new Error("no"))),
      store.write(partition, (tx) => tx.put(numbers, ["b"], 1)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(commitSizes).toEqual([2]);
  });
}

function durable(underTest: StoreUnderTest): NonNullable<StoreUnderTest["durable"]> {
  if (underTest.durable === undefined) throw new Error("a durable store under test says how to open it again");
  return underTest.durable;
}

async function putNumbers(store: Store, values: Readonly<Record<string, number>>): Promise<void> {
  await store.write(partition, async (tx) => {
    for (const [key, value] of Object.entries(values)) await tx.put(numbers, [key], value);
  });
}

async function allNumbers(store: Store): Promise<Record<string, number>> {
  const rows = await store.read(partition, (tx) => tx.scan(numbers));
  return Object.fromEntries(rows.map(({ key, value }) => [key.join("/"), value]));
}

async function readPages(store: Store, bound: "after" | "before"): Promise<number[]> {
  const values: number[] = [];
  let last: Key | undefined;
  for (;;) {
    const range = { prefix: ["s"], limit: 170, reverse: bound === "before", ...(last && { [bound]: last }) };
    const page = await store.read(partition, (tx) => tx.scan(numbers, range));
    values.push(...page.map(({ value }) => value));
    last = page.at(-1)?.key;
    if (last === undefined) return values;
  }
}

/** What ST-6 and ST-7 say, in the plainest way. */
function expectedRows(keys: readonly Key[], range: ScanRange): { key: Key; value: number }[] {
  const { prefix = [], after, before, reverse = false, limit = Infinity } = range;
  const rows = keys
    .map((key, value) => ({ key, value }))
    .filter(({ key }) => prefix.every((part, index) => key[index] === part))
    .filter(({ key }) => after === undefined || compareKeys(key, after) > 0)
    .filter(({ key }) => before === undefined || compareKeys(key, before) < 0)
    .toSorted((left, right) => compareKeys(left.key, right.key));
  return (reverse ? rows.toReversed() : rows).slice(0, limit);
}

/** The order of ST-7, told part by part. */
export function compareKeys(left: Key, right: Key): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    if (typeof part === "number") return typeof other === "number" ? part - other : -1;
    return typeof other === "number" ? 1 : compareCodePoints(part, other);
  }
  return left.length - right.length;
}

function compareCodePoints(left: string, right: string): number {
  const rightPoints = [...right];
  for (const [index, character] of [...left].entries()) {
    const other = rightPoints[index];
    if (other === undefined) return 1;
    const difference = (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return [...left].length - rightPoints.length;
}

function signal(): { readonly raised: Promise<void>; readonly raise: () => void } {
  let raise: () => void = () => undefined;
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return { raised, raise };
}
