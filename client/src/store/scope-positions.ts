/**
 * Where this device stands in each scope's log, and what happens when the server's log is shorter than what it had said:
 * nothing that the server lost stays "synced". SPEC CL-8.
 */
import {
  limits,
  type ChangeHash,
  type Cursor,
  type FetchRecordsMessage,
  type LogLink,
  type ReadTransaction,
  type RecordId,
  type RestoreMessage,
  type ScopeId,
  type WriteTransaction,
} from "@suture/schema";
import { recordIdSchema, scopeIdSchema } from "@suture/schema";

import { startOf } from "./apply-remote.ts";
import {
  dropSentAttachments,
  offerAttachmentsAgain,
} from "./attachment-rows.ts";
import { changesOf, findChange, isRestore } from "./change-rows.ts";
import {
  changeBytesTable,
  changePacksTable,
  changesByHashTable,
  changesTable,
  incompleteRecordsTable,
  logRowsTable,
  lostProofsTable,
  lostRowsTable,
  missingTable,
  receiptsTable,
  recordsTable,
  scopesTable,
  staleViewsTable,
  type Receipt,
  type ScopeRow,
} from "./client-tables.ts";
import { doubtUnfollowed, returnToPending } from "./doubt-places.ts";
import type { LocalChange, LocalPlace } from "./local-change.ts";
import { deleteView } from "./view-rows.ts";

export async function scopesOf(
  tx: ReadTransaction,
): Promise<ReadonlyMap<ScopeId, ScopeRow>> {
  const rows = await tx.scan(scopesTable);
  return new Map(
    rows.map(({ key, value }) => [scopeIdSchema.parse(key[0]), value]),
  );
}

export type RecordsToFetch = Omit<FetchRecordsMessage, "type">;

/** Records of which only the latest came and that `mayBeAsked` lets through, of whichever scope is first; null when there are none. */
export async function incompleteRecords(
  tx: ReadTransaction,
  limit: number,
  mayBeAsked: (scopeId: ScopeId, recordId: RecordId) => boolean,
): Promise<RecordsToFetch | null> {
  const found = (await tx.scan(incompleteRecordsTable))
    .map(({ key }) => ({
      scopeId: scopeIdSchema.parse(key[0]),
      recordId: recordIdSchema.parse(key[1]),
    }))
    .filter(({ scopeId, recordId }) => mayBeAsked(scopeId, recordId));
  const [first] = found;
  if (first === undefined) return null;
  const { scopeId } = first;
  const recordIds = found
    .filter((one) => one.scopeId === scopeId)
    .map(({ recordId }) => recordId);
  return { scopeId, recordIds: recordIds.slice(0, limit) };
}

/** Of which only the name is here. */
export async function missingChanges(
  tx: ReadTransaction,
  limit: number,
  mayBeAsked: (recordId: RecordId, hash: ChangeHash) => boolean,
): Promise<readonly Pick<LocalChange, "recordId" | "hash">[]> {
  const rows = await tx.scan(missingTable);
  return rows
    .map(({ value: { recordId, hash } }) => ({ recordId, hash }))
    .filter(({ recordId, hash }) => mayBeAsked(recordId, hash))
    .slice(0, limit);
}

/** The last of the server's points, latest first, that this device's chain goes through; null if none. */
export async function findCommonPoint(
  tx: ReadTransaction,
  scopeId: ScopeId,
  samples: readonly Cursor[],
): Promise<Cursor | null> {
  const scope = await tx.get(scopesTable, [scopeId]);
  const held = scope?.cursor;
  if (held === undefined || held === null) return null;
  for (const sample of samples) {
    if (sample.epoch !== held.epoch || sample.sequence > held.sequence)
      continue;
    const chain = await chainAt(tx, scopeId, held, sample.sequence);
    if (chain === sample.chain) return sample;
  }
  return null;
}

/** The chain at a sequence, where this device knows it: not below a snapshot. */
export async function chainAt(
  tx: ReadTransaction,
  scopeId: ScopeId,
  held: Cursor,
  sequence: number,
): Promise<string | null> {
  if (sequence === held.sequence) return held.chain;
  if (sequence === 0) return startOf(scopeId, held.epoch).chain;
  return (await tx.get(logRowsTable, [scopeId, sequence]))?.chain ?? null;
}

/**
 * Returns everything above the common point to `pending`: this device's own work, and other people's as work to be brought
 * back. Without a common point that is the whole scope, which then starts anew. Gives back the records concerned.
 */
export async function regress(
  tx: WriteTransaction,
  scopeId: ScopeId,
  common: Cursor | null,
): Promise<readonly RecordId[]> {
  const from = common?.sequence ?? 0;
  const recordIds = new Set<RecordId>();
  const scopes = await scopesOf(tx);
  const held = scopes.get(scopeId)?.cursor;
  const stays = (place: LocalPlace) =>
    place.scopeId === scopeId
      ? place.sequence <= from
      : scopes.has(place.scopeId);
  for (const { key, value } of await tx.scan(logRowsTable, {
    prefix: [scopeId],
    after: [scopeId, from],
  })) {
    const sequence = Number(key[1]);
    await tx.delete(logRowsTable, key);
    const { recordId, hash, memberId, deviceId } = value;
    // Proof is a contiguous piece of chain, so only what this device had received in order is of use.
    if (
      common !== null &&
      held !== undefined &&
      sequence <= (held?.sequence ?? 0)
    )
      await tx.put(lostRowsTable, key, { recordId, hash, memberId, deviceId });
    const change = await findChange(tx, recordId, hash);
    if (change === undefined) continue;
    await returnToPending(tx, change, stays, true);
    recordIds.add(recordId);
  }
  if (common === null) await tx.delete(scopesTable, [scopeId]);
  else
    await tx.put(scopesTable, [scopeId], {
      ...scopes.get(scopeId),
      cursor: common,
      snapshot: null,
    });
  await setReceiptAside(tx, scopeId, held?.sequence ?? 0, common);
  for (const recordId of await doubtUnfollowed(tx)) recordIds.add(recordId);
  for (const recordId of await offerAttachmentsAgain(tx))
    recordIds.add(recordId);
  return [...recordIds];
}

/**
 * Of the types that were whole up to the cursor, those stay so that whoever reads on may read too: on a shared device the rest
 * is passed over from here on. SPEC SY-25.
 */
export async function narrowScope(
  tx: WriteTransaction,
  scopeId: ScopeId,
  readTypes: readonly string[],
): Promise<void> {
  const scope = await tx.get(scopesTable, [scopeId]);
  if (scope?.readTypes === undefined) return;
  const kept = scope.readTypes.filter((type) => readTypes.includes(type));
  if (kept.length < scope.readTypes.length)
    await tx.put(scopesTable, [scopeId], { ...scope, readTypes: kept });
}

/** A checkpoint beyond the common point covers nothing of the log as it is now: it only proves what was lost of what had come in order. */
async function setReceiptAside(
  tx: WriteTransaction,
  scopeId: ScopeId,
  stoodAt: number,
  common: Cursor | null,
): Promise<void> {
  const receipt = await tx.get(receiptsTable, [scopeId]);
  if (receipt === undefined) return;
  const { sequence } = receipt.proof.leaf.log;
  if (common !== null && sequence <= common.sequence) return;
  await tx.delete(receiptsTable, [scopeId]);
  if (common !== null && sequence <= stoodAt)
    await tx.put(lostProofsTable, [scopeId], { from: common, receipt });
}

/**
 * Keeps a verified checkpoint if this device's chain goes through its leaf; answers whether it does. The one that goes furthest
 * counts, whatever its number: a restored server numbers anew from what it has.
 */
export async function keepReceipt(
  tx: WriteTransaction,
  receipt: Receipt,
): Promise<boolean> {
  const { scopeId, log } = receipt.proof.leaf;
  const held = (await tx.get(scopesTable, [scopeId]))?.cursor;
  if (held === undefined || held === null || held.epoch !== log.epoch)
    return false;
  if ((await chainAt(tx, scopeId, held, log.sequence)) !== log.chain)
    return false;
  const before = await tx.get(receiptsTable, [scopeId]);
  if ((before?.proof.leaf.log.sequence ?? 0) <= log.sequence)
    await tx.put(receiptsTable, [scopeId], receipt);
  return true;
}

/** What a `restore` message says. */
export type LostProof = Pick<RestoreMessage, "from" | "jws" | "proof"> & {
  readonly rows: readonly LogLink[];
};

/** Proof of the rows above the common point, up to a checkpoint; null once nobody else's work is left to be brought back. */
export async function lostProof(
  tx: ReadTransaction,
  scopeId: ScopeId,
): Promise<LostProof | null> {
  const held = await tx.get(lostProofsTable, [scopeId]);
  if (held === undefined) return null;
  const { jws, proof } = held.receipt;
  const found = await tx.scan(lostRowsTable, {
    prefix: [scopeId],
    after: [scopeId, held.from.sequence],
    before: [scopeId, proof.leaf.log.sequence + 1],
  });
  const rows = found.map(({ value }) => value);
  if (rows.length > limits.maxRestoreRows) return null;
  for (const { recordId, hash } of rows) {
    const change = await findChange(tx, recordId, hash);
    if (change !== undefined && isRestore(change))
      return { from: held.from, rows, jws, proof };
  }
  return null;
}

/** Gives back the records concerned. */
export async function forgetLostRows(
  tx: WriteTransaction,
  scopeId: ScopeId,
): Promise<readonly RecordId[]> {
  await tx.delete(lostProofsTable, [scopeId]);
  const rows = await tx.scan(lostRowsTable, { prefix: [scopeId] });
  for (const { key } of rows) await tx.delete(lostRowsTable, key);
  return rows.map(({ value }) => value.recordId);
}

/**
 * Removes what nobody here may read any more: scopes that are not named, and in those that are, records of other types. A record
 * with work that was never accepted stays: it is the only copy. Gives back the records removed.
 */
export async function keepOnly(
  tx: WriteTransaction,
  typesByScope: ReadonlyMap<ScopeId, readonly string[]>,
): Promise<readonly RecordId[]> {
  const removed: RecordId[] = [];
  for (const scopeId of (await scopesOf(tx)).keys())
    if (!typesByScope.has(scopeId))
      removed.push(...(await forgetScope(tx, scopeId)));
  const typesEverywhere = [...typesByScope.values()].reduce<
    readonly string[] | undefined
  >(
    (common, types) =>
      common === undefined
        ? types
        : common.filter((type) => types.includes(type)),
    undefined,
  );
  for (const { value } of await tx.scan(recordsTable)) {
    const { recordId, recordType } = value;
    if (typesEverywhere?.includes(recordType) === true) continue;
    const changes = await changesOf(tx, recordId);
    const mayLeave = changes.every(
      ({ progress }) =>
        progress.state === "accepted" &&
        !progress.places.some(
          ({ scopeId }) =>
            typesByScope.get(scopeId)?.includes(recordType) === true,
        ),
    );
    if (!mayLeave) continue;
    await removeRecord(tx, recordId, changes);
    removed.push(recordId);
  }
  return removed;
}

/**
 * Removes records that stand in this scope only. Of a record that stays, the rows stay: should the scope be followed again, it may
 * be found that the server has lost them.
 */
async function forgetScope(
  tx: WriteTransaction,
  scopeId: ScopeId,
): Promise<readonly RecordId[]> {
  await tx.delete(scopesTable, [scopeId]);
  await tx.delete(receiptsTable, [scopeId]);
  await forgetLostRows(tx, scopeId);
  for (const { key } of await tx.scan(incompleteRecordsTable, {
    prefix: [scopeId],
  }))
    await tx.delete(incompleteRecordsTable, key);
  const rows = await tx.scan(logRowsTable, { prefix: [scopeId] });
  const removed = new Set<RecordId>();
  for (const recordId of new Set(rows.map(({ value }) => value.recordId))) {
    const changes = await changesOf(tx, recordId);
    if (!changes.every((change) => standsOnlyIn(change, scopeId))) continue;
    await removeRecord(tx, recordId, changes);
    removed.add(recordId);
  }
  for (const { key, value } of rows)
    if (removed.has(value.recordId)) await tx.delete(logRowsTable, key);
  return [...removed];
}

function standsOnlyIn({ progress }: LocalChange, scopeId: ScopeId): boolean {
  return (
    progress.state === "accepted" &&
    progress.places.every((place) => place.scopeId === scopeId)
  );
}

async function removeRecord(
  tx: WriteTransaction,
  recordId: RecordId,
  changes: readonly LocalChange[],
): Promise<void> {
  for (const { hash, localNumber } of changes) {
    await tx.delete(changesTable, [recordId, localNumber]);
    await tx.delete(changesByHashTable, [recordId, hash]);
    await tx.delete(changeBytesTable, [recordId, hash]);
  }
  for (const { key } of await tx.scan(changePacksTable, { prefix: [recordId] }))
    await tx.delete(changePacksTable, key);
  const record = await tx.get(recordsTable, [recordId]);
  if (record !== undefined) await deleteView(tx, record.recordType, recordId);
  await dropSentAttachments(tx, recordId);
  await tx.delete(recordsTable, [recordId]);
  await tx.delete(staleViewsTable, [recordId]);
}
