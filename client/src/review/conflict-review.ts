/**
 * One conflict in front of a person. It is resolved at the heads it was shown at: what arrives meanwhile was not seen, stays
 * live, and reopens the conflict about that only. SPEC CO-12.
 */
import {
  err,
  groupOf,
  ok,
  type ChangeHash,
  type Content,
  type GroupContent,
  type GroupName,
  type GroupReading,
  type JsonValue,
  type OpId,
  type RecordType,
  type Result,
} from "@suture/schema";

import type { Saved } from "../records/save-at.ts";
import type { StatementPlan } from "../records/plan-base.ts";
import type { SaveProblem } from "../records/save-problem.ts";

export type ConflictReading<
  R extends RecordType,
  G extends GroupName<R>,
> = Extract<
  GroupReading<R["groups"][G]["parts"]>,
  { readonly status: "conflict" }
>;

/**
 * How a conflict is settled, and why. `choose` one candidate, `combine` edits that touch different entries, or give another
 * `value`; entries that all candidates held and that are not in it are in `ended`, with a status that ends them.
 */
export type Settlement<R extends RecordType, G extends GroupName<R>> = {
  readonly reason: string;
} & (
  | { readonly choose: OpId }
  | { readonly combine: true }
  | {
      readonly value: GroupContent<R, G>;
      readonly ended?: Readonly<Record<string, JsonValue>>;
    }
);

export interface ConflictReview<R extends RecordType, G extends GroupName<R>> {
  readonly group: G;
  readonly heads: readonly ChangeHash[];
  /** As it was when the review was opened. */
  readonly reading: ConflictReading<R, G>;
  resolve(settlement: Settlement<R, G>): Promise<Result<Saved, SaveProblem>>;
}

/** The statement that settles a conflict so. Errors: the candidate is none of these; the candidates cannot be combined. */
export function settlementPlan<R extends RecordType, G extends GroupName<R>>(
  type: R,
  group: G,
  reading: ConflictReading<R, G>,
  settlement: Settlement<R, G>,
): Result<StatementPlan, SaveProblem> {
  if (groupOf(type, group) === undefined)
    return err({ code: "unknown-field", reason: "there is no such group" });
  const common = { group, reason: settlement.reason };
  if ("choose" in settlement) {
    const chosen = reading.candidates.find(
      ({ opId }) => opId === settlement.choose,
    );
    if (chosen === undefined)
      return err({
        code: "resolution-wrong",
        reason: "the chosen candidate is not one of those shown",
      });
    return ok({
      ...common,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the general form of the same content
      content: chosen.content as Content,
      ended: new Map(),
      decision: { kind: "choose", candidate: chosen.opId },
    });
  }
  if ("combine" in settlement) {
    if (reading.combination === null)
      return err({
        code: "resolution-wrong",
        reason: "the candidates touch the same entry and cannot be combined",
      });
    return ok({
      ...common,
      content: reading.combination.content,
      ended: new Map(),
      decision: { kind: "combine" },
    });
  }
  return ok({
    ...common,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the general form of the same content
    content: settlement.value as Content,
    ended: new Map(Object.entries(settlement.ended ?? {})),
    decision: { kind: "value" },
  });
}
