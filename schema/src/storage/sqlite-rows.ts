/**
 * The SQL of the SQLite store: one SQL table per table, `kv_<name>(partition, key, value, checksum)`, keys in their text form, JSON
 * as text, so that `sqlite3 file "select * from kv_changes"` can be read. Statements are prepared once per handle. A row whose
 * checksum is not its own is `store-damaged`. SPEC ST-15.
 */
import type { KeyRange } from "./key.ts";
import { rowChecksum } from "./row-checksum.ts";
import type { Rows, StoredRow } from "./row-transaction.ts";
import { StoreError, type StoreErrorCode } from "./store.ts";
import type { StoredValue, Table } from "./table.ts";

/** What is used of a SQLite handle; `Database` of better-sqlite3 is one. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  close(): unknown;
}

export interface SqliteStatement {
  run(...parameters: unknown[]): unknown;
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
}

export function createTableSql(table: Table<unknown>): string {
  const valueType = table.encoding === "json" ? "TEXT" : "BLOB";
  return `CREATE TABLE IF NOT EXISTS ${sqlName(table.name)} (
    "partition" TEXT NOT NULL, key TEXT NOT NULL, value ${valueType} NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY ("partition", key)
  ) STRICT, WITHOUT ROWID`;
}

/** One handle's statements, by SQL text. */
export class SqliteStatements {
  readonly #db: SqliteDatabase;
  readonly #bySql = new Map<string, SqliteStatement>();
  readonly #ofTables = new Map<string, TableStatements>();
  #rowCount = 0;

  constructor(db: SqliteDatabase) {
    this.#db = db;
  }

  /** How many rows were read, looked for and written so far: what the time of a work goes by. */
  get rowCount(): number {
    return this.#rowCount;
  }

  countRows(count: number): void {
    this.#rowCount += count;
  }

  prepare(sql: string): SqliteStatement {
    let statement = this.#bySql.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#bySql.set(sql, statement);
    }
    return statement;
  }

  ofTable(table: string): TableStatements {
    let statements = this.#ofTables.get(table);
    if (statements === undefined) {
      statements = new TableStatements(this.#db, table);
      this.#ofTables.set(table, statements);
    }
    return statements;
  }

  /** For statements without parameters or rows. Throws `StoreError`. */
  run(sql: string): void {
    try {
      this.prepare(sql).run();
    } catch (cause) {
      throw toStoreError(cause);
    }
  }

  /** Every partition with a row in `table`: one index seek each. */
  listPartitions(table: string): string[] {
    const next = this.prepare(
      `SELECT min("partition") AS value FROM ${sqlName(table)} WHERE "partition" > ?`,
    );
    const partitions: string[] = [];
    for (;;) {
      const partition = columnOf(next.get(partitions.at(-1) ?? ""), "value");
      if (typeof partition !== "string") return partitions;
      partitions.push(partition);
    }
  }
}

/** What is done with the rows of one table, each statement prepared when it is first used. */
class TableStatements {
  readonly #db: SqliteDatabase;
  readonly #name: string;
  readonly #scans = new Map<string, SqliteStatement>();
  #get: SqliteStatement | undefined;
  #put: SqliteStatement | undefined;
  #delete: SqliteStatement | undefined;

  constructor(db: SqliteDatabase, table: string) {
    this.#db = db;
    this.#name = sqlName(table);
  }

  get get(): SqliteStatement {
    return (this.#get ??= this.#db.prepare(
      `SELECT key, value, checksum FROM ${this.#name} WHERE "partition" = ? AND key = ?`,
    ));
  }

  get put(): SqliteStatement {
    return (this.#put ??= this.#db.prepare(
      `INSERT OR REPLACE INTO ${this.#name} ("partition", key, value, checksum) VALUES (?, ?, ?, ?)`,
    ));
  }

  get delete(): SqliteStatement {
    return (this.#delete ??= this.#db.prepare(
      `DELETE FROM ${this.#name} WHERE "partition" = ? AND key = ?`,
    ));
  }

  /** `LIMIT ?` would have SQLite compile the statement anew for each value of it; `+?` is an expression like any other. */
  scan(hasEnd: boolean, order: "ASC" | "DESC"): SqliteStatement {
    const shape = hasEnd ? order : `${order} to the end`;
    let statement = this.#scans.get(shape);
    if (statement === undefined) {
      statement = this.#db.prepare(
        `SELECT key, value, checksum FROM ${this.#name} WHERE "partition" = ? AND key >= ?
        ${hasEnd ? "AND key < ?" : ""} ORDER BY key ${order} LIMIT +?`,
      );
      this.#scans.set(shape, statement);
    }
    return statement;
  }
}

/**
 * The rows of one partition, within whatever transaction the handle is in.
 *
 * After the first failure every operation fails with it: SQLite may have rolled the transaction back by itself, and what
 * followed would commit alone. So a work cannot swallow it either; see `failure`.
 */
export class SqliteRows implements Rows {
  readonly #statements: SqliteStatements;
  readonly #partition: string;
  #failure: StoreError | undefined;

  constructor(statements: SqliteStatements, partition: string) {
    this.#statements = statements;
    this.#partition = partition;
  }

  get failure(): StoreError | undefined {
    return this.#failure;
  }

  get(table: string, key: string): unknown {
    const row = this.#attempt(() =>
      this.#statements.ofTable(table).get.get(this.#partition, key),
    );
    return row === undefined ? undefined : this.sound(table, row).value;
  }

  scan(...[table, ...range]: Parameters<Rows["scan"]>): readonly StoredRow[] {
    return this.#stored(table, ...range).map((row) => this.sound(table, row));
  }

  keys(
    ...[table, ...range]: Parameters<Rows["scan"]>
  ): readonly Pick<StoredRow, "key">[] {
    return this.unchecked(table, ...range).map(({ key }) => ({ key }));
  }

  /** As `scan`, each row as SQLite gives it, for `sound`. */
  unchecked(
    ...[table, ...range]: Parameters<Rows["scan"]>
  ): readonly { readonly key: string; readonly row: unknown }[] {
    return this.#stored(table, ...range).flatMap((row) => {
      const key = columnOf(row, "key");
      return typeof key === "string" ? [{ key, row }] : [];
    });
  }

  #stored(
    table: string,
    { from, to }: KeyRange,
    isReverse: boolean,
    limit: number,
  ): readonly unknown[] {
    const bounds = to === undefined ? [from] : [from, to];
    // SQLite reads a negative limit as none.
    const rowLimit = limit === Infinity ? -1 : limit;
    const rows = this.#attempt(() =>
      this.#statements
        .ofTable(table)
        .scan(to !== undefined, isReverse ? "DESC" : "ASC")
        .all(this.#partition, ...bounds, rowLimit),
    );
    this.#statements.countRows(rows.length);
    return rows;
  }

  put(table: string, key: string, value: StoredValue): void {
    const checksum = rowChecksum(table, this.#partition, key, value);
    this.#attempt(() =>
      this.#statements
        .ofTable(table)
        .put.run(this.#partition, key, value, checksum),
    );
  }

  delete(table: string, key: string): void {
    this.#attempt(() =>
      this.#statements.ofTable(table).delete.run(this.#partition, key),
    );
  }

  /** What lies in it. Throws `store-damaged` if it is not what was written. */
  sound(table: string, row: unknown): StoredRow {
    const sound = readStoredRow(table, this.#partition, row);
    if (sound !== null) return sound;
    throw new StoreError(
      "store-damaged",
      `table ${table}: a row is not what was written`,
    );
  }

  #attempt<T>(operation: () => T): T {
    if (this.#failure !== undefined) throw this.#failure;
    this.#statements.countRows(1);
    try {
      return operation();
    } catch (cause) {
      this.#failure = toStoreError(cause);
      throw this.#failure;
    }
  }
}

/** By SQLite's result code, which better-sqlite3 gives as `code`, such as SQLITE_IOERR_WRITE. */
export function toStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const sqliteCode = columnOf(cause, "code");
  const name = typeof sqliteCode === "string" ? sqliteCode : "no SQLite code";
  return new StoreError(
    storeErrorCode(name),
    `the store's file cannot be used (${name})`,
    { cause },
  );
}

function storeErrorCode(sqliteCode: string): StoreErrorCode {
  if (sqliteCode.startsWith("SQLITE_FULL")) return "store-full";
  if (
    sqliteCode.startsWith("SQLITE_CORRUPT") ||
    sqliteCode.startsWith("SQLITE_NOTADB")
  )
    return "store-damaged";
  return "store-failed";
}

export function sqlName(table: string): string {
  return `kv_${table}`;
}

interface SoundRow extends StoredRow {
  readonly value: StoredValue;
}

/** What lies in a row with columns `key`, `value` and `checksum`; null if it is not what was written there. */
export function readStoredRow(
  table: string,
  partition: string,
  row: unknown,
): SoundRow | null {
  const stored = storedRowOf(row);
  if (stored === null) return null;
  const checksum = rowChecksum(table, partition, stored.key, stored.value);
  return columnOf(row, "checksum") === checksum ? stored : null;
}

/** Whatever its checksum; null if it has no key and value at all. */
export function storedRowOf(row: unknown): SoundRow | null {
  const key = columnOf(row, "key");
  const value = plainBytes(columnOf(row, "value"));
  if (typeof key !== "string") return null;
  return typeof value === "string" || value instanceof Uint8Array
    ? { key, value }
    : null;
}

export function columnOf(row: unknown, column: string): unknown {
  return isRecord(row) ? row[column] : undefined;
}

function isRecord(row: unknown): row is Readonly<Record<string, unknown>> {
  return typeof row === "object" && row !== null;
}

/** Drivers hand out their own kinds of Uint8Array, such as Node's Buffer, which compares and prints as something else. */
function plainBytes(value: unknown): unknown {
  return value instanceof Uint8Array
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : value;
}
