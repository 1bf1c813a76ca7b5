/** SQLite stores in directories of their own. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach } from "vitest";
import { createSqliteStore } from "./sqlite-store.ts";
import type { Migration } from "./sqlite-migrations.ts";
import type { Store } from "./store.ts";
import { contractTables } from "./store.contract.ts";

interface FileOptions {
  readonly tables?: typeof contractTables;
  readonly migrations?: readonly Migration[];
  readonly onCommit?: (writeCount: number) => void;
}

/** A directory of its own, and the stores opened in it, until `dispose`. */
export class StoreFiles {
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

/** Gives new ones to the tests of the file or group that calls it, and disposes of them after each. */
export function storeFilesOfTests(): () => StoreFiles {
  const opened: StoreFiles[] = [];
  afterEach(async () => {
    for (const files of opened.splice(0)) await files.dispose();
  });
  return () => {
    const files = new StoreFiles();
    opened.push(files);
    return files;
  };
}
