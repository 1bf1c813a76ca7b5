/**
 * The disk of a simulated machine: real SQLite on real files, in memory where the machine has such a place, opened by the same
 * code that ships. A process that dies leaves its files as they are; what it had not committed is gone.
 */
import {
  openSqliteFile,
  type Defer,
  type Migration,
  type SqliteDatabase,
  type Store,
  type Table,
} from "@suture/schema";
import Database from "better-sqlite3";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export interface StoreOnDisk {
  /** Name of the file. */
  readonly file: string;
  readonly tables: readonly Table<unknown>[];
  readonly migrations: readonly Migration[];
}

/** What lay on a disk at one moment: bytes by file name. */
export type DiskImage = ReadonlyMap<string, Uint8Array>;

export class SimulatedDisk {
  readonly #directory: string;
  readonly #defer: Defer;
  #handles: SqliteDatabase[] = [];

  /** The directory is the disk's alone. */
  constructor(directory: string, defer: Defer) {
    this.#directory = directory;
    this.#defer = defer;
    mkdirSync(directory, { recursive: true });
  }

  /** Throws a `StoreError`, as on a real disk. */
  openStore({ file, ...options }: StoreOnDisk): Promise<Store> {
    const path = join(this.#directory, file);
    return openSqliteFile({
      ...options,
      defer: this.#defer,
      openHandle: (mode) => {
        const handle = new Database(path, { readonly: mode === "read" });
        this.#handles.push(handle);
        return handle;
      },
    });
  }

  /** The machine loses power or the process is killed: every handle is dead, the files stay as they are. */
  crash(): void {
    for (const name of readdirSync(this.#directory)) {
      if (name.endsWith("-shm")) continue;
      const path = join(this.#directory, name);
      copyFileSync(path, `${path}.kept`);
    }
    for (const handle of this.#handles) handle.close();
    this.#handles = [];
    for (const name of readdirSync(this.#directory))
      if (!name.endsWith(".kept")) rmSync(join(this.#directory, name));
    for (const name of readdirSync(this.#directory))
      renameSync(
        join(this.#directory, name),
        join(this.#directory, name.slice(0, -".kept".length)),
      );
  }

  /** A copy of everything committed. The stores on it may be open, but not in the middle of a write. */
  image(): DiskImage {
    return new Map(
      readdirSync(this.#directory)
        .filter((name) => !name.endsWith("-shm"))
        .map((name) => [name, readFileSync(join(this.#directory, name))]),
    );
  }

  /** Puts a copy in place of everything. Only while nothing is open. */
  restore(image: DiskImage): void {
    this.erase();
    mkdirSync(this.#directory, { recursive: true });
    for (const [name, bytes] of image)
      writeFileSync(join(this.#directory, name), bytes);
  }

  /** Ends everything on it, and removes the files. */
  erase(): void {
    for (const handle of this.#handles) handle.close();
    this.#handles = [];
    if (existsSync(this.#directory))
      rmSync(this.#directory, { recursive: true });
  }
}
