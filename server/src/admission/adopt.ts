/**
 * A refused change composed again by somebody else is admitted like any other change of theirs. In the same transaction it is
 * noted what it adopts, so that nothing is adopted twice, whatever breaks off and whoever else adopts it meanwhile. SPEC SW-23.
 */
import type { ReadTransaction, RecordId, ScopeId } from "@suture/schema";
import { adoptedWorkTable } from "../log/log-tables.ts";
import { strandedDecisionsTable } from "./admission-tables.ts";
import type { BatchState } from "./batch-state.ts";
import type { AppendAudit } from "./commit.ts";
import type { AdmissionPlan } from "./judge-change.ts";
import type { AdoptedChange } from "./judgement.ts";
import { refusedBytesOf } from "./refusals.ts";

/** Whether there is nothing left to adopt: somebody did, its author's own came in after all, or it is no longer kept. */
export async function isNoLongerStranded(
  tx: ReadTransaction,
  recordId: RecordId,
  { hash }: AdoptedChange,
): Promise<boolean> {
  const key = [recordId, hash];
  const bytes = await refusedBytesOf(tx, { recordId, hash });
  const decision = await tx.get(strandedDecisionsTable, key);
  return bytes === undefined || decision?.kind === "adopted";
}

export async function noteAdoption(
  appendAudit: AppendAudit,
  { tx, setting }: BatchState,
  { read, signer, indexed }: AdmissionPlan,
  { hash, pushedBy, reason }: AdoptedChange,
  scopeId: ScopeId,
): Promise<void> {
  const { recordId } = read;
  const { atMs } = setting;
  await tx.put(strandedDecisionsTable, [recordId, hash], {
    kind: "adopted",
    byMemberId: signer.memberId,
    atMs,
    reason,
    as: indexed.hash,
  });
  const adopted = { hash, ...pushedBy };
  await tx.put(adoptedWorkTable, [recordId, indexed.hash], adopted);
  await appendAudit(
    tx,
    { scopeId, atMs },
    {
      event: "work-adopted",
      recordId,
      ...adopted,
      adoptedBy: { ...signer },
      as: indexed.hash,
    },
  );
}
