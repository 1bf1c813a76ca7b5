/**
 * A scope's audit as people read it: its entries as they are chained, and behind each `changes-admitted` the changes that it
 * tells of, one by one, from the rows of the log. What is given is also all that it takes to compute the log's chain. SPEC AU-18.
 *
 * The only place that knows what a stretch of the log stands for: whoever looks for a change or a record reads the audit here.
 */
import type { ChainHash, ReadTransaction, Row, ScopeId } from "@suture/schema";

import { logTable, type LogRow } from "../log/log-tables.ts";
import type { AuditEntry, ToldChange } from "./audit-entry.ts";
import { auditTable, type AuditRow } from "./audit-tables.ts";

/** How far somebody has read, from either end: all of that entry, or of what it tells up to that row of the log. */
export interface AuditCursor {
  readonly sequence: number;
  readonly row: number | null;
}

export interface ToldEntry {
  /** Of the entry; of a change, of the entry that tells of it. */
  readonly sequence: number;
  readonly atMs: number;
  readonly entry: AuditEntry | ToldChange;
  /** After this entry; null for a change that the entry before tells of. */
  readonly chain: ChainHash | null;
}

export interface AuditPage {
  readonly entries: readonly ToldEntry[];
  /** To go on behind; null at the end. */
  readonly next: AuditCursor | null;
}

export const auditStart: AuditCursor = { sequence: 0, row: null };

/** At most `limit`, entries and changes together. */
export async function readAudit(
  tx: ReadTransaction,
  scopeId: ScopeId,
  after: AuditCursor,
  limit: number,
): Promise<AuditPage> {
  const told: ToldEntry[] = [];
  // One more, to know whether there is more.
  const isFull = () => told.length > limit;
  const tellChanges = async (row: AuditRow, sequence: number, from: number) => {
    const most = limit + 1 - told.length;
    told.push(...(await changesOf(tx, scopeId, row, sequence, from, most)));
  };
  const begun =
    after.row === null
      ? undefined
      : await tx.get(auditTable, [scopeId, after.sequence]);
  if (begun !== undefined && after.row !== null)
    await tellChanges(begun, after.sequence, after.row + 1);
  const rows = await tx.scan(auditTable, {
    prefix: [scopeId],
    after: [scopeId, after.sequence],
    limit: limit + 1,
  });
  for (const { key, value } of rows) {
    if (isFull()) break;
    const sequence = Number(key[1]);
    told.push({ sequence, ...value });
    await tellChanges(value, sequence, 1);
  }
  const entries = told.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: isFull() && last ? cursorBehind(last) : null };
}

/**
 * The same, the latest first, in front of a cursor or from the end: all of it is `readAudit`'s, turned round. Here an entry stands
 * behind the changes that it tells of, and a cursor is in front of what was given last.
 */
export async function readAuditBackwards(
  tx: ReadTransaction,
  scopeId: ScopeId,
  before: AuditCursor | null,
  limit: number,
): Promise<AuditPage> {
  const told: ToldEntry[] = [];
  const isFull = () => told.length > limit;
  const tell = async (row: AuditRow, sequence: number, below?: number) => {
    const most = limit + 1 - told.length;
    told.push(
      ...(await lastChangesOf(tx, scopeId, row, sequence, most, below)),
    );
    if (!isFull()) told.push({ sequence, ...row });
  };
  const begun =
    before === null || before.row === null
      ? undefined
      : await tx.get(auditTable, [scopeId, before.sequence]);
  if (begun !== undefined && before !== null && before.row !== null)
    await tell(begun, before.sequence, before.row);
  const rows = await tx.scan(auditTable, {
    prefix: [scopeId],
    ...(before !== null && { before: [scopeId, before.sequence] }),
    reverse: true,
    limit: limit + 1,
  });
  for (const { key, value } of rows) {
    if (isFull()) break;
    await tell(value, Number(key[1]));
  }
  const entries = told.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: isFull() && last ? cursorAt(last) : null };
}

/** What an entry tells of, from a row of the log on. */
async function changesOf(
  tx: ReadTransaction,
  scopeId: ScopeId,
  { atMs, entry }: AuditRow,
  sequence: number,
  from: number,
  limit: number,
): Promise<readonly ToldEntry[]> {
  if (entry.event !== "changes-admitted") return [];
  const after = Math.max(from, entry.fromSequence) - 1;
  const rows = await tx.scan(logTable, {
    prefix: [scopeId],
    after: [scopeId, after],
    limit: Math.max(0, Math.min(limit, entry.toSequence - after)),
  });
  return rows.map((row) => toldChange(row, sequence, atMs));
}

/** The latest first, of those in front of a row of the log. */
async function lastChangesOf(
  tx: ReadTransaction,
  scopeId: ScopeId,
  { atMs, entry }: AuditRow,
  sequence: number,
  limit: number,
  below = Infinity,
): Promise<readonly ToldEntry[]> {
  if (entry.event !== "changes-admitted") return [];
  const before = Math.min(below, entry.toSequence + 1);
  const rows = await tx.scan(logTable, {
    prefix: [scopeId],
    before: [scopeId, before],
    reverse: true,
    limit: Math.max(0, Math.min(limit, before - entry.fromSequence)),
  });
  return rows.map((row) => toldChange(row, sequence, atMs));
}

function toldChange(
  { key, value }: Row<LogRow>,
  sequence: number,
  atMs: number,
): ToldEntry {
  const { recordId, hash, memberId, deviceId, admittedAtMs } = value;
  const row = Number(key[1]);
  const change = { recordId, hash, memberId, deviceId, sequence: row };
  const entry: ToldChange =
    admittedAtMs === atMs
      ? { event: "change-admitted", ...change }
      : { event: "change-brought-along", ...change, admittedAtMs };
  return { sequence, atMs, entry, chain: null };
}

function cursorAt({ sequence, entry }: ToldEntry): AuditCursor {
  const isChange =
    entry.event === "change-admitted" || entry.event === "change-brought-along";
  return { sequence, row: isChange ? entry.sequence : null };
}

function cursorBehind({ sequence, entry }: ToldEntry): AuditCursor {
  switch (entry.event) {
    case "changes-admitted":
      return { sequence, row: entry.fromSequence - 1 };
    case "change-admitted":
    case "change-brought-along":
      return { sequence, row: entry.sequence };
    default:
      return { sequence, row: null };
  }
}

/** `12`, behind entry 12; `12.340`, behind row 340 of the log among what entry 12 tells of. */
export const auditCursorPattern = /^\d{1,15}(\.\d{1,15})?$/;

export function cursorToText({ sequence, row }: AuditCursor): string {
  return row === null ? `${sequence}` : `${sequence}.${row}`;
}

/** Of a text that matches the pattern. */
export function cursorFromText(text: string): AuditCursor {
  const [sequence, row] = text.split(".");
  return {
    sequence: Number(sequence),
    row: row === undefined ? null : Number(row),
  };
}
