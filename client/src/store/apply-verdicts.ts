/**
 * What the server's verdicts do to the local log, in the caller's transaction. SPEC CL-3, CL-6.
 *
 * Accepted and duplicate are the same proof. A refusal that time can heal leaves the change where it was. A final one keeps
 * the bytes as stranded work, and with it everything of the record that was composed on top: the server would refuse that as well.
 * Other people's work, lost by a restored server, stays where it was either way: it is refused from this device, and its author's
 * may bring it back. A verdict on a change that is not here, or that was accepted before, does nothing.
 */
import type { ChangeHash, Verdict, WriteTransaction } from "@suture/schema";
import { isRetryable } from "@suture/schema";

import {
  changesOf,
  findChange,
  isDoubted,
  isRestore,
  isUnsynced,
  markAccepted,
  setProgress,
} from "./change-rows.ts";
import type { LocalChange, LocalRefusal } from "./local-change.ts";

/** Gives back the changes that became stranded work. */
export async function applyVerdict(
  tx: WriteTransaction,
  verdict: Verdict,
  nowMs: number,
): Promise<readonly LocalChange[]> {
  const change = await findChange(tx, verdict.recordId, verdict.hash);
  if (change === undefined) return [];
  switch (verdict.verdict) {
    case "accepted":
    case "duplicate":
      await acceptAt(tx, change, verdict.places);
      return [];
    case "waiting":
      if (isUnsynced(change.progress)) {
        await setProgress(tx, change, {
          state: "waiting",
          code: verdict.code,
          message: verdict.message,
        });
      }
      return [];
    case "refused":
      return applyRefusal(tx, change, verdict, nowMs);
  }
}

/** A change may stand in two scopes: a record that moves is an entry in both logs. */
async function acceptAt(
  tx: WriteTransaction,
  change: LocalChange,
  places: Extract<Verdict, { verdict: "accepted" }>["places"],
): Promise<void> {
  if (places.length === 0) {
    await setProgress(tx, change, {
      state: "accepted",
      places: [],
      admittedAtMs: null,
    });
  }
  let current = change;
  for (const place of places)
    current = await markAccepted(tx, current, place, null);
}

/** What was saved on top of a change that had been refused meanwhile: composed before the verdict, stored after it. */
export async function strandOnRefused(
  tx: WriteTransaction,
  change: LocalChange,
  nowMs: number,
): Promise<readonly LocalChange[]> {
  for (const dep of change.deps) {
    const behind = await findChange(tx, change.recordId, dep);
    if (behind?.progress.state !== "refused") continue;
    return applyRefusal(tx, change, buildsOnRefused, nowMs);
  }
  return [];
}

const buildsOnRefused: LocalRefusal = {
  code: "depends-on-refused",
  message: "It builds on a change that was not accepted.",
};

async function applyRefusal(
  tx: WriteTransaction,
  change: LocalChange,
  { code, message }: LocalRefusal,
  nowMs: number,
): Promise<readonly LocalChange[]> {
  if (!isUnsynced(change.progress)) return [];
  if (isRetryable(code)) {
    await hold(tx, change, { code, message });
    return [];
  }
  const isRecordLost = change.isCreation && code !== "record-exists";
  const onTop = [change];
  const refused = new Set([change.hash]);
  for (const later of await changesOf(tx, change.recordId)) {
    // Containers of texts and counters build on nothing, but there is no record for them.
    const isOnTop =
      (isRecordLost && later.deps.length === 0) ||
      later.deps.some((dep) => refused.has(dep));
    if (!isOnTop || refused.has(later.hash) || !isUnsynced(later.progress))
      continue;
    refused.add(later.hash);
    onTop.push(later);
  }
  const stranded: LocalChange[] = [];
  const strandedHashes = new Set<ChangeHash>();
  for (const row of onTop) {
    const refusal = row === change ? { code, message } : buildsOnRefused;
    // On work that left the record nothing can stay in it, whoever wrote it.
    if (isRestore(row) && !row.deps.some((dep) => strandedHashes.has(dep))) {
      await hold(tx, row, refusal);
      continue;
    }
    stranded.push(row);
    strandedHashes.add(row.hash);
    await setProgress(tx, row, {
      state: "refused",
      ...refusal,
      refusedAtMs: nowMs,
      isDismissed: false,
    });
  }
  return stranded;
}

async function hold(
  tx: WriteTransaction,
  change: LocalChange,
  held: LocalRefusal,
): Promise<void> {
  await setProgress(tx, change, {
    state: "pending",
    held,
    isRestore: isRestore(change),
    ...(isDoubted(change) && { isDoubted: true }),
  });
}
