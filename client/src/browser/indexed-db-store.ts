/**
 * The store over IndexedDB. SPEC ST, WB.
 *
 * Works of writes run one after another under a Web Lock that all tabs and workers share, on a snapshot with their own writes in front.
 * What a group of them wrote is committed in one transaction before any of their promises resolves. Work that throws leaves nothing,
 * as nothing of it was given to the database. When a commit fails every work of its group rejects. Reads need no lock.
 */
import {
  checkPartition,
  deferToMicrotask,
  GroupQueue,
  RowTransaction,
  StoreError,
  type Migration,
  type ReadTransaction,
  type Store,
  type WriteTransaction,
} from "@suture/schema";

import { commitWrites, type WritesByPartition } from "./commit-writes.ts";
import { ofPlace } from "./held-table.ts";
import { MigratedRows } from "./migrated-rows.ts";
import { Snapshot, type SnapshotDeps } from "./snapshot.ts";
import { toStoreError, type StoreState } from "./store-database.ts";
import { WorkRows } from "./work-rows.ts";

export interface IndexedDbStoreDeps extends SnapshotDeps {
  /** Of the Web Lock. */
  readonly lockName: string;
  /** How many this program knows. */
  readonly migrationCount: number;
  /** Told how many writes each commit made durable, after their promises were resolved. */
  readonly onCommit: ((writeCount: number) => void) | undefined;
}

const maxGroupSize = 256;
/** A group that has come to so many rows ends, so that whoever waits for the lock has a turn. */
const maxGroupRows = 1_000;

interface QueuedWrite {
  readonly partition: string;
  /** Runs the work; what it gives back resolves the promise. */
  readonly run: (tx: WriteTransaction) => Promise<() => void>;
  readonly reject: (cause: unknown) => void;
}

interface DoneWrite {
  readonly acknowledge: () => void;
  readonly reject: (cause: unknown) => void;
}

export class IndexedDbStore implements Store {
  readonly #deps: IndexedDbStoreDeps;
  readonly #writes: GroupQueue<QueuedWrite>;
  /** Of the reads that last. */
  readonly #snapshots = new Set<Snapshot>();
  /** By place, the tables in memory that are being looked for. */
  readonly #holding = new Set<string>();
  #idleListeners: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(deps: IndexedDbStoreDeps) {
    this.#deps = deps;
    this.#writes = new GroupQueue({
      maxGroupSize,
      defer: deferToMicrotask,
      runGroup: (group) => this.#writeGroup(group),
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
    return this.#readSnapshot(async (snapshot) => {
      const tx = new RowTransaction(
        this.#deps.tables,
        new WorkRows(snapshot, partition),
      );
      try {
        return await work(tx);
      } finally {
        tx.end();
      }
    });
  }

  async listPartitions(): Promise<readonly string[]> {
    return this.#readSnapshot((snapshot) => snapshot.partitions());
  }

  async close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** Before anything else: all that are due, in one commit. */
  async migrate(migrations: readonly Migration[]): Promise<void> {
    await this.#locked(async () => {
      const { snapshot, state } = await this.#begin();
      if (state.migrationCount === migrations.length) return;
      const writes = new Map<string, WorkRows["writes"]>();
      for (const { migrate } of migrations.slice(state.migrationCount))
        for (const partition of await snapshot.partitions()) {
          const rows = new WorkRows(snapshot, partition, writes.get(partition));
          const tx = new RowTransaction(
            this.#deps.tables,
            new MigratedRows(rows, this.#deps.memoryTables),
          );
          await migrate(tx, partition);
          tx.end();
          writes.set(partition, rows.writes);
        }
      if (snapshot.failure !== undefined) throw snapshot.failure;
      const migrated = {
        ...state,
        migrationCount: migrations.length,
        // What is held of tables in memory may follow from rows that are no more.
        memoryWritesFrom: state.commitNumber + 1,
      };
      await this.#commit(writes, migrated);
    });
  }

  async #finish(): Promise<void> {
    await this.#writes.idle();
    if (this.#snapshots.size > 0)
      await new Promise<void>((resolve) => this.#idleListeners.push(resolve));
    await this.#deps.shared.idle();
    this.#deps.db.close();
  }

  async #readSnapshot<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    this.#checkOpen();
    const snapshot = this.#openSnapshot(false);
    this.#snapshots.add(snapshot);
    try {
      const result = await work(snapshot);
      if (snapshot.failure !== undefined) throw snapshot.failure;
      this.#checkVersion(await snapshot.state());
      return result;
    } finally {
      this.#snapshots.delete(snapshot);
      if (this.#snapshots.size === 0)
        for (const listener of this.#idleListeners.splice(0)) listener();
    }
  }

  /** Gives back the writes that were not started. */
  async #writeGroup(
    group: readonly QueuedWrite[],
  ): Promise<readonly QueuedWrite[]> {
    let startedCount = 0;
    const done: DoneWrite[] = [];
    try {
      await this.#locked(async () => {
        const { snapshot, state } = await this.#begin();
        const writes = new Map<string, WorkRows["writes"]>();
        let writtenCount = 0;
        for (const write of group) {
          if (snapshot.rowCount + writtenCount >= maxGroupRows) break;
          startedCount += 1;
          const { partition } = write;
          const rows = new WorkRows(snapshot, partition, writes.get(partition));
          const outcome = await this.#runWork(write, rows, snapshot);
          if (outcome === undefined) continue;
          done.push(outcome);
          writes.set(partition, rows.writes);
          writtenCount += rows.rowCount;
        }
        // What changes nothing goes on where the browser has no space, too. SPEC WB-50.
        if (writtenCount > 0)
          await this.#commit(writes, state, snapshot.areTablesPartial);
      });
    } catch (cause) {
      // Nothing of the group is stored, so whatever had not started fails as well where the store cannot even begin.
      const failed = startedCount === 0 ? group : done;
      const failure = toStoreError(cause);
      for (const { reject } of failed) reject(failure);
      return startedCount === 0 ? [] : group.slice(startedCount);
    }
    for (const { acknowledge } of done) acknowledge();
    if (done.length > 0) this.#deps.onCommit?.(done.length);
    return group.slice(startedCount);
  }

  /** Undefined for work that failed, which was told. */
  async #runWork(
    { run, reject }: QueuedWrite,
    rows: WorkRows,
    snapshot: Snapshot,
  ): Promise<DoneWrite | undefined> {
    const tx = new RowTransaction(this.#deps.tables, rows);
    try {
      const acknowledge = await run(tx);
      if (snapshot.failure !== undefined) throw snapshot.failure;
      return { acknowledge, reject };
    } catch (cause) {
      reject(cause);
      return undefined;
    } finally {
      tx.end();
    }
  }

  async #begin(): Promise<{
    readonly snapshot: Snapshot;
    readonly state: StoreState;
  }> {
    const snapshot = this.#openSnapshot(true);
    const state = await snapshot.state();
    this.#checkVersion(state);
    return { snapshot, state };
  }

  #openSnapshot(isAlone: boolean): Snapshot {
    try {
      return new Snapshot(this.#deps, isAlone);
    } catch (cause) {
      throw toStoreError(cause);
    }
  }

  /** `areMadeAnew`: nobody goes on with what they know of tables in memory. */
  async #commit(
    writes: WritesByPartition,
    state: StoreState,
    areMadeAnew = false,
  ): Promise<void> {
    const { shared } = this.#deps;
    const commitNumber = state.commitNumber + 1;
    shared.beginsCommit(commitNumber);
    const memoryWritesFrom = areMadeAnew
      ? commitNumber
      : state.memoryWritesFrom;
    const next = { ...state, commitNumber, memoryWritesFrom };
    const writing = commitWrites(this.#deps, writes, next, this.#snapshots);
    try {
      const memoryWrites = await writing;
      if (areMadeAnew) shared.forgetAll();
      else shared.hasCommitted(commitNumber, memoryWrites);
    } catch (cause) {
      shared.hasFailedToCommit(commitNumber);
      throw cause;
    }
    for (const place of shared.behindIn(commitNumber, await writing))
      this.#hold(place);
  }

  /** What this device receives is kept ready for whoever opens it next, also where nobody seeks anything meanwhile. */
  #hold(place: string): void {
    if (this.#holding.has(place) || this.#closing !== undefined) return;
    this.#holding.add(place);
    const hold = this.#readSnapshot(async (snapshot) => {
      await snapshot.hold(...ofPlace(place));
      this.#deps.shared.renewCopy(place);
    });
    // Whoever needs it next has the same failure, and is told.
    void hold.catch(() => undefined).then(() => this.#holding.delete(place));
  }

  async #locked(work: () => Promise<void>): Promise<void> {
    await navigator.locks.request(this.#deps.lockName, work);
  }

  #checkVersion({ migrationCount }: StoreState): void {
    const known = this.#deps.migrationCount;
    if (migrationCount > known)
      throw new StoreError(
        "store-too-new",
        `the store has version ${migrationCount}, this program knows ${known}`,
      );
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new StoreError("store-closed", "the store is closed");
  }
}
