/** SQLite stores in directories of their own. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach } from "vitest";
import {
  HandedGroups,
  type HandedFailure,
  type HandedGroup,
  type WriteThread,
} from "./handed-groups.ts";
import { createSqliteStore, type SqliteAccess } from "./sqlite-store.ts";
import type { Migration } from "./sqlite-migrations.ts";
import type { Store } from "./store.ts";
import { contractTables } from "./store.contract.ts";

interface FileOptions {
  readonly startWriteThread?: (file: string) => WriteThread;
  /** By default every group goes there. */
  readonly minHandedRows?: number;
  readonly access?: SqliteAccess;
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
    const { tables = contractTables, migrations = [] } = options;
    const { onCommit, access, startWriteThread, minHandedRows = 0 } = options;
    const store = await createSqliteStore({
      writer,
      reader,
      tables,
      migrations,
      access,
      defer: setImmediate,
      onCommit,
      startWriteThread: startWriteThread && (() => startWriteThread(file)),
      minHandedRows,
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

/** Writes as another thread would: later, and one group after the other. */
export class LaterThread implements WriteThread {
  readonly #db: Database.Database;
  readonly #groups: HandedGroups;
  #last: Promise<unknown> = Promise.resolve();
  #held: Promise<void> | undefined;
  #mayAnswer: () => Promise<void> = () => Promise.resolve();
  #isOver = false;
  /** How many groups came. */
  handedCount = 0;

  constructor(file: string) {
    this.#db = new Database(file);
    this.#groups = new HandedGroups(this.#db);
  }

  get db(): Database.Database {
    return this.#db;
  }

  /** Nothing is written until what it gives is called. */
  hold(): () => void {
    let release: () => void = () => undefined;
    this.#held = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** What is written is not answered until what it gives is called. */
  holdAnswers(): () => void {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    this.#mayAnswer = () => held;
    return release;
  }

  /** What is written is answered one group at a time, with each call of what it gives. */
  answerOneByOne(): () => void {
    let leftCount = 0;
    const waiting: (() => void)[] = [];
    this.#mayAnswer = () =>
      leftCount > 0
        ? Promise.resolve(void (leftCount -= 1))
        : new Promise((resolve) => waiting.push(resolve));
    return () => {
      const next = waiting.shift();
      if (next === undefined) leftCount += 1;
      else next();
    };
  }

  /** Nothing is answered any more. */
  end(): void {
    this.#isOver = true;
  }

  write(group: HandedGroup): Promise<readonly HandedFailure[]> {
    this.handedCount += 1;
    const written = this.#last.then(async () => {
      await this.#held;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#isOver) throw new Error("it has ended");
      const failures = this.#groups.write(structuredClone(group));
      await this.#mayAnswer();
      return structuredClone(failures);
    });
    this.#last = written.catch(() => undefined);
    return written;
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
