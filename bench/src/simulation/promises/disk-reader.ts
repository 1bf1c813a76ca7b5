/** Plain SQL on what a process of the world has committed, through the handle that its store reads with. */
import type { WorldDevice } from "@suture/client/testing";

export type DiskReader = NonNullable<
  ReturnType<WorldDevice["machine"]["disk"]["readerOf"]>
>;

/** Where a process keeps its files. */
export interface DiskLookedAt {
  /** Undefined while nothing has the file open. */
  readerOf(file: string): DiskReader | undefined;
}

interface Statement {
  get(...parameters: readonly unknown[]): unknown;
  all(...parameters: readonly unknown[]): readonly unknown[];
  /** Rows as lists from here on. */
  raw(): Statement;
}

const statementsByReader = new WeakMap<DiskReader, Map<string, Statement>>();

/** Prepared once for each handle. */
export function statementOf(reader: DiskReader, sql: string): Statement {
  const prepared =
    statementsByReader.get(reader) ?? new Map<string, Statement>();
  statementsByReader.set(reader, prepared);
  const statement = prepared.get(sql) ?? prepare(reader, sql);
  prepared.set(sql, statement);
  return statement;
}

function prepare(reader: DiskReader, sql: string): Statement {
  return reader.prepare<unknown[], unknown>(sql);
}
