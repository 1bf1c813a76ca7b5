/**
 * One answer for each change of a batch that was tried in several organizations, because none of them knows where it belongs.
 *
 * An organization that cannot place a change must not have the last word on it: what another one will judge later, or what a
 * retry can lift there, goes before what was refused for good. Then nothing of that refusal is kept: its bytes may be another
 * organization's. SPEC AD-26.
 */
import type { RecordId, Store, Verdict } from "@suture/schema";
import type { AdmissionOutcome } from "./admission.ts";
import type { GroupOutcome } from "./admit-group.ts";
import type { Arrival } from "./admit-in-organization.ts";
import type { Author } from "./judgement.ts";
import type { Candidate } from "./place-batch.ts";
import { forgetRefusal } from "./refusals.ts";

/** `unplaced` is what a change is answered that was tried nowhere. */
export function mergeOutcomes(
  arrivals: readonly Arrival[],
  outcomes: readonly GroupOutcome[],
  unplaced: (arrival: Arrival) => Verdict,
): AdmissionOutcome {
  return {
    verdicts: arrivals.map((arrival, position) => {
      let best: Verdict | undefined;
      for (const { verdicts } of outcomes) {
        const given = verdicts.get(position);
        const isBetter = given && (!best || rankOf(given) < rankOf(best));
        if (isBetter === true) best = given;
      }
      return best ?? unplaced(arrival);
    }),
    released: outcomes.flatMap(({ released }) => released),
    appended: outcomes.flatMap(({ appended }) => appended),
    reviews: outcomes.flatMap(({ reviews }) => reviews),
    membershipsChanged: outcomes.flatMap(
      ({ membershipsChanged }) => membershipsChanged,
    ),
  };
}

/** Lets go of refusals for good where the answer is another one. */
export async function forgetOverruled(
  { store }: { readonly store: Store },
  { deviceId }: Author,
  candidates: readonly Candidate[],
  outcomes: readonly GroupOutcome[],
  { verdicts }: Pick<AdmissionOutcome, "verdicts">,
): Promise<void> {
  if (outcomes.length < 2) return;
  for (const { organizationId, verdicts: given } of outcomes) {
    const overruled = [...given].flatMap(([position, verdict]) => {
      const answer = verdicts[position];
      return isFinal(verdict) && answer !== undefined && !isFinal(answer)
        ? [verdict]
        : [];
    });
    if (overruled.length === 0) continue;
    const memberIds = membersIn(candidates, organizationId);
    await store.write(organizationId, async (tx) => {
      for (const { recordId, hash } of overruled)
        for (const memberId of memberIds)
          await forgetRefusal(tx, { recordId, hash, memberId, deviceId });
    });
  }
}

function membersIn(
  candidates: readonly Candidate[],
  organizationId: RecordId,
): readonly RecordId[] {
  return candidates.flatMap((candidate) =>
    candidate.organizationId === organizationId ? candidate.memberIds : [],
  );
}

function rankOf(verdict: Verdict): number {
  switch (verdict.verdict) {
    case "accepted":
    case "duplicate":
      return 0;
    case "waiting":
      return 1;
    case "refused":
      return verdict.isRetryable ? 2 : 3;
  }
}

function isFinal(verdict: Verdict): boolean {
  return verdict.verdict === "refused" && !verdict.isRetryable;
}
