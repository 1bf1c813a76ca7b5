/**
 * The store in a SQLite file, with group commit. SPEC ST-8.
 *
 * Writes queue up. A group of them runs in one SQL transaction: what they write is held until all of them have run, and then written, and
 * one COMMIT, so one fsync, makes all of it durable before any of their promises resolves. Of work that throws nothing is written. When
 * the COMMIT fails, or SQLite gave up the transaction while they read, every work of the group that had run rejects, and where a row
 * cannot be written, those of its partition; those not yet started get a group of their own. So do those that stand behind works of many
 * rows or bytes.
 *
 * Where there is a thread that writes, a group of many rows is handed to it, and the works of the next one run meanwhile, on what is on
 * its way over what is committed. SPEC ST-19.
 *
 * Reads share a second handle, which sees committed rows only: those that wait run in one read transaction.
 *
 * Whoever opens the handles sets what makes this durable: journal_mode=WAL and synchronous=FULL.
 */
import { besideCounts, countBeside } from "./beside-counts.ts";
import {
  allUnwritten,
  commitRows,
  undoTransaction,
  type Unwritten,
} from "./commit-rows.ts";
import { GroupQueue, deferToMicrotask, type Defer } from "./group-queue.ts";
import { GroupWrites } from "./group-writes.ts";
import { GroupsOnTheWay, type WaySeen } from "./groups-on-the-way.ts";
import type { WriteThread } from "./handed-groups.ts";
import { checkPartition } from "./key.ts";
import { RowTransaction } from "./row-transaction.ts";
import { takeSqliteFile } from "./sqlite-as-it-is.ts";
import {
  partitionsOf,
  prepareSqliteFile,
  tryToRun,
  type Migration,
} from "./sqlite-migrations.ts";
import {
  SqliteRows,
  SqliteStatements,
  toStoreError,
  type SqliteDatabase,
} from "./sqlite-rows.ts";
import {
  StoreError,
  type ReadTransaction,
  type Store,
  type WriteTransaction,
} from "./store.ts";
import { tablesByName, type Table } from "./table.ts";

/**
 * `own`: missing tables are created and migrations run. Otherwise the file keeps its form, as an older program may go on with it: `beside`
 * writes rows, `read` nothing; a table that the file lacks is empty, and cannot be written.
 */
export type SqliteAccess = "own" | "beside" | "read";

export interface SqliteStoreOptions {
  /** Two handles on one file. The store owns them from now on, even if opening fails. */
  readonly writer: SqliteDatabase;
  readonly reader: SqliteDatabase;
  /** Every table that will be used; those the file lacks are created. */
  readonly tables: readonly Table<unknown>[];
  readonly migrations: readonly Migration[];
  /** Whose the file is; by default the program's own. */
  readonly access?: SqliteAccess | undefined;
  /** When a group starts after the first of its writes was submitted: as late as lets all messages that wait be handled first. */
  readonly defer: Defer;
  /** Writes large groups, so that the works of the next ones need not wait; made once the file is prepared. SPEC ST-19. */
  readonly startWriteThread?: (() => WriteThread) | undefined;
  /** Groups that put and delete fewer are durable sooner where they are: by default 200 rows, some 5 ms of writing. */
  readonly minHandedRows?: number | undefined;
  /** Told how many writes each commit made durable, after their promises were resolved. */
  readonly onCommit?: ((writeCount: number) => void) | undefined;
}

/** Throws a `StoreError`; `store-too-new` for a file of a later version. */
export async function createSqliteStore(
  options: SqliteStoreOptions,
): Promise<Store> {
  const { writer, reader, migrations, access = "own" } = options;
  try {
    const tables = tablesByName(options.tables);
    if (access === "own")
      await prepareSqliteFile({ db: writer, tables, migrations });
    else
      for (const db of [writer, reader])
        takeSqliteFile({ db, tables, knownVersion: migrations.length });
    return new SqliteStore(options, tables);
  } catch (cause) {
    reader.close();
    writer.close();
    throw cause instanceof TypeError ? cause : toStoreError(cause);
  }
}

const maxGroupSize = 256;
/** A group that has read, looked for and written so many rows ends, some 30 ms of work, so that whatever else waits has a turn. */
const maxGroupRows = 1_000;
/** Of what is held until the commit. */
const maxGroupBytes = 4 * 1024 * 1024;
const defaultMinHandedRows = 200;

const nothingSeen: WaySeen = {
  knownNumber: 0,
  writes: [],
  besideCounts: new Map(),
};

interface QueuedWrite {
  readonly partition: string;
  /** Runs the work; what it gives back resolves the promise. */
  readonly run: (tx: WriteTransaction) => Promise<() => void>;
  readonly reject: (cause: unknown) => void;
}

interface QueuedRead {
  /** Never rejects. */
  readonly run: () => Promise<void>;
  readonly reject: (cause: unknown) => void;
}

interface DoneWrite {
  readonly partition: string;
  readonly acknowledge: () => void;
  readonly reject: (cause: unknown) => void;
}

class SqliteStore implements Store {
  readonly #tables: ReadonlyMap<string, Table<unknown>>;
  readonly #writer: SqliteDatabase;
  readonly #reader: SqliteDatabase;
  readonly #writerStatements: SqliteStatements;
  readonly #readerStatements: SqliteStatements;
  readonly #access: SqliteAccess;
  readonly #onCommit: SqliteStoreOptions["onCommit"];
  readonly #onTheWay: GroupsOnTheWay | undefined;
  readonly #minHandedRows: number;
  readonly #writes: GroupQueue<QueuedWrite>;
  readonly #reads: GroupQueue<QueuedRead>;
  #closing: Promise<void> | undefined;

  constructor(
    options: SqliteStoreOptions,
    tables: ReadonlyMap<string, Table<unknown>>,
  ) {
    const { writer, reader, defer, onCommit, startWriteThread } = options;
    this.#access = options.access ?? "own";
    this.#onTheWay = startWriteThread && new GroupsOnTheWay(startWriteThread());
    this.#minHandedRows = options.minHandedRows ?? defaultMinHandedRows;
    this.#tables = tables;
    this.#writer = writer;
    this.#reader = reader;
    this.#writerStatements = new SqliteStatements(writer);
    this.#readerStatements = new SqliteStatements(reader);
    this.#onCommit = onCommit;
    this.#writes = new GroupQueue({
      maxGroupSize,
      defer,
      runGroup: (group) => this.#writeGroup(group),
    });
    this.#reads = new GroupQueue({
      maxGroupSize,
      defer: deferToMicrotask,
      deferRest: defer,
      runGroup: (group) => this.#readGroup(group),
    });
  }

  async write<T>(
    partition: string,
    work: (tx: WriteTransaction) => Promise<T>,
  ): Promise<T> {
    this.#checkOpen();
    checkPartition(partition);
    return new Promise<T>((resolve, reject) => {
      const run = async (tx: WriteTransaction) => {
        const result = await work(tx);
        return () => resolve(result);
      };
      this.#writes.push({ partition, run, reject });
    });
  }

  async read<T>(
    partition: string,
    work: (tx: ReadTransaction) => Promise<T>,
  ): Promise<T> {
    checkPartition(partition);
    return this.#readSnapshot(async () => {
      const rows = new SqliteRows(this.#readerStatements, partition);
      const tx = new RowTransaction(this.#tables, rows);
      try {
        const result = await work(tx);
        if (rows.failure !== undefined) throw rows.failure;
        return result;
      } finally {
        tx.end();
      }
    });
  }

  async listPartitions(): Promise<readonly string[]> {
    return this.#readSnapshot(async () =>
      partitionsOf(this.#readerStatements, this.#tables),
    );
  }

  async close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await Promise.all([this.#writes.idle(), this.#reads.idle()]);
    await this.#onTheWay?.close();
    this.#reader.close();
    // The last handle to close moves the WAL into the file.
    this.#writer.close();
  }

  async #readSnapshot<T>(work: () => Promise<T>): Promise<T> {
    this.#checkOpen();
    return new Promise<T>((resolve, reject) => {
      this.#reads.push({ run: () => work().then(resolve, reject), reject });
    });
  }

  /** Gives back the reads that were not started. */
  async #readGroup(
    group: readonly QueuedRead[],
  ): Promise<readonly QueuedRead[]> {
    const rowCount = rowsSince(this.#readerStatements);
    try {
      this.#readerStatements.run("BEGIN");
    } catch (cause) {
      rejectAll(group, cause);
      return [];
    }
    let doneCount = 0;
    for (const { run } of group) {
      await run();
      doneCount += 1;
      if (rowCount() >= maxGroupRows) break;
    }
    // Fails only if SQLite has ended the transaction by itself, which the read that met the error has rejected with.
    tryToRun(() => this.#readerStatements.run("COMMIT"));
    return group.slice(doneCount);
  }

  /** Gives back the writes that were not started. */
  async #writeGroup(
    group: readonly QueuedWrite[],
  ): Promise<readonly QueuedWrite[]> {
    // Something may have failed since the group before this one was handed over.
    await this.#onTheWay?.room();
    const statements = this.#writerStatements;
    let seen = this.#onTheWay?.seen ?? nothingSeen;
    // Whoever reads what is on its way cannot keep others from writing: its thread is to.
    const isLocked = seen.writes.length === 0;
    try {
      statements.run(isLocked ? "BEGIN IMMEDIATE" : "BEGIN");
      statements.run("SAVEPOINT works");
      if (this.#onTheWay && isLocked)
        seen = { ...seen, besideCounts: besideCounts(statements) };
    } catch (cause) {
      undoTransaction(statements);
      rejectAll(group, cause);
      return [];
    }
    const done: DoneWrite[] = [];
    const writes = new GroupWrites();
    const readCount = rowsSince(statements);
    const rowCount = () => readCount() + writes.rowCount;
    let startedCount = 0;
    for (const [index, write] of group.entries()) {
      if (rowCount() >= maxGroupRows || writes.byteCount >= maxGroupBytes)
        break;
      startedCount += 1;
      try {
        done.push(await this.#runWork(write, writes, seen.writes));
      } catch (cause) {
        write.reject(cause);
        if (this.#isInTransaction()) continue;
        // SQLite has given it up, and with it what the works that were done had read.
        undoTransaction(statements);
        rejectAll(done, cause);
        return group.slice(index + 1);
      }
    }
    if (done.length === 0) undoTransaction(statements);
    else if (isLocked && !this.#isHanded(writes))
      settleAll(done, this.#commit(writes), this.#onCommit);
    else await this.#handOver(writes, seen, done);
    return group.slice(startedCount);
  }

  async #runWork(
    write: QueuedWrite,
    writes: GroupWrites,
    earlier: readonly GroupWrites[],
  ): Promise<DoneWrite> {
    const { partition, reject } = write;
    const rows = writes.rowsOf(this.#writerStatements, partition, earlier);
    const tx = new RowTransaction(this.#tables, rows);
    try {
      const acknowledge = await write.run(tx);
      if (rows.failure !== undefined) throw rows.failure;
      writes.add(partition, rows);
      return { partition, acknowledge, reject };
    } finally {
      tx.end();
    }
  }

  #commit(writes: GroupWrites): Unwritten {
    const statements = this.#writerStatements;
    const written = writes.rows();
    try {
      statements.run("RELEASE works");
    } catch (cause) {
      undoTransaction(statements);
      return allUnwritten(written, cause);
    }
    return commitRows(statements, written, () => {
      if (this.#access === "beside")
        countBeside(
          statements,
          written.map(({ partition }) => partition),
        );
    });
  }

  #isHanded({ rowCount }: GroupWrites): boolean {
    return this.#onTheWay?.isOpen === true && rowCount >= this.#minHandedRows;
  }

  /** Resolves when there is room for the next group, which is all that waits by then. */
  async #handOver(
    writes: GroupWrites,
    seen: WaySeen,
    done: readonly DoneWrite[],
  ): Promise<void> {
    undoTransaction(this.#writerStatements);
    this.#onTheWay?.hand(writes, seen, (unwritten) =>
      settleAll(done, unwritten, this.#onCommit),
    );
    await this.#onTheWay?.room();
  }

  /** Nothing has been written yet, so there is nothing that this undoes. */
  #isInTransaction(): boolean {
    return tryToRun(() => this.#writerStatements.run("ROLLBACK TO works"));
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new StoreError("store-closed", "the store is closed");
  }
}

function settleAll(
  done: readonly DoneWrite[],
  unwritten: Unwritten,
  onCommit: SqliteStoreOptions["onCommit"],
): void {
  let storedCount = 0;
  for (const { partition, acknowledge, reject } of done) {
    const failure = unwritten.get(partition);
    if (failure !== undefined) {
      reject(failure);
      continue;
    }
    acknowledge();
    storedCount += 1;
  }
  if (storedCount > 0) onCommit?.(storedCount);
}

function rejectAll(
  works: readonly { readonly reject: (cause: unknown) => void }[],
  cause: unknown,
): void {
  const failure = toStoreError(cause);
  for (const { reject } of works) reject(failure);
}

function rowsSince(statements: SqliteStatements): () => number {
  const before = statements.rowCount;
  return () => statements.rowCount - before;
}
