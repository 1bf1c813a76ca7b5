/**
 * A transaction in which the rows of some tables are read once and written once, however often a batch rewrites them: where a
 * chain ends, after each of its entries. What is put is seen at once by `get`; the tables named must not be scanned meanwhile.
 */
import type { Key, Table, WriteTransaction } from "@suture/schema";

export interface BufferedTransaction extends WriteTransaction {
  /** Writes what was put. To be called once, last. */
  flush(): Promise<void>;
}

interface BufferedRow {
  readonly table: Table<unknown>;
  readonly key: Key;
  value: unknown;
  isChanged: boolean;
}

export function bufferRows(
  tx: WriteTransaction,
  tables: readonly Table<unknown>[],
): BufferedTransaction {
  const rowsByTable = new Map(
    tables.map((table) => [table.name, new Map<string, BufferedRow>()]),
  );
  const rowsOf = (table: Table<unknown>) => rowsByTable.get(table.name);
  const readOnce = async <V>(
    rows: Map<string, BufferedRow>,
    table: Table<V>,
    key: Key,
  ): Promise<V | undefined> => {
    const name = JSON.stringify(key);
    let row = rows.get(name);
    if (row === undefined) {
      const value = await tx.get(table, key);
      row = { table, key, value, isChanged: false };
      rows.set(name, row);
    }
    // What lies under a table's name was read or put as that table's value; parsing it each time would cost more than the row.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return row.value as V | undefined;
  };
  return {
    get(table, key) {
      const rows = rowsOf(table);
      return rows === undefined
        ? tx.get(table, key)
        : readOnce(rows, table, key);
    },
    put(table, key, value) {
      const rows = rowsOf(table);
      if (rows === undefined) return tx.put(table, key, value);
      rows.set(JSON.stringify(key), { table, key, value, isChanged: true });
      return Promise.resolve();
    },
    scan(table, range) {
      return rowsOf(table) === undefined
        ? tx.scan(table, range)
        : Promise.reject(
            new TypeError(`table ${table.name} is buffered and not scanned`),
          );
    },
    delete(table, key) {
      rowsOf(table)?.delete(JSON.stringify(key));
      return tx.delete(table, key);
    },
    async flush() {
      for (const rows of rowsByTable.values())
        for (const { table, key, value, isChanged } of rows.values())
          if (isChanged) await tx.put(table, key, value);
    },
  };
}
