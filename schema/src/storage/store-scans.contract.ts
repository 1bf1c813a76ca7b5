/** The part of the store contract about keys, scans and values. SPEC ST-6, ST-7, ST-10. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Key } from "./key.ts";
import {
  StoreError,
  type ScanRange,
  type Store,
  type WriteTransaction,
} from "./store.ts";
import {
  allNumbers,
  chunks,
  misread,
  notes,
  numbers,
  partition,
  type OpenForTest,
} from "./store-under-test.contract.ts";
import { defineTable } from "./table.ts";

export function testScans(open: OpenForTest): void {
  test("[ST-6] prefix, after, before, reverse and limit choose rows in key order", async () => {
    const { store } = await open();
    await store.write(partition, async (tx) => {
      for (const scope of ["s", "s1", "t"]) {
        for (const sequence of [100, 9, 10])
          await tx.put(numbers, [scope, sequence], sequence);
      }
      await tx.put(numbers, ["s"], 0);
    });
    const scan = (range: ScanRange) =>
      store.read(partition, async (tx) => {
        const found = (await tx.scan(numbers, range)).map(({ key }) => key);
        expect(await tx.keys?.(numbers, range)).toEqual(found);
        return found.map((key) => key.join("/"));
      });
    expect(await scan({})).toEqual([
      "s",
      "s/9",
      "s/10",
      "s/100",
      "s1/9",
      "s1/10",
      "s1/100",
      "t/9",
      "t/10",
      "t/100",
    ]);
    expect(await scan({ prefix: ["s"] })).toEqual([
      "s",
      "s/9",
      "s/10",
      "s/100",
    ]);
    expect(await scan({ prefix: ["s"], reverse: true, limit: 2 })).toEqual([
      "s/100",
      "s/10",
    ]);
    expect(await scan({ prefix: ["s"], after: ["s", 9] })).toEqual([
      "s/10",
      "s/100",
    ]);
    expect(
      await scan({ prefix: ["s"], before: ["s", 100], reverse: true }),
    ).toEqual(["s/10", "s/9", "s"]);
    expect(
      await scan({ after: ["s", 10], before: ["t", 9], limit: 3 }),
    ).toEqual(["s/100", "s1/9", "s1/10"]);
    expect(await scan({ after: ["s"], limit: 1 })).toEqual(["s/9"]);
    expect(await scan({ prefix: ["s1"], before: ["s", 100] })).toEqual([]);
    expect(await scan({ prefix: ["s"], after: ["t"] })).toEqual([]);
    expect(await scan({ prefix: ["s", 9] })).toEqual(["s/9"]);
    expect(await scan({ prefix: ["u"] })).toEqual([]);
    expect(await scan({ limit: 0 })).toEqual([]);
    await expect(scan({ limit: -1 })).rejects.toThrow(TypeError);
  });

  test("[ST-6] any scan of any rows is what sorting and filtering them gives", async () => {
    const part = fc.oneof(
      fc.constantFrom("", "a", "b", " ", "\0", "\uE000", "😀"),
      fc.nat(12),
    );
    const key = fc.array(part, { minLength: 1, maxLength: 3 });
    const range = fc.record(
      {
        prefix: fc.array(part, { maxLength: 2 }),
        after: key,
        before: key,
        reverse: fc.boolean(),
        limit: fc.nat(6),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { selector: (parts) => JSON.stringify(parts) }),
        range,
        async (keys, scanRange) => {
          const { store, dispose } = await open();
          const rows = [...keys.entries()];
          const put = async (tx: WriteTransaction, share: number, by = 0) => {
            for (const [index, one] of rows)
              if (index % 4 === share) await tx.put(numbers, one, index + by);
          };
          // A quarter was there before, another comes from the work in front; some are rewritten, and some taken away and put again.
          await store.write(partition, async (tx) => {
            await put(tx, 0);
            await put(tx, 1, 100);
            await put(tx, 2, 200);
          });
          const before = store.write(partition, async (tx) => {
            await put(tx, 1);
            for (const [index, one] of rows)
              if (index % 4 === 2) await tx.delete(numbers, one);
          });
          const scanned = await store.write(partition, async (tx) => {
            await put(tx, 2);
            await put(tx, 3);
            const seen = await tx.scan(numbers, scanRange);
            expect(await tx.keys?.(numbers, scanRange)).toEqual(
              tx.keys && seen.map((row) => row.key),
            );
            return seen;
          });
          await before;
          expect(scanned).toEqual(expectedRows(keys, scanRange));
          expect(
            await store.read(partition, (tx) => tx.scan(numbers, scanRange)),
          ).toEqual(scanned);
          await dispose();
        },
      ),
      { numRuns: 60 },
    );
  });

  test("[ST-6] what a work and the one in front of it took away is not scanned, and leaves room within the limit", async () => {
    const { store } = await open();
    await store.write(partition, async (tx) => {
      for (let row = 0; row < 8; row += 1) await tx.put(numbers, [row], row);
    });
    const before = store.write(partition, async (tx) => {
      await tx.delete(numbers, [0]);
      await tx.delete(numbers, [7]);
    });
    const scanned = store.write(partition, async (tx) => {
      await tx.delete(numbers, [1]);
      await tx.delete(numbers, [6]);
      const seen = async (reverse: boolean) =>
        (await tx.scan(numbers, { limit: 2, reverse })).map(
          ({ value }) => value,
        );
      return [await seen(false), await seen(true)];
    });
    await before;
    expect(await scanned).toEqual([
      [2, 3],
      [5, 4],
    ]);
  });

  test("[ST-6] a scan without a limit gives every row, paging by the last key as well, however they were written", async () => {
    const { store } = await open();
    const order = Array.from(
      { length: 3_000 },
      (_, index) => (index * 1_009) % 3_000,
    );
    await store.write(partition, async (tx) => {
      for (const sequence of order)
        await tx.put(numbers, ["s", sequence], sequence);
      for (let sequence = 0; sequence < 3_000; sequence += 3)
        await tx.delete(numbers, ["s", sequence]);
    });
    const expected = Array.from({ length: 3_000 }, (_, index) => index).filter(
      (sequence) => sequence % 3 !== 0,
    );
    const whole = await store.read(partition, (tx) =>
      tx.scan(numbers, { prefix: ["s"] }),
    );
    expect(whole.map(({ value }) => value)).toEqual(expected);
    expect(await readPages(store, "after")).toEqual(expected);
    expect(await readPages(store, "before")).toEqual(expected.toReversed());
  });

  test("[ST-7] a key that cannot be ordered is refused", async () => {
    const { store } = await open();
    const refused: Key[] = [
      [],
      [-1],
      [1.5],
      [2 ** 53],
      [Number.NaN],
      ["a\uD800"],
    ];
    for (const key of refused) {
      await expect(
        store.write(partition, (tx) => tx.put(numbers, key, 1)),
      ).rejects.toThrow(TypeError);
    }
    expect(await allNumbers(store)).toEqual({});
  });
}

export function testValues(open: OpenForTest): void {
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
    expect(await store.read(partition, (tx) => tx.get(chunks, ["a"]))).toEqual(
      bytes,
    );
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
      expect(error).toMatchObject({
        code: "store-damaged",
        message: expect.stringMatching(/numbers.*2 parts/),
      });
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(
        /Amina|4711/,
      );
    }
  });

  test("[ST-10] a value without a stored form is refused", async () => {
    const { store } = await open();
    const anything = defineTable({ name: "numbers", schema: z.unknown() });
    await expect(
      store.write(partition, (tx) => tx.put(anything, ["a"], undefined)),
    ).rejects.toThrow(TypeError);
    expect(await allNumbers(store)).toEqual({});
  });
}

async function readPages(
  store: Store,
  bound: "after" | "before",
): Promise<number[]> {
  const values: number[] = [];
  let last: Key | undefined;
  for (;;) {
    const range = {
      prefix: ["s"],
      limit: 170,
      reverse: bound === "before",
      ...(last && { [bound]: last }),
    };
    const page = await store.read(partition, (tx) => tx.scan(numbers, range));
    values.push(...page.map(({ value }) => value));
    last = page.at(-1)?.key;
    if (last === undefined) return values;
  }
}

/** What ST-6 and ST-7 say, in the plainest way. */
function expectedRows(
  keys: readonly Key[],
  range: ScanRange,
): { key: Key; value: number }[] {
  const {
    prefix = [],
    after,
    before,
    reverse = false,
    limit = Infinity,
  } = range;
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
    if (typeof part === "number")
      return typeof other === "number" ? part - other : -1;
    return typeof other === "number" ? 1 : compareCodePoints(part, other);
  }
  return left.length - right.length;
}

function compareCodePoints(left: string, right: string): number {
  const rightPoints = [...right];
  for (const [index, character] of [...left].entries()) {
    const other = rightPoints[index];
    if (other === undefined) return 1;
    const difference =
      (character.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return [...left].length - rightPoints.length;
}
