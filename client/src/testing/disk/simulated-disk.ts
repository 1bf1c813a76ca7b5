/**
 * The disk of a simulated machine: real SQLite on real files, in memory where the machine has such a place, opened by the same
 * code that ships. A process that dies leaves its files as they are; what it had not committed is gone, and so is what its
 * store did not have flushed to the disk.
 */
import {
  openSqliteFile,
  type Defer,
  type Migration,
  type Salvage,
  type SqliteDatabase,
  type Store,
  type Table,
} from "@suture/schema";
import Database from "better-sqlite3";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { isEmptiedFile, salvageFilesOf } from "../../store/salvage-files.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { ActiveDiskFaults } from "./active-disk-faults.ts";
import { commitOnTheSide, tornLog } from "./commit-on-the-side.ts";
import { damageFile, type Damage } from "./damage.ts";
import { deferredWrites } from "./deferred-writes.ts";
import type { DiskFault } from "./disk-faults.ts";
import { FailingWriter, type Written } from "./failing-writer.ts";

export interface StoreOnDisk {
  /** Name of the file. */
  readonly file: string;
  readonly tables: readonly Table<unknown>[];
  readonly migrations: readonly Migration[];
  /** What becomes of a damaged file; without it, it is refused. */
  readonly salvage?: Omit<Salvage, "files">;
  /** Of a store with a thread that writes: how many rows a group puts and deletes that goes there. */
  readonly minHandedRows?: number;
}

/** What lay on a disk at one moment: bytes by file name. */
export type DiskImage = ReadonlyMap<string, Uint8Array>;

export interface SimulatedDiskDeps {
  /** The disk's alone. */
  readonly directory: string;
  readonly defer: Defer;
  readonly random: SeededRandom;
}

export class SimulatedDisk {
  /** Told of each fault and damage that did something, by its name. */
  onFelt: (name: DiskFault["name"] | Damage["name"]) => void = () => undefined;
  /** Ends whatever runs on the machine, and calls `crash`. */
  onDeath: () => void = () => this.crash();
  readonly #deps: SimulatedDiskDeps;
  readonly #faults = new ActiveDiskFaults((name) => this.onFelt(name));
  #handles: SqliteDatabase[] = [];
  #writers: Database.Database[] = [];
  readonly #readers = new Map<string, Database.Database>();
  /** What lies on the disk for sure, where a store does not wait for that. */
  #flushed: DiskImage | undefined;
  #mayBeDamaged = false;
  /** What may be found after a crash, of a commit that was not acknowledged. */
  #unsynced: DiskImage | undefined;

  constructor(deps: SimulatedDiskDeps) {
    this.#deps = deps;
    mkdirSync(deps.directory, { recursive: true });
  }

  /** Throws a `StoreError`, as on a real disk. */
  async openStore({ file, salvage, ...options }: StoreOnDisk): Promise<Store> {
    const path = this.#pathOf(file);
    const { defer, random } = this.#deps;
    const store = await openSqliteFile({
      ...options,
      defer,
      startWriteThread:
        options.minHandedRows === undefined
          ? undefined
          : () => {
              const handle = this.openHandle(file, "write");
              return deferredWrites({ handle, defer, random });
            },
      openHandle: (mode) => this.openHandle(file, mode),
      isEmptied: () => isEmptiedFile(path),
      salvage: salvage && { ...salvage, files: salvageFilesOf(path) },
      // It finds nothing where nothing was damaged, and worlds open their stores often.
      isChecked: this.#mayBeDamaged,
    });
    this.#mayBeDamaged = false;
    return store;
  }

  /** For a store that is opened in another way. */
  openHandle(file: string, mode: "write" | "read"): SqliteDatabase {
    const handle = new Database(this.#pathOf(file), {
      readonly: mode === "read",
    });
    const used = mode === "read" ? handle : this.#writer(file, handle);
    this.#handles.push(used);
    if (mode === "read") this.#readers.set(file, handle);
    return used;
  }

  /** What sees the committed rows of a file, by plain SQL, beside the process that has it open; undefined while none has. */
  readerOf(file: string): Database.Database | undefined {
    const reader = this.#readers.get(file);
    return reader?.open === true ? reader : undefined;
  }

  /** From now on, beside what it suffers from already. Gives back how to end it. */
  suffer(fault: DiskFault): () => void {
    const remove = this.#faults.add(fault);
    this.#limitPages();
    return () => {
      remove();
      this.#limitPages();
    };
  }

  /** All faults end. What is damaged stays so. */
  heal(): void {
    this.#faults.clear();
    this.#limitPages();
  }

  get faults(): readonly DiskFault[] {
    return this.#faults.list;
  }

  /** Only while nothing is open. Answers whether there was something to damage. */
  damage(damage: Damage): boolean {
    const { random } = this.#deps;
    const databases = this.#files().filter(
      (name) => !/-(?:wal|damaged|salvag)/.test(name),
    );
    if (databases.length === 0) return false;
    const path = this.#pathOf(random.pick(databases));
    const isDamaged = damageFile(path, damage, random);
    this.#mayBeDamaged ||= isDamaged;
    if (isDamaged) this.onFelt(damage.name);
    return isDamaged;
  }

  /** The machine loses power or the process is killed: every handle is dead, and what was safe on the disk is found again. */
  crash(): void {
    const { random } = this.#deps;
    const found =
      this.#unsynced !== undefined && random.happens(0.5)
        ? this.#unsynced
        : (this.#flushed ?? this.image());
    this.restore(found);
  }

  /** A copy of everything committed. The stores on it may be open, but not in the middle of a write. */
  image(): DiskImage {
    return new Map(
      this.#files().map((name) => [name, readFileSync(this.#pathOf(name))]),
    );
  }

  /** Puts a copy in place of everything; whatever is open is dead. */
  restore(image: DiskImage): void {
    this.erase();
    mkdirSync(this.#deps.directory, { recursive: true });
    for (const [name, bytes] of image) writeFileSync(this.#pathOf(name), bytes);
  }

  /** Ends everything on it, and removes the files. */
  erase(): void {
    for (const handle of this.#handles) handle.close();
    this.#handles = [];
    this.#writers = [];
    this.#flushed = undefined;
    this.#unsynced = undefined;
    if (existsSync(this.#deps.directory))
      rmSync(this.#deps.directory, { recursive: true });
  }

  #writer(file: string, handle: Database.Database): FailingWriter {
    this.#writers.push(handle);
    const written = (statements: readonly Written[]) =>
      commitOnTheSide(
        `${this.#deps.directory}.side`,
        this.#filesOf(file),
        statements,
      );
    let waits: boolean | undefined;
    const writer = new FailingWriter({
      handle,
      faults: this.#faults,
      givesUp: () => this.#deps.random.happens(0.5),
      beforeBegin: () => {
        // Said once, when the file is opened.
        waits ??= waitsForDisk(handle);
        if (!waits) this.#flushed ??= this.image();
      },
      afterCommit: () => (this.#unsynced = undefined),
      onUnsynced: (statements) => {
        this.#unsynced = this.#with(file, written(statements).log);
      },
      dieTorn: (statements) => {
        const { log } = this.#filesOf(file);
        const torn = tornLog(log, written(statements).log, this.#deps.random);
        const found = this.#with(file, torn);
        this.onDeath();
        this.restore(found);
      },
      die: () => this.onDeath(),
    });
    if (this.#faults.isFull) this.#limitPages();
    return writer;
  }

  /** The file of a full disk gets no page more. */
  #limitPages(): void {
    for (const handle of this.#writers)
      if (handle.open)
        handle.pragma(
          `max_page_count = ${this.#faults.isFull ? pageCountOf(handle) : maxPageCount}`,
        );
  }

  #filesOf(file: string) {
    const bytesOf = (name: string) =>
      existsSync(this.#pathOf(name))
        ? readFileSync(this.#pathOf(name))
        : new Uint8Array();
    return { database: bytesOf(file), log: bytesOf(`${file}-wal`) };
  }

  #with(file: string, log: Uint8Array): DiskImage {
    return new Map(this.image()).set(`${file}-wal`, log);
  }

  /** Without what SQLite makes anew when it opens them. */
  #files(): string[] {
    return readdirSync(this.#deps.directory)
      .filter((name) => !name.endsWith("-shm"))
      .toSorted();
  }

  #pathOf(name: string): string {
    return join(this.#deps.directory, name);
  }
}

/** SQLite's own. */
const maxPageCount = 4_294_967_294;
const synchronousFull = 2;

function pageCountOf(handle: Database.Database): number {
  return Math.max(1, Number(handle.pragma("page_count", { simple: true })));
}

function waitsForDisk(handle: Database.Database): boolean {
  return (
    Number(handle.pragma("synchronous", { simple: true })) >= synchronousFull
  );
}
