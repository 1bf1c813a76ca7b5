/**
 * Refused is not lost: what is kept of each refusal is its verdict, which every retry gets again, and, where no retry can help,
 * the bytes as they came, so that somebody who may can see a colleague's stranded work and adopt it under their own name.
 *
 * Each is kept for whoever pushed it: what one was told says nothing of another, and nobody takes a colleague's place by pushing
 * the same. As stranded work a change counts once, as who brought it first tried it.
 *
 * Bounded by what a device, a member and the organization may hold: beyond it the oldest of that holder goes, so nobody can
 * flush out the work of others by being refused. What is no longer kept is judged anew if it comes again. SPEC AD-15.
 */
import type {
  ChangeHash,
  ReadTransaction,
  RecordId,
  WriteTransaction,
} from "@suture/schema";
import { recordIdSchema } from "@suture/schema";
import {
  refusalsTable,
  refusedBytesTable,
  refusedOrderTable,
  refusedPlacesTable,
  refusedTotalsTable,
  strandedDecisionsTable,
  type RefusalRow,
} from "./admission-tables.ts";
import { isOwn, type Pusher, type Signer } from "./judgement.ts";

export interface RefusalLimit {
  readonly maxChanges: number;
  readonly maxBytes: number;
}

export interface RefusalLimits {
  readonly device: RefusalLimit;
  readonly member: RefusalLimit;
  readonly organization: RefusalLimit;
}

const mebibyte = 1024 * 1024;

export const refusalLimits: RefusalLimits = {
  device: { maxChanges: 2_000, maxBytes: 16 * mebibyte },
  member: { maxChanges: 4_000, maxBytes: 24 * mebibyte },
  organization: { maxChanges: 10_000, maxBytes: 64 * mebibyte },
};

/** The holder of an organization's refusals, all of them; the other holders are members and devices, by id. */
const everybody = "all";

/** Many may have pushed the same; only so many are looked through. */
const maxPushers = 64;

export interface RefusalName {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
}

/** One refusal: of a change, to whoever pushed it. */
export interface RefusalKey extends RefusalName, Signer {}

export interface NewRefusal extends RefusalName {
  readonly verdict: RefusalRow;
  /** Null where whoever pushed it brings it again, or it is larger than any change may be. */
  readonly bytes: Uint8Array | null;
}

/** A refusal told again to the same one, with another code, counts as new. */
export async function keepRefusal(
  tx: WriteTransaction,
  { recordId, hash, verdict, bytes }: NewRefusal,
  limits: RefusalLimits = refusalLimits,
): Promise<void> {
  const { memberId, deviceId } = verdict;
  const key = { recordId, hash, memberId, deviceId };
  await forgetRefusal(tx, key);
  const number = await nextNumber(tx);
  const byteLength = bytes?.length ?? 0;
  await tx.put(refusalsTable, byRecord(key), verdict);
  if (bytes !== null) await tx.put(refusedBytesTable, byRecord(key), bytes);
  const place = { number, byteLength, memberId, deviceId };
  await tx.put(refusedPlacesTable, byHash(key), place);
  for (const holder of holdersOf(place)) {
    await tx.put(refusedOrderTable, [holder, number], key);
    const total = await totalOf(tx, holder);
    await tx.put(refusedTotalsTable, [holder], {
      count: total.count + 1,
      byteLength: total.byteLength + byteLength,
    });
  }
  await dropOldest(tx, deviceId, limits.device);
  await dropOldest(tx, memberId, limits.member);
  await dropOldest(tx, everybody, limits.organization);
}

/** To be called when the change was accepted after all, whoever had been refused with it. */
export async function forgetRefusals(
  tx: WriteTransaction,
  { recordId, hash }: RefusalName,
): Promise<void> {
  const rows = await tx.scan(refusalsTable, { prefix: [recordId, hash] });
  for (const { value } of rows) {
    const { memberId, deviceId } = value;
    await forgetRefusal(tx, { recordId, hash, memberId, deviceId });
  }
}

/** Of one who pushed it. What was adopted stays known as adopted. */
export async function forgetRefusal(
  tx: WriteTransaction,
  key: RefusalKey,
): Promise<void> {
  const { recordId, hash } = key;
  const place = await tx.get(refusedPlacesTable, byHash(key));
  if (place === undefined) return;
  await tx.delete(refusalsTable, byRecord(key));
  await tx.delete(refusedBytesTable, byRecord(key));
  await tx.delete(refusedPlacesTable, byHash(key));
  const name = [recordId, hash];
  const decision = await tx.get(strandedDecisionsTable, name);
  const [other] = await tx.scan(refusalsTable, { prefix: name, limit: 1 });
  if (decision?.kind === "dismissed" && other === undefined)
    await tx.delete(strandedDecisionsTable, name);
  for (const holder of holdersOf(place)) {
    await tx.delete(refusedOrderTable, [holder, place.number]);
    const total = await totalOf(tx, holder);
    await tx.put(refusedTotalsTable, [holder], {
      count: total.count - 1,
      byteLength: total.byteLength - place.byteLength,
    });
  }
}

/** Refused for good, and kept. */
export interface RefusedChange extends RefusalName {
  readonly verdict: RefusalRow;
}

export interface RefusedPage {
  readonly changes: readonly RefusedChange[];
  /** To go on in front of; null at the end. */
  readonly next: number | null;
}

/** What the pusher knows to have been refused: to them, or from the same device. */
export async function ownRefusals(
  tx: ReadTransaction,
  pusher: Pusher,
  { recordId, hash }: RefusalName,
): Promise<readonly RefusalRow[]> {
  const rows = await tx.scan(refusalsTable, {
    prefix: [recordId, hash],
    limit: maxPushers,
  });
  return rows.flatMap(({ value }) => (isOwn(value, pusher) ? [value] : []));
}

/** Those whose bytes are here, newest first; `limit` is of refusals looked at. */
export async function listRefused(
  tx: ReadTransaction,
  page: { readonly before: number | null; readonly limit: number },
): Promise<RefusedPage> {
  const rows = await tx.scan(refusedOrderTable, {
    prefix: [everybody],
    ...(page.before !== null && { before: [everybody, page.before] }),
    reverse: true,
    limit: page.limit,
  });
  const changes: RefusedChange[] = [];
  for (const { key, value } of rows) {
    const first = await firstPlaceOf(tx, value);
    if (first?.number === key[1]) changes.push(...(await keptAt(tx, value)));
  }
  const last = rows.length < page.limit ? undefined : rows.at(-1);
  return { changes, next: last === undefined ? null : Number(last.key[1]) };
}

/** The same bytes may have been pushed, and refused, under several records. */
export async function findRefused(
  tx: ReadTransaction,
  hash: ChangeHash,
): Promise<readonly RefusedChange[]> {
  const places = await tx.scan(refusedPlacesTable, { prefix: [hash] });
  const recordIds = new Set(
    places.map(({ key }) => recordIdSchema.parse(key[1])),
  );
  const changes: RefusedChange[] = [];
  for (const recordId of recordIds) {
    const first = await firstPlaceOf(tx, { recordId, hash });
    if (first !== undefined)
      changes.push(...(await keptAt(tx, { recordId, hash, ...first })));
  }
  return changes;
}

/** As it came. Undefined if it is not kept. */
export async function refusedBytesOf(
  tx: ReadTransaction,
  { recordId, hash }: RefusalName,
): Promise<Uint8Array | undefined> {
  const [row] = await tx.scan(refusedBytesTable, {
    prefix: [recordId, hash],
    limit: 1,
  });
  return row?.value;
}

/** Of whoever brought a change first, among those of whom it is kept. */
async function firstPlaceOf(
  tx: ReadTransaction,
  { recordId, hash }: RefusalName,
) {
  const rows = await tx.scan(refusedPlacesTable, {
    prefix: [hash, recordId],
    limit: maxPushers,
  });
  return rows
    .map(({ value }) => value)
    .filter(({ byteLength }) => byteLength > 0)
    .sort((left, right) => left.number - right.number)
    .at(0);
}

async function keptAt(
  tx: ReadTransaction,
  key: RefusalKey,
): Promise<readonly RefusedChange[]> {
  const verdict = await tx.get(refusalsTable, byRecord(key));
  const { recordId, hash } = key;
  return verdict === undefined ? [] : [{ recordId, hash, verdict }];
}

async function dropOldest(
  tx: WriteTransaction,
  holder: string,
  { maxChanges, maxBytes }: RefusalLimit,
): Promise<void> {
  for (;;) {
    const { count, byteLength } = await totalOf(tx, holder);
    if (count <= maxChanges && byteLength <= maxBytes) return;
    const [oldest] = await tx.scan(refusedOrderTable, {
      prefix: [holder],
      limit: 1,
    });
    if (oldest === undefined) return;
    await forgetRefusal(tx, oldest.value);
  }
}

async function totalOf(tx: ReadTransaction, holder: string) {
  const total = await tx.get(refusedTotalsTable, [holder]);
  return total ?? { count: 0, byteLength: 0 };
}

async function nextNumber(tx: ReadTransaction): Promise<number> {
  const [newest] = await tx.scan(refusedOrderTable, {
    prefix: [everybody],
    reverse: true,
    limit: 1,
  });
  return newest === undefined ? 1 : Number(newest.key[1]) + 1;
}

function byRecord({ recordId, hash, memberId, deviceId }: RefusalKey) {
  return [recordId, hash, memberId, deviceId];
}

function byHash({ recordId, hash, memberId, deviceId }: RefusalKey) {
  return [hash, recordId, memberId, deviceId];
}

function holdersOf({ memberId, deviceId }: Signer): readonly string[] {
  return [everybody, memberId, deviceId];
}
