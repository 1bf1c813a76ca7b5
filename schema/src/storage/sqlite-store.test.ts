import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createSqliteStore } from "./sqlite-store.ts";
import type { Migration } from "./sqlite-migrations.ts";
import type { Store } from "./store.ts";
import {
  contractTables,
  testStoreContract,
  type StoreUnderTest,
} from "./store.contract.ts";
import { defineBytesTable, defineTable } from "./table.ts";

interface FileOptions {
  readonly tables?: typeof contractTables;
  readonly migrations?: readonly Migration[];
  readonly onCommit?: (writeCount: number) => void;
}

/** A directory of its own, and the stores opened in it, until `dispose`. */
class StoreFiles {
  readonly #directory = mkdtempSync(join(tmpdir(), "sqlite-store-"));
  readonly #stores: Store[] = [];
  #copies = 0;

  get file(): string {
    return join(this.#directory, "store.sqlite");
  }

  async open(
    options: FileOptions = {},
    file = this.file,
  ): Promise<{ store: Store; writer: Database.Database }> {
    const writer = new Database(file);
    writer.pragma("journal_mode = WAL");
    writer.pragma("synchronous = FULL");
    const reader = new Database(file, { readonly: true });
    const { tables = contractTables, migrations = [], onCommit } = options;
    const store = await createSqliteStore({
      writer,
      reader,
      tables,
      migrations,
      defer: setImmediate,
      onCommit,
    });
    this.#stores.push(store);
    return { store, writer };
  }

  /** What lies on the disk at this moment, opened elsewhere. */
  async openCopy(): Promise<Store> {
    this.#copies++;
    const copy = join(this.#directory, `copy-${this.#copies}.sqlite`);
    for (const suffix of ["", "-wal"]) {
      if (existsSync(this.file + suffix))
        copyFileSync(this.file + suffix, copy + suffix);
    }
    return (await this.open({}, copy)).store;
  }

  async dispose(): Promise<void> {
    for (const store of this.#stores) await store.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

testStoreContract(
  "SQLite",
  { isDurable: true, hasGroupCommit: true },
  async (): Promise<StoreUnderTest> => {
    const files = new StoreFiles();
    const commitSizes: number[] = [];
    const { store } = await files.open({
      onCommit: (writeCount) => commitSizes.push(writeCount),
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
  const disposals: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const dispose of disposals.splice(0)) await dispose();
  });

  function newFiles(): StoreFiles {
    const files = new StoreFiles();
    disposals.push(() => files.dispose());
    return files;
  }

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

  test("[ST-13] work cannot swallow a full disk, nor write on after it; neighbours are stored if and only if they resolve", async () => {
    const { store, writer } = await newFiles().open();
    await store.write("org-1", (tx) => tx.put(numbers, [0], 0));
    const pageCount = Number(writer.pragma("page_count", { simple: true }));
    writer.pragma(`max_page_count = ${pageCount + 4}`);
    const put = (value: number) =>
      store.write("org-1", (tx) => tx.put(numbers, [value], value));
    const swallow = store.write("org-1", async (tx) => {
      await tx
        .put(chunks, ["too large"], new Uint8Array(100_000))
        .catch(() => undefined);
      await tx.put(numbers, [99], 99).catch(() => undefined);
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

  test("[ST-13] what cannot be read fails the work that asks for it, and none beside it", async () => {
    const files = newFiles();
    const { store, writer } = await files.open();
    await store.write("org-1", (tx) =>
      tx.put(chunks, ["a"], new Uint8Array(1)),
    );
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
      store.write("org-1", (tx) =>
        tx.put(chunks, [name], new Uint8Array(size)),
      );
    const large = 3 * 1024 * 1024;
    await Promise.all([put("a", large), put("b", large), put("c", 1)]);
    expect(commitSizes).toEqual([2, 1]);
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
