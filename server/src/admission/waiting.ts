/**
 * What waits for the record it belongs to: kept as it came, for each who pushed it, and judged in the order of arrival once that
 * record is here. SPEC AD-6.
 *
 * Bounded by what a member and the organization may have waiting; what comes beyond is told to come again, and nothing that
 * waits is let go of for it. However much waits, keeping and dropping one reads a constant number of rows. SPEC AD-23.
 */
import type {
  ChangeHash,
  ReadTransaction,
  RecordId,
  WriteTransaction,
} from "@suture/schema";
import {
  waitingBytesTable,
  waitingDueTable,
  waitingTable,
  waitingTotalsTable,
  waitingUnderTable,
  type WaitingRow,
} from "./admission-tables.ts";
import type { BatchState } from "./batch-state.ts";
import type { AppendAudit } from "./commit.ts";
import { isOwn, type Pusher, type ReadChange } from "./judgement.ts";
import { scopeOfRecord } from "./remember-verdict.ts";

export interface WaitingLimit {
  readonly maxChanges: number;
  readonly maxBytes: number;
}

export interface WaitingLimits {
  readonly member: WaitingLimit;
  readonly organization: WaitingLimit;
}

export const waitingLimits: WaitingLimits = {
  member: { maxChanges: 2_000, maxBytes: 16 * 1024 * 1024 },
  organization: { maxChanges: 20_000, maxBytes: 128 * 1024 * 1024 },
};

/** A change that was kept waiting, as it is to be judged again. */
export interface WaitingChange {
  readonly pusher: Pusher;
  readonly recordId: RecordId;
  readonly bytes: Uint8Array;
}

interface WaitingName {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly memberId: RecordId;
}

/** Whose total is everybody's; the others' are members', by id. */
const everybody = "all";

/** Many may have pushed the same; only so many are looked through. */
const maxPushers = 64;

/** What the pusher knows to be waiting: their own, or what waits from the same device. */
export async function findWaiting(
  tx: ReadTransaction,
  pusher: Pusher,
  ...name: readonly [RecordId] | readonly [RecordId, ChangeHash]
): Promise<WaitingRow | undefined> {
  const rows = await tx.scan(waitingTable, {
    prefix: name,
    limit: maxPushers,
  });
  return rows.find(({ value }) => isOwn(value, pusher))?.value;
}

/** Keeps a change until its parent is here, false if that would be too much. A retry finds it kept already. */
export async function keepWaiting(
  appendAudit: AppendAudit,
  state: BatchState,
  { personId, deviceId, memberId }: Pusher,
  { recordId, bytes, change }: ReadChange,
  parentId: RecordId,
): Promise<boolean> {
  const { tx, setting } = state;
  const { hash } = change;
  if (memberId === null) return true;
  const name = [recordId, hash, memberId];
  const held = await tx.get(waitingTable, name);
  if (held?.parentId === parentId) return true;
  if (held !== undefined) await forget(tx, recordId, hash, held);
  const byteLength = bytes.length;
  const own = await totalOf(tx, memberId);
  const all = await totalOf(tx, everybody);
  if (
    isOver(own, byteLength, setting.waitingLimits.member) ||
    isOver(all, byteLength, setting.waitingLimits.organization)
  )
    return false;
  const number = all.last + 1;
  const row = { number, parentId, memberId, personId, deviceId, byteLength };
  await tx.put(waitingTable, name, row);
  await tx.put(waitingBytesTable, name, bytes);
  await tx.put(waitingUnderTable, [parentId, number], {
    recordId,
    hash,
    memberId,
  });
  for (const [holder, total] of [
    [memberId, own],
    [everybody, all],
  ] as const)
    await tx.put(waitingTotalsTable, [holder], {
      count: total.count + 1,
      byteLength: total.byteLength + byteLength,
      last: number,
    });
  state.noteUse(waitingTable.name);
  await appendAudit(
    tx,
    { scopeId: await scopeOfRecord(state, recordId), atMs: setting.atMs },
    {
      event: "change-waiting",
      recordId,
      hash,
      memberId,
      deviceId,
      code: "parent-not-here",
    },
  );
  return true;
}

/** Lets go of a change that has been judged in one member's hands, or, once it is admitted, in everybody's. */
export async function dropWaiting(
  state: BatchState,
  recordId: RecordId,
  hash: ChangeHash,
  memberId?: RecordId | null,
): Promise<void> {
  if (!state.hasWaiting) return;
  const rows = await state.tx.scan(waitingTable, { prefix: [recordId, hash] });
  for (const { value } of rows)
    if (memberId === undefined || value.memberId === memberId)
      await forget(state.tx, recordId, hash, value);
}

/** To be called for each record that is new: what waits for it is due from then on. */
export async function noteDue(
  state: BatchState,
  parentId: RecordId,
): Promise<void> {
  if (!state.hasWaiting) return;
  const [waiting] = await state.tx.scan(waitingUnderTable, {
    prefix: [parentId],
    limit: 1,
  });
  if (waiting !== undefined)
    await state.tx.put(waitingDueTable, [parentId], { after: 0 });
}

/** The next of what waits for a record that is here, in the order in which it came; null if that is all. */
export async function takeDue(
  tx: WriteTransaction,
): Promise<(WaitingChange & { done(): Promise<void> }) | null> {
  for (;;) {
    const [due] = await tx.scan(waitingDueTable, { limit: 1 });
    const parentId = due?.key[0];
    if (due === undefined || parentId === undefined) return null;
    const [next] = await tx.scan(waitingUnderTable, {
      prefix: [parentId],
      after: [parentId, due.value.after],
      limit: 1,
    });
    const number = next?.key[1];
    if (next === undefined || typeof number !== "number") {
      await tx.delete(waitingDueTable, due.key);
      continue;
    }
    // What waits on for a parent that its author may not read is not given again.
    const done = () => tx.put(waitingDueTable, due.key, { after: number });
    return { ...(await readWaiting(tx, next.value)), done };
  }
}

async function readWaiting(
  tx: ReadTransaction,
  { recordId, hash, memberId }: WaitingName,
): Promise<WaitingChange> {
  const name = [recordId, hash, memberId];
  const row = await tx.get(waitingTable, name);
  const bytes = await tx.get(waitingBytesTable, name);
  if (row === undefined || bytes === undefined)
    throw new Error("a change that waits has no row");
  const { personId, deviceId } = row;
  return { pusher: { personId, deviceId, memberId }, recordId, bytes };
}

async function forget(
  tx: WriteTransaction,
  recordId: RecordId,
  hash: ChangeHash,
  { memberId, parentId, number, byteLength }: WaitingRow,
): Promise<void> {
  await tx.delete(waitingTable, [recordId, hash, memberId]);
  await tx.delete(waitingBytesTable, [recordId, hash, memberId]);
  await tx.delete(waitingUnderTable, [parentId, number]);
  for (const holder of [memberId, everybody]) {
    const total = await totalOf(tx, holder);
    const count = total.count - 1;
    if (count === 0 && holder !== everybody)
      await tx.delete(waitingTotalsTable, [holder]);
    else
      await tx.put(waitingTotalsTable, [holder], {
        ...total,
        count,
        byteLength: total.byteLength - byteLength,
      });
  }
}

async function totalOf(tx: ReadTransaction, holder: string) {
  const total = await tx.get(waitingTotalsTable, [holder]);
  return total ?? { count: 0, byteLength: 0, last: 0 };
}

function isOver(
  total: { readonly count: number; readonly byteLength: number },
  byteLength: number,
  { maxChanges, maxBytes }: WaitingLimit,
): boolean {
  return total.count >= maxChanges || total.byteLength + byteLength > maxBytes;
}
