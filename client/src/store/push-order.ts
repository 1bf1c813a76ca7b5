/**
 * What is sent next: most critical first, each change behind what it depends on and behind the creation of every record it
 * names, one author at a time, because a batch carries one person's token. A link may carry one batch and no more, so none
 * mixes critical work with other work, nor goes on to what is less urgent than a colleague's. SPEC CL-7, PM-15.
 */
import {
  limits,
  maxManifestPeople,
  maxManifestRecords,
  maxUnsyncedAgeMs,
  type ChangeHash,
  type Manifest,
  type PersonId,
  type Priority,
  type ReadTransaction,
  type RecordId,
  type UnsyncedCounts,
} from "@suture/schema";

import { changesOf, findChange, isRestore, isUnsynced } from "./change-rows.ts";
import {
  changeBytesTable,
  changesTable,
  pendingTable,
} from "./client-tables.ts";
import type { LocalChange } from "./local-change.ts";

export interface PushRequest {
  /** `changeKey`s of what is on its way, or was answered "not now" in this session. */
  readonly except: ReadonlySet<string>;
  /** Whose work can be sent: those with a token. */
  readonly personIds: ReadonlySet<PersonId>;
  /** Whether changes that a restored server lost are offered; only once it has taken their proof. They need any token. */
  readonly withRestores: boolean;
  readonly maxChanges?: number;
  readonly maxBytes?: number;
}

export interface PushBatch {
  /** Null where all of it is other people's work being brought back. */
  readonly personId: PersonId | null;
  readonly changes: readonly {
    readonly recordId: RecordId;
    readonly hash: ChangeHash;
    readonly bytes: Uint8Array;
    readonly priority: number;
  }[];
}

/** Resolutions, statements and bookings that are called critical. */
const leastCritical: Priority = 1;

/** Names a change of a record. */
export function changeKey(recordId: RecordId, hash: ChangeHash): string {
  return `${recordId} ${hash}`;
}

/** Null when there is nothing to send. */
export async function nextPush(
  tx: ReadTransaction,
  request: PushRequest,
): Promise<PushBatch | null> {
  const {
    maxChanges = limits.maxBatchChanges,
    maxBytes = limits.maxBatchBytes,
  } = request;
  const taken = new Set<string>();
  const changes: PushBatch["changes"][number][] = [];
  let personId: PersonId | null | undefined;
  let byteCount = 0;
  /** Until where a batch may go on: a link may carry this one and no more. */
  let leastPriority = 3;
  for (const pending of await tx.scan(pendingTable)) {
    const { recordId, hash } = pending.value;
    if (taken.has(changeKey(recordId, hash))) continue;
    const seed = await findChange(tx, recordId, hash);
    if (seed === undefined || !isSendable(seed, request)) continue;
    if (seed.priority > leastPriority) break;
    for (const change of await closureOf(tx, seed)) {
      const key = changeKey(change.recordId, change.hash);
      if (taken.has(key) || request.except.has(key)) continue;
      // Whether anybody here can prove it, nobody knows: the server may have it back from elsewhere, or say that it is missing.
      if (isRestore(change) && !request.withRestores) continue;
      // What it depends on cannot go now, so neither can it.
      if (!isSendable(change, request)) break;
      if (personId !== undefined && change.personId !== personId) {
        leastPriority = Math.min(leastPriority, seed.priority);
        break;
      }
      const bytes = await tx.get(changeBytesTable, [
        change.recordId,
        change.hash,
      ]);
      if (bytes === undefined) break;
      if (changes.length > 0 && byteCount + bytes.length > maxBytes)
        return batchOf(personId, changes);
      if (changes.length === 0 && seed.priority <= leastCritical)
        leastPriority = leastCritical;
      personId = change.personId;
      byteCount += bytes.length;
      taken.add(key);
      changes.push({
        recordId: change.recordId,
        hash: change.hash,
        bytes,
        priority: change.priority,
      });
      if (changes.length >= maxChanges) return batchOf(personId, changes);
    }
  }
  return batchOf(personId, changes);
}

/** What this device's people wrote and the server has not acknowledged, most critical first. */
export async function unsyncedChanges(
  tx: ReadTransaction,
): Promise<readonly LocalChange[]> {
  const found: LocalChange[] = [];
  for (const { value } of await tx.scan(pendingTable)) {
    const change = await findChange(tx, value.recordId, value.hash);
    if (change !== undefined && !isRestore(change)) found.push(change);
  }
  return found;
}

/** What each person wrote on this device and the server has not acknowledged, but for what is on its way. SPEC EV-4. */
export async function manifestOf(
  tx: ReadTransaction,
  nowMs: number,
  except: ReadonlySet<string> = new Set(),
): Promise<Manifest> {
  const unsynced = (await unsyncedChanges(tx)).filter(
    ({ recordId, hash }) => !except.has(changeKey(recordId, hash)),
  );
  const byPerson = new Map<PersonId, LocalChange[]>();
  for (const change of unsynced) {
    if (change.personId === null) continue;
    const own = byPerson.get(change.personId);
    if (own === undefined) byPerson.set(change.personId, [change]);
    else own.push(change);
  }
  const recordIds = new Set(unsynced.map(({ recordId }) => recordId));
  return {
    people: [...byPerson]
      .slice(0, maxManifestPeople)
      .map(([personId, changes]) => ({
        personId,
        ...countsOf(changes, nowMs),
      })),
    recordIds: [...recordIds].slice(0, maxManifestRecords),
  };
}

function countsOf(
  changes: readonly LocalChange[],
  nowMs: number,
): UnsyncedCounts {
  const countOf = (priority: number) =>
    changes.filter((change) => change.priority === priority).length;
  const oldestMs = changes.reduce(
    (oldest, { savedAtMs }) => Math.min(oldest, savedAtMs),
    nowMs,
  );
  // A clock may have been wrong for years.
  const oldestAgeMs = Math.min(nowMs - oldestMs, maxUnsyncedAgeMs);
  return {
    countsByPriority: [countOf(0), countOf(1), countOf(2), countOf(3)],
    oldestAgeMs,
  };
}

function isSendable(change: LocalChange, request: PushRequest): boolean {
  const { recordId, hash, personId } = change;
  if (request.except.has(changeKey(recordId, hash))) return false;
  if (personId === null || isRestore(change)) return request.withRestores;
  return request.personIds.has(personId);
}

/**
 * The unsynced changes that must reach the server first, and the change itself, in local order: what a change depends on,
 * and the creation of the records it names, were stored before it.
 */
async function closureOf(
  tx: ReadTransaction,
  seed: LocalChange,
): Promise<readonly LocalChange[]> {
  const found = new Map<string, LocalChange>();
  const open: LocalChange[] = [seed];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const key = changeKey(next.recordId, next.hash);
    if (found.has(key) || !isUnsynced(next.progress)) continue;
    found.set(key, next);
    for (const dep of next.deps) {
      const held = await findChange(tx, next.recordId, dep);
      if (held !== undefined) open.push(held);
    }
    for (const recordId of next.refersTo) {
      const creation = await creationOf(tx, recordId);
      if (creation !== undefined) open.push(creation);
    }
  }
  return [...found.values()].sort(
    (left, right) => left.localNumber - right.localNumber,
  );
}

async function creationOf(
  tx: ReadTransaction,
  recordId: RecordId,
): Promise<LocalChange | undefined> {
  const [first] = await tx.scan(changesTable, { prefix: [recordId], limit: 1 });
  if (first?.value.isCreation === true) return first.value;
  return (await changesOf(tx, recordId)).find(({ isCreation }) => isCreation);
}

function batchOf(
  personId: PersonId | null | undefined,
  changes: PushBatch["changes"],
): PushBatch | null {
  return changes.length === 0 ? null : { personId: personId ?? null, changes };
}
