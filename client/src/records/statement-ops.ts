/**
 * The operations of one signed statement: itself, overwriting exactly what was live where it builds on; the entries that end,
 * into the archive; and, where it settles a conflict, the resolution that says how and why. SPEC CO-12, CO-13.
 */
import {
  archiveKey,
  bytesToHex,
  canonicalize,
  compareOpIds,
  encodeResolution,
  encodeStatement,
  entryIdSchema,
  err,
  groupOf,
  ok,
  randomUuid,
  resolutionKey,
  type Attribution,
  type OpId,
  type Result,
  type RootOp,
} from "@suture/schema";

import type {
  Author,
  PlanBase,
  PlanDeps,
  SaveRefusal,
  StatementPlan,
} from "./plan-base.ts";
import { statementProblem } from "./plan-problems.ts";

const maxBasedOn = 200;

export function statementOps(
  deps: PlanDeps,
  base: PlanBase,
  author: Author,
  plan: StatementPlan,
  live: readonly OpId[],
): Result<RootOp[], SaveRefusal> {
  const { group, content, ended, reason, decision } = plan;
  const problem = statementProblem(base.type, plan);
  if (problem !== null) return err(problem);
  const attribution = attributionOf(deps, base, author, plan);
  const pred = [...live].sort(compareOpIds);
  const ops: RootOp[] = [
    { key: group, pred, set: encodeStatement({ content, attribution }) },
  ];
  for (const [entryId, entry] of ended) {
    const key = archiveKey(group, entryId);
    ops.push({ key, pred: base.fold.livePred(key), set: canonicalize(entry) });
  }
  if (decision === undefined) return ok(ops);
  if (reason === undefined)
    return err({
      code: "resolution-malformed",
      reason: "a resolution says why",
    });
  ops.push({
    key: resolutionKey(randomUuid(deps.random)),
    pred: [],
    set: encodeResolution({
      group,
      settles: pred,
      decision,
      reason,
      attribution,
    }),
  });
  return ok(ops);
}

/** Who signs, where, when by this device's clock, why, and which measurements they had seen. */
function attributionOf(
  { clock, random }: PlanDeps,
  { type, fold }: PlanBase,
  { memberId, deviceId }: Author,
  { group, reason }: StatementPlan,
): Attribution {
  const basedOn = groupOf(type, group)?.basedOn;
  const seen =
    basedOn === undefined
      ? []
      : Object.keys(fold.entries(basedOn)).slice(-maxBasedOn);
  return {
    memberId,
    deviceId,
    authoredAtMs: clock.now(),
    ...(reason !== undefined && { reason }),
    nonce: bytesToHex(random.bytes(16)),
    ...(seen.length > 0 && {
      basedOn: seen.map((entryId) => entryIdSchema.parse(entryId)),
    }),
  };
}
