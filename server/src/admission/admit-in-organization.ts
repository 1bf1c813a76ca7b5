/**
 * Admits what a batch has for one organization, inside that organization's transaction: each change in the batch's order, then
 * those that had been waiting for a record that is here now. One bad change is refused alone. SPEC AD-1, AD-6.
 */
import type { ChangeHash, Place, RecordId, Verdict } from "@suture/schema";
import { isRetryable, recordIdSchema } from "@suture/schema";
import {
  waitingByParentTable,
  waitingBytesTable,
  waitingTable,
} from "./admission-tables.ts";
import { isNoLongerStranded } from "./adopt.ts";
import type { BatchState } from "./batch-state.ts";
import { commitChange, type CommitDeps } from "./commit.ts";
import { decodePushed, type UnreadableChange } from "./decode.ts";
import { judgeChange, type Pusher } from "./judge-change.ts";
import type { Author, PushedChange, ReadChange, Refusal } from "./judgement.ts";
import {
  dropWaiting,
  keepWaiting,
  rememberRefusal,
} from "./remember-verdict.ts";
import {
  deviceQuarantined,
  isQuarantined,
  quarantineDevice,
} from "./quarantine.ts";
import { isCreation } from "./scope.ts";

/** A pushed change, read or not. */
export type Arrival =
  | { readonly kind: "read"; readonly read: ReadChange }
  | {
      readonly kind: "unreadable";
      readonly pushed: PushedChange;
      readonly unreadable: UnreadableChange;
    };

export interface Released {
  readonly author: Author;
  readonly verdict: Verdict;
}

export async function admitArrival(
  deps: CommitDeps,
  state: BatchState,
  pusher: Pusher,
  arrival: Arrival,
): Promise<Verdict> {
  // Within a batch, too: from the change that gave it away.
  if (await isQuarantined(state.tx, pusher.deviceId))
    return arrival.kind === "read"
      ? refusedVerdict(
          arrival.read.recordId,
          arrival.read.change.hash,
          deviceQuarantined,
        )
      : refusedVerdict(
          arrival.pushed.recordId,
          arrival.unreadable.hash,
          deviceQuarantined,
        );
  if (arrival.kind === "unreadable")
    return refuseUnreadable(deps, state, pusher, arrival);
  const { read } = arrival;
  const { recordId, change } = read;
  const { hash } = change;
  if (await isNoLongerStranded(state.tx, read))
    return { recordId, hash, verdict: "duplicate", places: [] };
  const judgement = await judgeChange(state, pusher, read);
  switch (judgement.kind) {
    case "admit": {
      const places = await commitChange(deps, state, judgement.plan);
      await dropWaiting(state, recordId, hash);
      return accepted(recordId, hash, places);
    }
    case "duplicate": {
      const places = [...judgement.places];
      return { recordId, hash, verdict: "duplicate", places };
    }
    case "wait":
      // It would be let in later without a word of what it adopts.
      if (read.adopts !== undefined)
        return refusedVerdict(recordId, hash, parentNotHere);
      await keepWaiting(
        deps.appendAudit,
        state,
        pusher,
        read,
        judgement.parentId,
      );
      return {
        recordId,
        hash,
        verdict: "waiting",
        code: "parent-not-here",
        message: "it waits for the record it belongs to",
      };
    case "refuse": {
      const { refusal } = judgement;
      const { equivocates: admitted } = refusal;
      if (admitted !== undefined && pusher.memberId !== null) {
        const { memberId, deviceId } = pusher;
        const signer = { memberId, deviceId };
        const found = { signer, recordId, admitted, refused: hash };
        await quarantineDevice(
          deps.appendAudit,
          state.tx,
          state.setting,
          found,
        );
      }
      // Of an attempt to adopt, the original is what is kept.
      if (!judgement.isRepeated && read.adopts === undefined) {
        const refused = { ...read, hash, isCreation: isCreation(change) };
        await rememberRefusal(
          deps.appendAudit,
          state,
          pusher,
          refused,
          refusal,
        );
      }
      if (!isRetryable(refusal.code)) await dropWaiting(state, recordId, hash);
      return refusedVerdict(recordId, hash, refusal);
    }
  }
}

const parentNotHere: Refusal = {
  code: "missing-dependencies",
  reason: "the record it belongs to is not here",
};

/** Judges again what waited for the records created in this transaction, and for those that this lets in. */
export async function releaseWaiting(
  deps: CommitDeps,
  state: BatchState,
): Promise<readonly Released[]> {
  const released: Released[] = [];
  if (!state.hasWaiting) return released;
  for (const parentId of state.created) {
    const waiting = await state.tx.scan(waitingByParentTable, {
      prefix: [parentId],
    });
    for (const { key } of waiting) {
      for (const held of await waitingChanges(state, key[1] ?? "", parentId)) {
        const verdict = await admitArrival(
          deps,
          state,
          held.pusher,
          held.arrival,
        );
        if (verdict.verdict !== "waiting")
          released.push({ author: held.pusher, verdict });
      }
    }
  }
  return released;
}

async function waitingChanges(
  { tx }: BatchState,
  recordIdPart: string | number,
  parentId: RecordId,
): Promise<readonly { readonly pusher: Pusher; readonly arrival: Arrival }[]> {
  const rows = await tx.scan(waitingTable, { prefix: [recordIdPart] });
  const own = rows
    .filter(({ value }) => value.parentId === parentId)
    .sort((left, right) => left.value.number - right.value.number);
  const changes = [];
  for (const { key, value } of own) {
    const bytes = await tx.get(waitingBytesTable, key);
    if (bytes === undefined)
      throw new Error("a change that waits has no bytes");
    const recordId = recordIdSchema.parse(recordIdPart);
    const { personId, deviceId, memberId } = value;
    changes.push({
      pusher: { personId, deviceId, memberId },
      arrival: readArrival({ recordId, bytes }),
    });
  }
  return changes;
}

/** Steps 2 and 3 of one change. */
export function readArrival(pushed: PushedChange): Arrival {
  const read = decodePushed(pushed);
  return read.ok
    ? { kind: "read", read: read.value }
    : { kind: "unreadable", pushed, unreadable: read.error };
}

async function refuseUnreadable(
  deps: CommitDeps,
  state: BatchState,
  pusher: Pusher,
  { pushed, unreadable }: Extract<Arrival, { readonly kind: "unreadable" }>,
): Promise<Verdict> {
  const { recordId, bytes } = pushed;
  const { hash, refusal } = unreadable;
  if ((await state.refusalOf(recordId, hash)) === undefined) {
    const refused = { recordId, hash, bytes, isCreation: false };
    await rememberRefusal(deps.appendAudit, state, pusher, refused, refusal);
  }
  return refusedVerdict(recordId, hash, refusal);
}

export function refusedVerdict(
  recordId: RecordId,
  hash: ChangeHash,
  { code, reason }: Refusal,
): Verdict {
  return {
    recordId,
    hash,
    verdict: "refused",
    code,
    message: reason,
    isRetryable: isRetryable(code),
  };
}

function accepted(
  recordId: RecordId,
  hash: ChangeHash,
  places: readonly Place[],
): Verdict {
  return { recordId, hash, verdict: "accepted", places: [...places] };
}
