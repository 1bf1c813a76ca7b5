import { closeSync, openSync, writeSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Migration } from "./sqlite-migrations.ts";
import { testStoreContract, type StoreUnderTest } from "./store.contract.ts";
import {
  LaterThread,
  StoreFiles,
  storeFilesOfTests,
} from "./store-files.test-support.ts";
import { defineBytesTable, defineTable } from "./table.ts";

for (const [name, startWriteThread] of [
  ["SQLite", undefined],
  [
    "SQLite, written by another thread",
    (file: string) => new LaterThread(file),
  ],
] as const)
  testStoreContract(
    name,
    { isDurable: true, hasGroupCommit: true },
    async (): Promise<StoreUnderTest> => {
      const files = new StoreFiles();
      const commitSizes: number[] = [];
      const { store } = await files.open({
        onCommit: (writeCount) => commitSizes.push(writeCount),
        ...(startWriteThread && { startWriteThread }),
      });
      return {
        store,
        commitSizes,
        durable: {
          reopen: async () => (await files.open()).store,
          openAsAfterCrash: () => files.openCopy(),
        },
        dispose: () => files.dispose(),
      };
    },
  );

describe("SQLite store", () => {
  const newFiles = storeFilesOfTests();
  const numbers = defineTable({ name: "numbers", schema: z.number() });
  const chunks = defineBytesTable("chunks");

  test("[ST-13] a full disk is `store-full`; earlier rows stay, later writes work once there is space", async () => {
    const { store, writer } = await newFiles().open();
    const putChunk = (name: string, size: number) =>
      store.write("org-1", (tx) =>
        tx.put(chunks, [name], new Uint8Array(size)),
      );
    await putChunk("first", 1_000);
    const pageCount = Number(writer.pragma("page_count", { simple: true }));
    writer.pragma(`max_page_count = ${pageCount + 4}`);
    await expect(putChunk("too large", 100_000)).rejects.toMatchObject({
      code: "store-full",
    });
    await putChunk("small", 100);
    writer.pragma("max_page_count = 1000000");
    await putChunk("large", 100_000);
    const rows = await store.read("org-1", (tx) => tx.scan(chunks));
    expect(rows.map(({ key, value }) => [key[0], value.length])).toEqual([
      ["first", 1_000],
      ["large", 100_000],
      ["small", 100],
    ]);
  });

  test("[ST-13] work does not notice a full disk, and rejects by it; neighbours are stored if and only if they resolve", async () => {
    const { store, writer } = await newFiles().open();
    await store.write("org-1", (tx) => tx.put(numbers, [0], 0));
    const pageCount = Number(writer.pragma("page_count", { simple: true }));
    writer.pragma(`max_page_count = ${pageCount + 4}`);
    const put = (value: number) =>
      store.write("org-1", (tx) => tx.put(numbers, [value], value));
    const swallow = store.write("org-1", async (tx) => {
      await tx.put(chunks, ["too large"], new Uint8Array(100_000));
      await tx.put(numbers, [99], 99);
    });
    const outcomes = await Promise.allSettled([put(1), swallow, put(2)]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "store-full" } });
    const stored = (await store.read("org-1", (tx) => tx.scan(numbers))).map(
      ({ value }) => value,
    );
    const resolved = [1, 2].filter(
      (value) => outcomes[value === 1 ? 0 : 2]?.status === "fulfilled",
    );
    expect(stored).toEqual([0, ...resolved]);
  });

  test("[ST-13] a failing commit rejects every work of its group, and leaves nothing of it", async () => {
    const files = newFiles();
    const { store, writer } = await files.open();
    // A deferred constraint is checked by COMMIT alone, so violating it makes a commit fail for real.
    writer.exec(
      "PRAGMA foreign_keys = ON; CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    );
    writer.exec(
      "CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
    );
    writer.exec(
      "CREATE TRIGGER spoil AFTER INSERT ON kv_numbers WHEN new.value = '13' BEGIN INSERT INTO child VALUES (1); END",
    );
    const put = (value: number) =>
      store.write("org-1", (tx) => tx.put(numbers, [value], value));
    const outcomes = await Promise.allSettled([put(1), put(13), put(2)]);
    expect(
      outcomes.map(
        (outcome) => outcome.status === "rejected" && outcome.reason,
      ),
    ).toMatchObject(
      Array(3).fill({
        name: "StoreError",
        code: "store-failed",
        cause: { code: "SQLITE_CONSTRAINT_FOREIGNKEY" },
      }),
    );
    await put(3);
    expect(await store.read("org-1", (tx) => tx.scan(numbers))).toEqual([
      { key: [3], value: 3 },
    ]);
  });

  test("[ST-13] a file that is no store is `store-damaged`", async () => {
    const files = newFiles();
    const { store } = await files.open();
    await store.write("org-1", (tx) =>
      tx.put(chunks, ["a"], new Uint8Array(50_000)),
    );
    await store.close();
    const db = new Database(files.file);
    const pageCount = Number(db.pragma("page_count", { simple: true }));
    db.close();
    const handle = openSync(files.file, "r+");
    for (let page = 1; page < pageCount; page++)
      writeSync(
        handle,
        new Uint8Array(4_096).fill(0xee),
        0,
        4_096,
        page * 4_096,
      );
    closeSync(handle);
    await expect(
      files
        .open()
        .then((reopened) =>
          reopened.store.read("org-1", (tx) => tx.scan(chunks)),
        ),
    ).rejects.toMatchObject({ code: "store-damaged" });
  });

  test("[ST-12] migrations run once each, for every partition, and new files count as migrated", async () => {
    const files = newFiles();
    const double: Migration = {
      name: "double-numbers",
      migrate: async (tx) => {
        for (const { key, value } of await tx.scan(numbers))
          await tx.put(numbers, key, value * 2);
      },
    };
    const first = await files.open();
    await first.store.write("org-1", (tx) => tx.put(numbers, ["a"], 1));
    await first.store.write("org-2", (tx) => tx.put(numbers, ["a"], 10));
    await first.store.close();
    for (let round = 0; round < 2; round++) {
      const { store } = await files.open({ migrations: [double] });
      expect(await store.read("org-1", (tx) => tx.get(numbers, ["a"]))).toBe(2);
      expect(await store.read("org-2", (tx) => tx.get(numbers, ["a"]))).toBe(
        20,
      );
      await store.close();
    }
    await expect(files.open({ migrations: [] })).rejects.toMatchObject({
      code: "store-too-new",
      message: expect.stringMatching(/version 1.*knows 0/),
    });
  });

  test("[ST-12] a migration that fails leaves the file as it was", async () => {
    const files = newFiles();
    const { store } = await files.open();
    await store.write("org-1", (tx) => tx.put(numbers, ["a"], 1));
    await store.close();
    const good: Migration = {
      name: "good",
      migrate: (tx) => tx.put(numbers, ["a"], 2),
    };
    const bad: Migration = {
      name: "bad",
      migrate: () => Promise.reject(new Error("no")),
    };
    await expect(files.open({ migrations: [good, bad] })).rejects.toMatchObject(
      { code: "store-failed" },
    );
    const reopened = await files.open();
    expect(
      await reopened.store.read("org-1", (tx) => tx.get(numbers, ["a"])),
    ).toBe(1);
  });

  test("[ST-14] the file can be read with plain SQL", async () => {
    const { store, writer } = await newFiles().open();
    await store.write("org-1", (tx) => tx.put(numbers, ["team", 42, "a b"], 7));
    expect(
      writer.prepare("SELECT partition, key, value FROM kv_numbers").all(),
    ).toEqual([{ partition: "org-1", key: "team #b42 a!`b", value: "7" }]);
  });
});
