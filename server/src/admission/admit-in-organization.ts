/**
 * Admits one change inside its organization's transaction, or keeps what is to be kept of it. One bad change is refused alone.
 * SPEC AD-1, AD-6, AD-22.
 */
import type { ChangeHash, Place, RecordId, Verdict } from "@suture/schema";
import { isRetryable } from "@suture/schema";
import { quarantinedTable } from "./admission-tables.ts";
import { isNoLongerStranded } from "./adopt.ts";
import type { BatchState } from "./batch-state.ts";
import { commitChange, type CommitDeps } from "./commit.ts";
import {
  decodePushed,
  digestOfBytes,
  type UnreadableChange,
} from "./decode.ts";
import { judgeChange, type AdmissionPlan } from "./judge-change.ts";
import type {
  Author,
  Pusher,
  PushedChange,
  ReadChange,
  Refusal,
} from "./judgement.ts";
import { rememberRefusal } from "./remember-verdict.ts";
import {
  deviceQuarantined,
  isQuarantined,
  quarantineDevice,
} from "./quarantine.ts";
import { isCreation } from "./scope.ts";
import { writesText, type TrialBook } from "./trial-book.ts";
import { dropWaiting, keepWaiting } from "./waiting.ts";

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

/** Nothing was done: the change has to be tried first. */
export interface ToBeTried {
  readonly toBeTried: AdmissionPlan;
}

const unsound: Refusal = {
  code: "document-unsound",
  reason: "its record could not be saved, loaded and edited with it",
};
const neverTried: Refusal = {
  code: "too-much-waiting",
  reason: "its record could not be tried with it yet",
};
const tooMuchWaiting: Refusal = {
  code: "too-much-waiting",
  reason: "too much is waiting for records that are not here",
};

export async function admitArrival(
  deps: CommitDeps,
  state: BatchState,
  book: TrialBook,
  pusher: Pusher,
  arrival: Arrival,
): Promise<Verdict | ToBeTried> {
  // Asked before every change: within a batch, too, from the one that gave the device away.
  if (state.hasQuarantined && (await isQuarantined(state.tx, pusher.deviceId)))
    return refuseArrival(arrival, deviceQuarantined);
  if (arrival.kind === "unreadable")
    return refuseUnreadable(deps, state, pusher, arrival);
  const { read } = arrival;
  const { recordId, change, adopts } = read;
  const { hash } = change;
  if (
    adopts !== undefined &&
    (await isNoLongerStranded(state.tx, recordId, adopts))
  )
    return { recordId, hash, verdict: "duplicate", places: [] };
  const judgement = await judgeChange(state, pusher, read);
  switch (judgement.kind) {
    case "admit": {
      const { plan } = judgement;
      if (writesText(plan)) {
        const tried = book.verdictOn(plan.memory.index, hash);
        if (tried === undefined && !book.isGivenUp(hash))
          return { toBeTried: plan };
        if (tried !== "sound") {
          const refusal = tried === "unsound" ? unsound : neverTried;
          return refuseRead(deps, state, pusher, read, refusal);
        }
      }
      const places = await commitChange(deps, state, plan);
      if (state.hasWaiting) await dropWaiting(state, recordId, hash);
      return accepted(recordId, hash, places);
    }
    case "duplicate": {
      const places = [...judgement.places];
      await dropWaiting(state, recordId, hash, pusher.memberId);
      return { recordId, hash, verdict: "duplicate", places };
    }
    case "wait": {
      // It would be let in later without a word of what it adopts.
      if (adopts !== undefined)
        return refusedVerdict(recordId, hash, parentNotHere);
      const { parentId } = judgement;
      const { appendAudit } = deps;
      if (!(await keepWaiting(appendAudit, state, pusher, read, parentId)))
        return refuseRead(deps, state, pusher, read, tooMuchWaiting);
      return {
        recordId,
        hash,
        verdict: "waiting",
        code: "parent-not-here",
        message: "it waits for the record it belongs to",
      };
    }
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
        state.noteUse(quarantinedTable.name);
      }
      return judgement.isRepeated
        ? refusedVerdict(recordId, hash, refusal)
        : refuseRead(deps, state, pusher, read, refusal);
    }
  }
}

async function refuseRead(
  { appendAudit }: CommitDeps,
  state: BatchState,
  pusher: Pusher,
  read: ReadChange,
  refusal: Refusal,
): Promise<Verdict> {
  const { recordId, change } = read;
  const { hash } = change;
  // Of an attempt to adopt, the original is what is kept.
  if (read.adopts === undefined) {
    const refused = { ...read, hash, isCreation: isCreation(change) };
    await rememberRefusal(appendAudit, state, pusher, refused, refusal);
  }
  await dropWaiting(state, recordId, hash, pusher.memberId);
  return refusedVerdict(recordId, hash, refusal);
}

const parentNotHere: Refusal = {
  code: "missing-dependencies",
  reason: "the record it belongs to is not here",
};

/** Steps 2 and 3 of one change. */
export function readArrival(pushed: PushedChange): Arrival {
  const read = decodePushed(pushed);
  return read.ok
    ? { kind: "read", read: read.value }
    : { kind: "unreadable", pushed, unreadable: read.error };
}

/** Of a batch that is too large nothing is decoded. */
export function leaveUnread(pushed: PushedChange, refusal: Refusal): Arrival {
  return {
    kind: "unreadable",
    pushed,
    unreadable: { hash: digestOfBytes(pushed.bytes), refusal },
  };
}

async function refuseUnreadable(
  deps: CommitDeps,
  state: BatchState,
  pusher: Pusher,
  { pushed, unreadable }: Extract<Arrival, { readonly kind: "unreadable" }>,
): Promise<Verdict> {
  const { recordId, bytes } = pushed;
  const { hash, refusal } = unreadable;
  const told = await state.refusalsTo(pusher, { recordId, hash });
  const { memberId, deviceId } = pusher;
  const isTold = told.some(
    (row) => row.memberId === memberId && row.deviceId === deviceId,
  );
  if (!isTold) {
    const refused = { recordId, hash, bytes, isCreation: false };
    await rememberRefusal(deps.appendAudit, state, pusher, refused, refusal);
  }
  return refusedVerdict(recordId, hash, refusal);
}

export function refuseArrival(arrival: Arrival, refusal: Refusal): Verdict {
  return arrival.kind === "read"
    ? refusedVerdict(arrival.read.recordId, arrival.read.change.hash, refusal)
    : refusedVerdict(arrival.pushed.recordId, arrival.unreadable.hash, refusal);
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
