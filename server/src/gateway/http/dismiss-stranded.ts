/**
 * Somebody who may decide has seen a refused change and wants it off the list. It is kept as long as others are, and can still
 * be adopted. What was adopted already stays adopted. SPEC SW-24.
 */
import {
  ok,
  type ChangeHash,
  type PersonId,
  type RecordId,
  type Result,
} from "@suture/schema";

import { strandedDecisionsTable } from "../../admission/admission-tables.ts";
import { appendAudit } from "../../audit/append-audit.ts";
import { actingMember } from "./acting-member.ts";
import {
  findStranded,
  strandedDeciders,
  type StrandedState,
} from "./find-stranded.ts";
import type { HttpDeps } from "./http-deps.ts";
import type { ClientCode } from "./http-response.ts";

export interface StrandedRequest {
  /** Of the organization. */
  readonly id: RecordId;
  readonly hash: ChangeHash;
  readonly reason: string;
}

export async function dismissStranded(
  deps: HttpDeps,
  personId: PersonId,
  { id, hash, reason }: StrandedRequest,
): Promise<Result<StrandedState, ClientCode>> {
  const { store, clock, recordTypes, checkpoints } = deps;
  const decider = await actingMember(deps, personId, id, strandedDeciders);
  if (!decider.ok) return decider;
  const state = await store.write(
    id,
    async (tx): Promise<StrandedState | undefined> => {
      const stranded = await findStranded(tx, recordTypes, decider.value, hash);
      if (stranded === undefined) return undefined;
      const { recordId, verdict, place, state } = stranded;
      if (state.kind !== "open") return state;
      const { memberId: byMemberId } = decider.value.membership;
      const atMs = clock.now();
      const dismissed = {
        kind: "dismissed",
        byMemberId,
        atMs,
        reason,
      } as const;
      await tx.put(strandedDecisionsTable, [recordId, hash], dismissed);
      const { memberId, deviceId } = verdict;
      await appendAudit(
        tx,
        { scopeId: place.scopeId, atMs },
        {
          event: "work-dismissed",
          recordId,
          hash,
          memberId,
          deviceId,
          dismissedBy: byMemberId,
        },
      );
      return dismissed;
    },
  );
  if (state === undefined) return { ok: false, error: "stranded-unknown" };
  checkpoints.noteAppended(id);
  return ok(state);
}
