/**
 * The half of a transaction that is the same in every store: keys and values to their stored form and back, and the end of
 * a transaction. An engine adds `Rows`, which know text keys and stored values only.
 */
import {
  decodeKey,
  encodeKey,
  encodeRange,
  type Key,
  type KeyRange,
} from "./key.ts";
import {
  StoreError,
  type Row,
  type ScanRange,
  type WriteTransaction,
} from "./store.ts";
import {
  decodeValue,
  encodeValue,
  type StoredValue,
  type Table,
} from "./table.ts";

/** Rows of one partition in one open transaction. Engines that answer at once need no promises. */
export interface Rows {
  get(table: string, key: string): Awaitable<unknown>;
  /** In order of `key`; greatest first when `isReverse`; at most `limit`, which may be Infinity. */
  scan(
    table: string,
    range: KeyRange,
    isReverse: boolean,
    limit: number,
  ): Awaitable<readonly StoredRow[]>;
  /** As `scan`, where a row may be damaged; an engine whose rows cannot be has none. */
  keys?(
    ...scan: Parameters<Rows["scan"]>
  ): Awaitable<readonly Pick<StoredRow, "key">[]>;
  put(table: string, key: string, value: StoredValue): Awaitable<void>;
  delete(table: string, key: string): Awaitable<void>;
  /** See `WriteTransaction`. */
  readAhead?(table: string, range: KeyRange): Promise<void>;
}

export interface StoredRow {
  readonly key: string;
  readonly value: unknown;
}

type Awaitable<T> = T | Promise<T>;

/** Nothing is awaited of an engine that answers at once: a change is some ten operations, each of which would wait its turn. */
export class RowTransaction implements WriteTransaction {
  readonly #tables: ReadonlyMap<string, Table<unknown>>;
  readonly #rows: Rows;
  #isOver = false;

  constructor(tables: ReadonlyMap<string, Table<unknown>>, rows: Rows) {
    this.#tables = tables;
    this.#rows = rows;
  }

  async get<V>(table: Table<V>, key: Key): Promise<V | undefined> {
    this.#check(table);
    const found = this.#rows.get(table.name, encodeKey(key));
    const stored: unknown = found instanceof Promise ? await found : found;
    return stored === undefined
      ? undefined
      : decodeValue(table, key.length, stored);
  }

  async scan<V>(
    table: Table<V>,
    range: ScanRange = {},
  ): Promise<readonly Row<V>[]> {
    this.#check(table);
    const found = this.#rows.scan(...scanOf(table, range));
    const rows = found instanceof Promise ? await found : found;
    return rows.map((row) => {
      const key = decodeStoredKey(table, row.key);
      return { key, value: decodeValue(table, key.length, row.value) };
    });
  }

  async keys(
    table: Table<unknown>,
    range: ScanRange = {},
  ): Promise<readonly Key[]> {
    this.#check(table);
    const scan = scanOf(table, range);
    const rows = await (this.#rows.keys?.(...scan) ?? this.#rows.scan(...scan));
    return rows.map(({ key }) => decodeStoredKey(table, key));
  }

  async put<V>(table: Table<V>, key: Key, value: NoInfer<V>): Promise<void> {
    this.#check(table);
    const stored = encodeValue(table, value);
    const done = this.#rows.put(table.name, encodeKey(key), stored);
    if (done instanceof Promise) await done;
  }

  async delete(table: Table<unknown>, key: Key): Promise<void> {
    this.#check(table);
    const done = this.#rows.delete(table.name, encodeKey(key));
    if (done instanceof Promise) await done;
  }

  async readAhead(
    table: Table<unknown>,
    { prefix, after, before }: ScanRange,
  ): Promise<void> {
    this.#check(table);
    await this.#rows.readAhead?.(
      table.name,
      encodeRange(prefix, after, before),
    );
  }

  /** Operations after this are refused. */
  end(): void {
    this.#isOver = true;
  }

  #check(table: Table<unknown>): void {
    if (this.#isOver) throw new TypeError("the transaction is over");
    if (this.#tables.get(table.name)?.encoding !== table.encoding) {
      throw new TypeError(
        `table ${table.name} was not given when the store was opened`,
      );
    }
  }
}

function scanOf(
  table: Table<unknown>,
  { prefix, after, before, reverse = false, limit = Infinity }: ScanRange,
): Parameters<Rows["scan"]> {
  if (limit !== Infinity && !(Number.isSafeInteger(limit) && limit >= 0))
    throw new TypeError("a limit is a safe integer from 0");
  return [table.name, encodeRange(prefix, after, before), reverse, limit];
}

function decodeStoredKey(table: Table<unknown>, text: string): Key {
  try {
    return decodeKey(text);
  } catch {
    throw new StoreError(
      "store-damaged",
      `table ${table.name}: a row's key is not valid`,
    );
  }
}
