/** What the server and the devices have committed, read by plain SQL beside them. */
import { z } from "zod";

import { statementOf, type DiskLookedAt } from "../promises/disk-reader.ts";

const rowsSchema = z.array(z.object({ key: z.string(), value: z.string() }));
const cursorSchema = z.object({
  epoch: z.string(),
  sequence: z.int(),
  chain: z.string(),
});
const scopeRowSchema = z.object({ cursor: cursorSchema.nullable() });
const logRowSchema = z.object({ hash: z.string(), admittedAtMs: z.int() });
const reviewRowSchema = z.object({
  tasks: z
    .array(
      z.object({ kind: z.string(), recordId: z.string(), openedAtMs: z.int() }),
    )
    .min(1),
});

const serverFile = "suture.db";
const deviceFile = "log.sqlite";

/** By scope, where the server's log ends. */
export function serverEnds(disk: DiskLookedAt): ReadonlyMap<string, string> {
  return new Map(
    rowsOf(disk, serverFile, "log_heads").map(({ key, value }) => [
      key,
      inWords(cursorSchema.parse(value)),
    ]),
  );
}

/** By scope, up to where a device holds it. */
export function deviceEnds(disk: DiskLookedAt): ReadonlyMap<string, string> {
  return new Map(
    rowsOf(disk, deviceFile, "scopes").map(({ key, value }) => [
      key,
      inWords(scopeRowSchema.parse(value).cursor),
    ]),
  );
}

/** By hash, when the server admitted a change, by its clock. */
export function admissions(disk: DiskLookedAt): ReadonlyMap<string, number> {
  return new Map(
    rowsOf(disk, serverFile, "log").map(({ value }) => {
      const { hash, admittedAtMs } = logRowSchema.parse(value);
      return [hash, admittedAtMs];
    }),
  );
}

/** By record, when the server asked for a conflict of it to be settled. */
export function conflictsAsked(
  disk: DiskLookedAt,
): ReadonlyMap<string, number> {
  return new Map(
    rowsOf(disk, serverFile, "reviews").flatMap(({ value }) =>
      reviewRowSchema
        .parse(value)
        .tasks.filter(({ kind }) => kind === "conflict")
        .map(({ recordId, openedAtMs }) => [recordId, openedAtMs] as const),
    ),
  );
}

/** How many rows the server's tables hold: what it had to write. */
export function serverRowCount(disk: DiskLookedAt, table: string): number {
  return rowsOf(disk, serverFile, table).length;
}

function inWords(cursor: z.infer<typeof cursorSchema> | null): string {
  return cursor === null
    ? "nowhere"
    : `${cursor.epoch} ${cursor.sequence} ${cursor.chain}`;
}

function rowsOf(disk: DiskLookedAt, file: string, table: string) {
  const reader = disk.readerOf(file);
  if (reader === undefined) throw new Error(`${file} is not open`);
  const found = statementOf(
    reader,
    `SELECT key, value FROM kv_${table} ORDER BY key`,
  ).all();
  return rowsSchema
    .parse(found)
    .map(({ key, value }) => ({ key, value: parseJson(value) }));
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}
