/**
 * The SQL of the SQLite store: one SQL table per table, `kv_<name>(partition, key, value)`, keys in their text form, JSON
 * as text, so that `sqlite3 file "select * from kv_changes"` can be read. Statements are prepared once per handle.
 */
import type { KeyRange } from "./key.ts";
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
    "partition" TEXT NOT NULL, key TEXT NOT NULL, value ${valueType} NOT NULL,
    PRIMARY KEY ("partition", key)
  ) STRICT, WITHOUT ROWID`;
}

/** One handle's statements, by SQL text. */
export class SqliteStatements {
  readonly #db: SqliteDatabase;
  readonly #bySql = new Map<string, SqliteStatement>();
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
    const sql = `SELECT value FROM ${sqlName(table)} WHERE "partition" = ? AND key = ?`;
    return this.#attempt(() =>
      plainBytes(
        columnOf(
          this.#statements.prepare(sql).get(this.#partition, key),
          "value",
        ),
      ),
    );
  }

  scan(
    table: string,
    { from, to }: KeyRange,
    isReverse: boolean,
    limit: number,
  ): readonly StoredRow[] {
    const sql = `SELECT key, value FROM ${sqlName(table)} WHERE "partition" = ? AND key >= ?
      ${to === undefined ? "" : "AND key < ?"} ORDER BY key ${isReverse ? "DESC" : "ASC"} LIMIT ?`;
    const bounds = to === undefined ? [from] : [from, to];
    // SQLite reads a negative limit as none.
    const rowLimit = limit === Infinity ? -1 : limit;
    const rows = this.#attempt(() =>
      this.#statements
        .prepare(sql)
        .all(this.#partition, ...bounds, rowLimit)
        .map(toStoredRow),
    );
    this.#statements.countRows(rows.length);
    return rows;
  }

  put(table: string, key: string, value: StoredValue): void {
    const sql = `INSERT OR REPLACE INTO ${sqlName(table)} ("partition", key, value) VALUES (?, ?, ?)`;
    this.#attempt(() =>
      this.#statements.prepare(sql).run(this.#partition, key, value),
    );
  }

  delete(table: string, key: string): void {
    const sql = `DELETE FROM ${sqlName(table)} WHERE "partition" = ? AND key = ?`;
    this.#attempt(() =>
      this.#statements.prepare(sql).run(this.#partition, key),
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

function sqlName(table: string): string {
  return `kv_${table}`;
}

function toStoredRow(row: unknown): StoredRow {
  const key = columnOf(row, "key");
  if (typeof key !== "string")
    throw new StoreError("store-damaged", "a row's key is not text");
  return { key, value: plainBytes(columnOf(row, "value")) };
}

export function columnOf(row: unknown, column: string): unknown {
  if (typeof row !== "object" || row === null) return undefined;
  return Object.getOwnPropertyDescriptor(row, column)?.value;
}

/** Drivers hand out their own kinds of Uint8Array, such as Node's Buffer, which compares and prints as something else. */
function plainBytes(value: unknown): unknown {
  return value instanceof Uint8Array
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : value;
}
