/** What becomes of the works of a group where one of them, or the disk, fails. The rest of it is in the stores' contract. */
import { expect, test } from "vitest";
import { z } from "zod";
import { storeFilesOfTests } from "./store-files.test-support.ts";
import { defineBytesTable, defineTable } from "./table.ts";

const newFiles = storeFilesOfTests();
const numbers = defineTable({ name: "numbers", schema: z.number() });
const chunks = defineBytesTable("chunks");

test("[ST-13] when SQLite gives up the whole transaction, works that were done reject, those not begun run", async () => {
  const { store, writer } = await newFiles().open();
  writer.exec(
    "CREATE TRIGGER spoil BEFORE INSERT ON kv_numbers WHEN new.value = '13' BEGIN SELECT RAISE(ROLLBACK, 'x'); END",
  );
  const put = (value: number) =>
    store.write("org-1", (tx) => tx.put(numbers, [value], value));
  const fill = () =>
    store.write("org-1", async (tx) => {
      for (let row = 0; row < 1_000; row += 1)
        await tx.put(chunks, [row], new Uint8Array(1));
    });
  const works = [put(1), put(13), put(2), fill(), put(3)];
  const outcomes = await Promise.allSettled(works);
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array<string>(4).fill("rejected"),
    "fulfilled",
  ]);
  expect(outcomes[0]).toMatchObject({ reason: { code: "store-failed" } });
  expect(await store.read("org-1", (tx) => tx.scan(numbers))).toEqual([
    { key: [3], value: 3 },
  ]);
  expect(await store.read("org-1", (tx) => tx.scan(chunks))).toEqual([]);
});

test("[ST-13] rows that cannot be written reject the works of their partition alone", async () => {
  const { store, writer } = await newFiles().open();
  writer.exec(
    "CREATE TRIGGER spoil BEFORE INSERT ON kv_numbers WHEN new.value = '13' BEGIN SELECT RAISE(FAIL, 'x'); END",
  );
  const put = (partition: string, value: number) =>
    store.write(partition, (tx) => tx.put(numbers, [value], value));
  const outcomes = await Promise.allSettled([
    put("org-1", 1),
    put("org-2", 2),
    put("org-2", 13),
    put("org-3", 3),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "rejected",
    "fulfilled",
  ]);
  const values = async (partition: string) =>
    (await store.read(partition, (tx) => tx.scan(numbers))).map(
      ({ value }) => value,
    );
  expect(await values("org-1")).toEqual([1]);
  expect(await values("org-2")).toEqual([]);
  expect(await values("org-3")).toEqual([3]);
});

test("[ST-13] where SQLite gives up the transaction within a work, those done before it reject, those behind it run", async () => {
  const { store, writer } = await newFiles().open();
  const put = (value: number) =>
    store.write("org-1", (tx) => tx.put(numbers, [value], value));
  const outcomes = await Promise.allSettled([
    put(1),
    store.write("org-1", async (tx) => {
      writer.exec("ROLLBACK");
      await tx.get(numbers, [1]);
      throw new Error("given up");
    }),
    put(2),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    "rejected",
    "rejected",
    "fulfilled",
  ]);
  expect(await store.read("org-1", (tx) => tx.scan(numbers))).toEqual([
    { key: [2], value: 2 },
  ]);
});

test("[ST-15] a damaged row that a scan does not come to, or that was put anew, is not in its way", async () => {
  const { store, writer } = await newFiles().open();
  await store.write("org-1", async (tx) => {
    for (let row = 1; row <= 3; row += 1) await tx.put(numbers, [row], row);
  });
  writer.exec(
    "UPDATE kv_numbers SET checksum = checksum + 1 WHERE key <> '#a1'",
  );
  const scanned = await store.write("org-1", async (tx) => {
    await tx.put(numbers, [0], 0);
    await tx.put(numbers, [2], 22);
    return tx.scan(numbers, { limit: 3 });
  });
  expect(scanned.map(({ value }) => value)).toEqual([0, 1, 22]);
  await expect(
    store.write("org-1", (tx) => tx.scan(numbers)),
  ).rejects.toMatchObject({ code: "store-damaged" });
});

test("[ST-10] bytes are copied, of Node's own kind, too", async () => {
  const { store } = await newFiles().open();
  const bytes = Buffer.from([1, 2, 3]);
  await store.write("org-1", async (tx) => {
    await tx.put(chunks, ["a"], bytes.subarray(1));
    bytes.fill(9);
    const seen = await tx.get(chunks, ["a"]);
    expect(seen).toEqual(new Uint8Array([2, 3]));
    seen?.fill(8);
  });
  expect(await store.read("org-1", (tx) => tx.get(chunks, ["a"]))).toEqual(
    new Uint8Array([2, 3]),
  );
});

test("[ST-13] what cannot be read fails the work that asks for it, and none beside it", async () => {
  const files = newFiles();
  const { store, writer } = await files.open();
  await store.write("org-1", (tx) => tx.put(chunks, ["a"], new Uint8Array(1)));
  writer.exec("ALTER TABLE kv_chunks RENAME TO kv_elsewhere");
  const outcomes = await Promise.allSettled([
    store.write("org-1", (tx) => tx.put(numbers, [1], 1)),
    store.write("org-1", async (tx) => {
      await tx.put(numbers, [2], 2);
      await tx.get(chunks, ["a"]).catch(() => undefined);
    }),
    store.write("org-1", (tx) => tx.put(numbers, [3], 3)),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(
    (await store.read("org-1", (tx) => tx.scan(numbers))).map(
      ({ value }) => value,
    ),
  ).toEqual([1, 3]);
  writer.exec("ALTER TABLE kv_elsewhere RENAME TO kv_chunks");
});

test("[ST-8] works of many bytes end their group", async () => {
  const commitSizes: number[] = [];
  const { store } = await newFiles().open({
    onCommit: (writeCount) => commitSizes.push(writeCount),
  });
  const put = (name: string, size: number) =>
    store.write("org-1", (tx) => tx.put(chunks, [name], new Uint8Array(size)));
  const large = 3 * 1024 * 1024;
  await Promise.all([put("a", large), put("b", large), put("c", 1)]);
  expect(commitSizes).toEqual([2, 1]);
});
