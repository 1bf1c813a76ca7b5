/** What a server that came back from an older copy may lack of what is here, by who can bring it back. SPEC AP-172. */
import {
  isRetryable,
  scopeIdSchema,
  type ReadTransaction,
} from "@suture/schema";

import { findChange, isDoubted, isRestore } from "../store/change-rows.ts";
import { lostProofsTable, pendingTable } from "../store/client-tables.ts";
import type { LocalChange } from "../store/local-change.ts";
import { changeKey, unsyncedChanges } from "../store/push-order.ts";
import { lostProof } from "../store/scope-positions.ts";
import type { RecordDeps } from "./record-deps.ts";
import { stuckOf } from "./unsynced-work.ts";

/** Numbers of changes, also colleagues'. */
export interface DoubtedWork {
  /** Sent again from this device. */
  readonly sentCount: number;
  /** Not sent from here: no proof covers it, it was refused from here, or whoever wrote it has no session on this device. */
  readonly notSentCount: number;
}

export function countDoubted({
  log,
  sending,
}: RecordDeps): Promise<DoubtedWork> {
  return log.read(async (tx) => {
    const doubted: LocalChange[] = [];
    for (const { value } of await tx.scan(pendingTable)) {
      const change = await findChange(tx, value.recordId, value.hash);
      if (change !== undefined && isDoubted(change)) doubted.push(change);
    }
    // Every page asks, and the server comes back from an older copy hardly ever.
    if (doubted.length === 0) return { sentCount: 0, notSentCount: 0 };
    const proven = await provenKeys(tx);
    // What keeps all of it from being sent is said for itself.
    const stuck = stuckOf(await unsyncedChanges(tx), (personId) =>
      personId === null
        ? sending.signedIn.size > 0
        : sending.signedIn.has(personId),
    );
    const stuckKeys = new Set([...stuck].map(keyOf));
    const sent = doubted.filter((change) =>
      isRestore(change)
        ? proven.has(keyOf(change)) && !isRefused(change)
        : !stuckKeys.has(keyOf(change)),
    );
    return {
      sentCount: sent.length,
      notSentCount: doubted.length - sent.length,
    };
  });
}

/** Of the changes that this device can show to have been in the log. */
async function provenKeys(tx: ReadTransaction): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const { key } of await tx.scan(lostProofsTable)) {
    const proof = await lostProof(tx, scopeIdSchema.parse(key[0]));
    for (const row of proof?.rows ?? []) keys.add(keyOf(row));
  }
  return keys;
}

function keyOf({
  recordId,
  hash,
}: Pick<LocalChange, "recordId" | "hash">): string {
  return changeKey(recordId, hash);
}

/** For good: from this device it will be again. */
function isRefused({ progress }: LocalChange): boolean {
  return (
    progress.state === "pending" &&
    progress.held !== null &&
    !isRetryable(progress.held.code)
  );
}
