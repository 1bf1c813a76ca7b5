/**
 * All rows of a SQLite file as they lie there, whether whole or damaged: for looking for damage, for saving what is left, and for
 * files from before rows had checksums. SPEC ST-15, ST-16.
 */
import { columnOf, sqlName, type SqliteDatabase } from "./sqlite-rows.ts";

const pageRows = 500;
/** How many damaged rows after one another it goes past: each step reads them again. */
const maxPassed = 10_000;

type Direction = "from the start" | "from the end";

interface Place {
  readonly partition: string;
  readonly key: string;
}

/**
 * Visits the rows of a table, with columns `partition`, `key`, `value` and those named; `visit` answers whether the row's key is as it
 * was written. Where SQLite cannot go on, it starts anew from the end. Answers whether it got through.
 */
export function visitStoredRows(
  db: SqliteDatabase,
  table: string,
  visit: (row: unknown) => boolean,
  moreColumns: readonly string[] = [],
): boolean {
  const columns = ['"partition"', "key", "value", ...moreColumns].join(", ");
  const walk = (direction: Direction) =>
    walkRows(db, `SELECT ${columns} FROM ${sqlName(table)}`, direction, visit);
  if (walk("from the start")) return true;
  walk("from the end");
  return false;
}

/**
 * Page by page, row by row where a page cannot be read. Goes on behind the last sound row, past the damaged ones that follow it: the
 * key of a damaged row may be anything.
 */
function walkRows(
  db: SqliteDatabase,
  select: string,
  direction: Direction,
  visit: (row: unknown) => boolean,
): boolean {
  const [order, beyond] =
    direction === "from the start" ? ["ASC", ">"] : ["DESC", "<"];
  const ordered = `ORDER BY "partition" ${order}, key ${order} LIMIT +? OFFSET +?`;
  let after: Place | null = null;
  let passed = 0;
  let limit = pageRows;
  while (passed < maxPassed) {
    let rows: unknown[];
    try {
      rows =
        after === null
          ? db.prepare(`${select} ${ordered}`).all(limit, passed)
          : db
              .prepare(
                `${select} WHERE ("partition", key) ${beyond} (?, ?) ${ordered}`,
              )
              .all(after.partition, after.key, limit, passed);
    } catch {
      if (limit === 1) return false;
      limit = 1;
      continue;
    }
    for (const row of rows) {
      const place = visit(row) ? placeOf(row) : null;
      // Never in circles, were two rows to change places.
      if (place !== null && isBeyond(place, after, beyond)) {
        after = place;
        passed = 0;
      } else passed += 1;
    }
    if (rows.length < limit) return true;
  }
  return false;
}

function placeOf(row: unknown): Place | null {
  const partition = columnOf(row, "partition");
  const key = columnOf(row, "key");
  return typeof partition === "string" && typeof key === "string"
    ? { partition, key }
    : null;
}

function isBeyond(
  place: Place,
  after: Place | null,
  beyond: string | undefined,
): boolean {
  if (after === null) return true;
  const order =
    compare(place.partition, after.partition) || compare(place.key, after.key);
  return beyond === ">" ? order > 0 : order < 0;
}

/** The text form of keys has one order by UTF-8 and by UTF-16. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
