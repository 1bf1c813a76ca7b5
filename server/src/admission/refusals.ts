/**
 * Refused is not lost: what is kept of each refusal is its verdict, which every retry gets again, and, where no retry can help,
 * the bytes as they came, so that somebody who may can see a colleague's stranded work and adopt it under their own name.
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

export interface RefusalName {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
}

export interface NewRefusal extends RefusalName {
  readonly verdict: RefusalRow;
  /** Null where whoever pushed it brings it again, or it is larger than any change may be. */
  readonly bytes: Uint8Array | null;
}

/** A refusal told again, by somebody else or with another code, counts as new. */
export async function keepRefusal(
  tx: WriteTransaction,
  { recordId, hash, verdict, bytes }: NewRefusal,
  limits: RefusalLimits = refusalLimits,
): Promise<void> {
  await forgetRefusal(tx, { recordId, hash });
  const { memberId, deviceId } = verdict;
  const number = await nextNumber(tx);
  const byteLength = bytes?.length ?? 0;
  await tx.put(refusalsTable, [recordId, hash], verdict);
  if (bytes !== null) await tx.put(refusedBytesTable, [recordId, hash], bytes);
  const place = { number, byteLength, memberId, deviceId };
  await tx.put(refusedPlacesTable, [hash, recordId], place);
  for (const holder of holdersOf(place)) {
    await tx.put(refusedOrderTable, [holder, number], { recordId, hash });
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

/** To be called when the change was accepted after all. What was adopted stays known as adopted. */
export async function forgetRefusal(
  tx: WriteTransaction,
  { recordId, hash }: RefusalName,
): Promise<void> {
  await tx.delete(refusalsTable, [recordId, hash]);
  const place = await tx.get(refusedPlacesTable, [hash, recordId]);
  if (place === undefined) return;
  await tx.delete(refusedBytesTable, [recordId, hash]);
  await tx.delete(refusedPlacesTable, [hash, recordId]);
  const decision = await tx.get(strandedDecisionsTable, [recordId, hash]);
  if (decision?.kind === "dismissed")
    await tx.delete(strandedDecisionsTable, [recordId, hash]);
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
  for (const { value } of rows) changes.push(...(await keptOf(tx, value)));
  const last = rows.length < page.limit ? undefined : rows.at(-1);
  return { changes, next: last === undefined ? null : Number(last.key[1]) };
}

/** The same bytes may have been pushed, and refused, under several records. */
export async function findRefused(
  tx: ReadTransaction,
  hash: ChangeHash,
): Promise<readonly RefusedChange[]> {
  const places = await tx.scan(refusedPlacesTable, { prefix: [hash] });
  const changes: RefusedChange[] = [];
  for (const { key } of places) {
    const recordId = recordIdSchema.parse(key[1]);
    changes.push(...(await keptOf(tx, { recordId, hash })));
  }
  return changes;
}

/** As it came. Undefined if it is not kept. */
export function refusedBytesOf(
  tx: ReadTransaction,
  { recordId, hash }: RefusalName,
): Promise<Uint8Array | undefined> {
  return tx.get(refusedBytesTable, [recordId, hash]);
}

async function keptOf(
  tx: ReadTransaction,
  { recordId, hash }: RefusalName,
): Promise<readonly RefusedChange[]> {
  const verdict = await tx.get(refusalsTable, [recordId, hash]);
  const place = await tx.get(refusedPlacesTable, [hash, recordId]);
  return verdict === undefined || place === undefined || place.byteLength === 0
    ? []
    : [{ recordId, hash, verdict }];
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

function holdersOf({
  memberId,
  deviceId,
}: Pick<RefusalRow, "memberId" | "deviceId">): readonly string[] {
  return [everybody, memberId, deviceId];
}
