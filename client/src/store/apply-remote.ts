/**
 * What comes from the server's log, in the caller's transaction: pages, snapshots, fetched bytes. SPEC CL-4, CL-5.
 *
 * Guaranteed: every chunk's digest is its name; a page continues the chain this device holds and ends where the server says;
 * applying anything twice changes nothing. Refused: a page that does not (nothing of it is kept).
 */
import {
  decodeChange,
  defaultChangeLimits,
  err,
  firstChain,
  nextChain,
  ok,
  type ChangeHash,
  type ChangesMessage,
  type Cursor,
  type DeviceId,
  type FetchedMessage,
  type LogRow,
  type RecordId,
  type RecordsMessage,
  type Result,
  type ScopeId,
  type SnapshotMessage,
  type WholeRecord,
  type WriteTransaction,
} from "@suture/schema";

import {
  findChange,
  isRestore,
  markAccepted,
  meaningOf,
  ChangeWriter,
} from "./change-rows.ts";
import {
  changeBytesTable,
  changePacksTable,
  changesByHashTable,
  changesTable,
  incompleteRecordsTable,
  logRowsTable,
  missingTable,
  scopesTable,
} from "./client-tables.ts";
import { doubtPlaces } from "./doubt-places.ts";
import {
  mergeLane,
  type LocalChange,
  type LocalPlace,
} from "./local-change.ts";
import { isAsTold, toldWithin } from "./told-rows.ts";

export interface RemoteRefusal {
  /** `told-otherwise`: it continues the chain, and contradicts what the server had told of the rows beyond. */
  readonly code:
    "chain-mismatch" | "not-next" | "chunk-damaged" | "told-otherwise";
}

export interface RemoteEffect {
  readonly recordIds: readonly RecordId[];
  /** Those that came: of other changes no row was touched, unless something is in doubt. */
  readonly changed: ReadonlySet<ChangeHash>;
  /** What had been settled is in doubt. */
  readonly isReset: boolean;
}

interface RemoteChange {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly admittedAtMs: number;
}

/** One message on its way into the log. */
interface Intake {
  readonly tx: WriteTransaction;
  readonly added: ChangeWriter;
  readonly nowMs: number;
}

/** Thrown so that the transaction keeps nothing; becomes a `Result` where it was opened. */
export class RemoteRowRefused extends Error {
  readonly refusal: RemoteRefusal;

  constructor(code: RemoteRefusal["code"]) {
    super(`a remote row was refused: ${code}`);
    this.name = "RemoteRowRefused";
    this.refusal = { code };
  }
}

/** Runs `work`; a remote row that is refused undoes all of it and comes back as an error. */
export async function refusing<T>(
  run: () => Promise<T>,
): Promise<Result<T, RemoteRefusal>> {
  try {
    return ok(await run());
  } catch (cause) {
    if (cause instanceof RemoteRowRefused) return err(cause.refusal);
    throw cause;
  }
}

export async function applyPage(
  tx: WriteTransaction,
  page: ChangesMessage,
  nowMs: number,
): Promise<RemoteEffect> {
  const { scopeId, cursor: end } = page;
  const scope = await tx.get(scopesTable, [scopeId]);
  let at = scope?.cursor ?? startOf(scopeId, end.epoch);
  if (at.epoch !== end.epoch) throw new RemoteRowRefused("chain-mismatch");
  const doubted = scope === undefined ? await doubtPlaces(tx, scopeId) : [];
  const told = await toldWithin(tx, scopeId, at, end);
  let isSame = true;
  const recordIds = new Set<RecordId>(doubted);
  const changed = new Set<ChangeHash>();
  const added = await ChangeWriter.begin(tx);
  for (const row of page.rows) {
    if (row.sequence <= at.sequence) continue;
    if (row.sequence !== at.sequence + 1)
      throw new RemoteRowRefused("not-next");
    at = {
      epoch: at.epoch,
      sequence: row.sequence,
      chain: nextChain(at.chain, row),
    };
    isSame &&= isAsTold(told.get(at.sequence), row, at);
    await applyRow({ tx, added, nowMs }, scopeId, row, at);
    recordIds.add(row.recordId);
    changed.add(row.hash);
  }
  await added.end();
  if (at.sequence === end.sequence && at.chain !== end.chain)
    throw new RemoteRowRefused("chain-mismatch");
  if (at.sequence < end.sequence) throw new RemoteRowRefused("not-next");
  if (!isSame) throw new RemoteRowRefused("told-otherwise");
  await tx.put(scopesTable, [scopeId], {
    ...scope,
    cursor: at,
    snapshot: scope?.snapshot ?? null,
  });
  const isReset = doubted.length > 0;
  return { recordIds: [...recordIds], changed, isReset };
}

/** Whole records of a scope, of the types given. The device stands at `at` once the last page is here. */
export async function applySnapshot(
  tx: WriteTransaction,
  page: SnapshotMessage,
  readTypes: readonly string[],
  nowMs: number,
): Promise<RemoteEffect> {
  const { scopeId, at, next } = page;
  const scope = await tx.get(scopesTable, [scopeId]);
  const doubted = scope === undefined ? await doubtPlaces(tx, scopeId) : [];
  const changed = new Set<ChangeHash>();
  await readAhead(tx, page);
  const added = await ChangeWriter.begin(tx);
  for (const record of page.records)
    for (const hash of await applyWhole({ tx, added, nowMs }, scopeId, record))
      changed.add(hash);
  await added.end();
  await tx.put(
    scopesTable,
    [scopeId],
    next === null
      ? { cursor: at, readTypes: [...readTypes], snapshot: null }
      : {
          ...scope,
          cursor: scope?.cursor ?? null,
          snapshot: { at, after: next, readTypes: [...readTypes] },
        },
  );
  const recordIds = page.records.map(({ recordId }) => recordId);
  return {
    recordIds: [...doubted, ...recordIds],
    changed,
    isReset: doubted.length > 0,
  };
}

/**
 * Records of which only the latest was here. What the server does not have of them is not asked for again; one of which this answer
 * has nothing, for whoever asked may not read it or it has left, is left to whoever else is on this device.
 */
export async function applyRecords(
  tx: WriteTransaction,
  { scopeId, records }: RecordsMessage,
  nowMs: number,
): Promise<RemoteEffect> {
  const changed = new Set<ChangeHash>();
  const added = await ChangeWriter.begin(tx);
  for (const record of records) {
    for (const hash of await applyWhole({ tx, added, nowMs }, scopeId, record))
      changed.add(hash);
    if (record.changes.length > 0)
      await tx.delete(incompleteRecordsTable, [scopeId, record.recordId]);
  }
  await added.end();
  const recordIds = records.map(({ recordId }) => recordId);
  return { recordIds, changed, isReset: false };
}

/** Bytes that had been missing. What this person is not given (`null`) stays to be asked for by whoever else is on the device. */
export async function applyFetched(
  tx: WriteTransaction,
  message: FetchedMessage,
  nowMs: number,
): Promise<RemoteEffect> {
  const recordIds = new Set<RecordId>();
  const changed = new Set<ChangeHash>();
  const added = await ChangeWriter.begin(tx);
  for (const { recordId, hash, bytes } of message.items) {
    const missing = await tx.get(missingTable, [recordId, hash]);
    if (missing === undefined || bytes === null) continue;
    await tx.delete(missingTable, [recordId, hash]);
    const { scopeId, sequence, chain, ...change } = missing;
    const place = { scopeId, sequence, chain };
    await acceptRemote({ tx, added, nowMs }, change, bytes, place);
    recordIds.add(recordId);
    changed.add(hash);
  }
  await added.end();
  return { recordIds: [...recordIds], changed, isReset: false };
}

/** What is asked of each record when it comes, and when its view is made. They come in the order of their ids. */
async function readAhead(
  tx: WriteTransaction,
  { records }: SnapshotMessage,
): Promise<void> {
  const first = records.at(0);
  const last = records.at(-1);
  if (first === undefined || last === undefined) return;
  const range = {
    after: [first.recordId],
    before: [`${last.recordId}${behindId}`],
  };
  for (const table of [
    changesByHashTable,
    changesTable,
    changePacksTable,
    changeBytesTable,
  ])
    await tx.readAhead?.(table, range);
}

/** Stands behind every character of a record's id. */
const behindId = "~";

/** Gives back the names of its changes. */
async function applyWhole(
  intake: Intake,
  scopeId: ScopeId,
  { recordId, changes }: WholeRecord,
): Promise<readonly ChangeHash[]> {
  for (const { sequence, bytes, ...change } of changes) {
    const place = { scopeId, sequence, chain: null };
    await acceptRemote(intake, { recordId, ...change }, bytes, place);
  }
  return changes.map(({ hash }) => hash);
}

async function applyRow(
  intake: Intake,
  scopeId: ScopeId,
  row: LogRow,
  at: Cursor,
): Promise<void> {
  const { recordId, hash, memberId, deviceId, admittedAtMs, bytes } = row;
  const change = { recordId, hash, memberId, deviceId, admittedAtMs };
  const place = { scopeId, sequence: row.sequence, chain: at.chain };
  const isHere = await acceptRemote(intake, change, bytes, place);
  if (isHere) return;
  const { tx } = intake;
  await tx.put(logRowsTable, [scopeId, row.sequence], {
    recordId,
    hash,
    memberId,
    deviceId,
    chain: at.chain,
    admittedAtMs,
  });
  if (row.isReadable)
    await tx.put(missingTable, [recordId, hash], { ...change, ...place });
}

/** Whether the change is here now. */
async function acceptRemote(
  { tx, added, nowMs }: Intake,
  change: RemoteChange,
  bytes: Uint8Array | null,
  place: LocalPlace,
): Promise<boolean> {
  const { recordId, hash, memberId, deviceId, admittedAtMs } = change;
  const held = await findChange(tx, recordId, hash);
  if (held !== undefined) {
    if (isRestore(held)) await noteIncomplete(tx, held, place);
    await markAccepted(tx, held, place, admittedAtMs);
    return true;
  }
  if (bytes === null) return false;
  const decoded = decodeChange(bytes, defaultChangeLimits);
  if (!decoded.ok || decoded.value.hash !== hash)
    throw new RemoteRowRefused("chunk-damaged");
  const meaning = meaningOf(decoded.value);
  const row = {
    recordId,
    hash,
    memberId,
    deviceId,
    personId: null,
    lane: mergeLane,
    priority: 3 as const,
    deps: [...decoded.value.deps],
    isCreation: meaning.creates !== null,
    refersTo: [],
    authoredAtMs: decoded.value.time * 1000,
    savedAtMs: nowMs,
    progress: {
      state: "accepted" as const,
      places: [place],
      admittedAtMs,
    },
  };
  await noteIncomplete(tx, row, place);
  await added.insert(row, bytes, meaning);
  await tx.put(logRowsTable, [place.scopeId, place.sequence], {
    recordId,
    hash,
    memberId,
    deviceId,
    chain: place.chain,
    admittedAtMs,
  });
  return true;
}

/** A log's rows come in causal order, but for those of a record that was not in the scope when this device came to it. */
async function noteIncomplete(
  tx: WriteTransaction,
  { recordId, deps }: Pick<LocalChange, "recordId" | "deps">,
  { scopeId }: LocalPlace,
): Promise<void> {
  for (const dep of deps)
    if (!(await isKnown(tx, recordId, dep)))
      await tx.put(incompleteRecordsTable, [scopeId, recordId], true);
}

/** Here, and not somebody else's that nobody knows the server to have, or to be fetched. */
async function isKnown(
  tx: WriteTransaction,
  recordId: RecordId,
  hash: ChangeHash,
): Promise<boolean> {
  const held = await findChange(tx, recordId, hash);
  return held === undefined
    ? (await tx.get(missingTable, [recordId, hash])) !== undefined
    : !isRestore(held);
}

/** The point before a scope's first row. */
export function startOf(scopeId: ScopeId, epoch: string): Cursor {
  return { epoch, sequence: 0, chain: firstChain(scopeId, epoch) };
}
