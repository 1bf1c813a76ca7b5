/**
 * Reads a scope's log: pages behind a cursor, where it ends, and points of its chain for a device whose cursor it does not
 * hold. SPEC SY-5 to SY-7.
 */
import { firstChain, limits } from "@suture/schema";
import type {
  ChainHash,
  Cursor,
  DeviceId,
  LogRow,
  ReadTransaction,
  ScopeId,
} from "@suture/schema";
import { changeBytesTable, logHeadsTable, logTable } from "./log-tables.ts";

export interface PageRequest {
  readonly scopeId: ScopeId;
  /** A cursor the log holds: see `holdsCursor`. */
  readonly after: Cursor;
  /** Whose page it is: rows it wrote come without bytes, unless `withOwnBytes`. */
  readonly deviceId: DeviceId;
  readonly mayRead: (recordType: string) => boolean;
  readonly withOwnBytes?: boolean;
  readonly limitChanges?: number;
  readonly limitBytes?: number;
}

export interface LogPage {
  readonly rows: readonly LogRow[];
  /** Where the reader stands after these rows. */
  readonly cursor: Cursor;
  readonly hasMore: boolean;
}

/** At least one row if there is one, however long. Rows of types the reader may not read keep their place, without bytes. */
export async function readPage(
  tx: ReadTransaction,
  request: PageRequest,
): Promise<LogPage> {
  const { scopeId, after, deviceId, mayRead } = request;
  const limitChanges = request.limitChanges ?? limits.maxPageChanges;
  const limitBytes = request.limitBytes ?? limits.maxPageBytes;
  const found = await tx.scan(logTable, {
    prefix: [scopeId],
    after: [scopeId, after.sequence],
    limit: limitChanges + 1,
  });
  const rows: LogRow[] = [];
  let cursor = after;
  let byteCount = 0;
  for (const { value: row } of found.slice(0, limitChanges)) {
    const { recordId, hash, memberId, admittedAtMs, chain } = row;
    const isReadable = mayRead(row.recordType);
    const isWanted =
      isReadable &&
      (row.deviceId !== deviceId || request.withOwnBytes === true);
    const bytes = isWanted
      ? ((await tx.get(changeBytesTable, [recordId, hash])) ?? null)
      : null;
    byteCount += bytes?.length ?? 0;
    if (rows.length > 0 && byteCount > limitBytes) break;
    const sequence = cursor.sequence + 1;
    cursor = { epoch: after.epoch, sequence, chain };
    rows.push({
      recordId,
      hash,
      memberId,
      deviceId: row.deviceId,
      sequence,
      admittedAtMs,
      bytes,
      isReadable,
    });
  }
  return { rows, cursor, hasMore: rows.length < found.length };
}

/** Where the log ends; undefined for a scope that is not here. */
export async function endOf(
  tx: ReadTransaction,
  scopeId: ScopeId,
): Promise<Cursor | undefined> {
  return tx.get(logHeadsTable, [scopeId]);
}

/** The chain after the row with this sequence; undefined where the log has no such row. */
export async function chainAt(
  tx: ReadTransaction,
  scopeId: ScopeId,
  sequence: number,
): Promise<ChainHash | undefined> {
  const head = await tx.get(logHeadsTable, [scopeId]);
  if (head === undefined) return undefined;
  if (sequence === 0) return firstChain(scopeId, head.epoch);
  return (await tx.get(logTable, [scopeId, sequence]))?.chain;
}

/** Whether the log goes through the cursor. If not, the server was restored from an older backup: answer `samples`. */
export async function holdsCursor(
  tx: ReadTransaction,
  scopeId: ScopeId,
  cursor: Cursor,
): Promise<boolean> {
  const head = await tx.get(logHeadsTable, [scopeId]);
  return (
    head?.epoch === cursor.epoch &&
    (await chainAt(tx, scopeId, cursor.sequence)) === cursor.chain
  );
}

/** Points of the chain, latest first, at distances that double, ending at 0. Empty for a scope that is not here. */
export async function samples(
  tx: ReadTransaction,
  scopeId: ScopeId,
): Promise<readonly Cursor[]> {
  const end = await tx.get(logHeadsTable, [scopeId]);
  if (end === undefined) return [];
  const points: Cursor[] = [];
  for (let distance = 0; ; distance = Math.max(1, distance * 2)) {
    const sequence = Math.max(0, end.sequence - distance);
    const chain = await chainAt(tx, scopeId, sequence);
    if (chain === undefined) throw new Error("the log has a gap");
    points.push({ epoch: end.epoch, sequence, chain });
    if (sequence === 0) return points;
  }
}
