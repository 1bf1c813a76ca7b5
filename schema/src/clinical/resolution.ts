/**
 * A resolution: the statement that settles a conflict, and in the same change the entry `resolutions/<uuid>` that says what
 * was settled, how, why and by whom. Judged on the change alone, so arrival order cannot matter. SPEC CF-6, CF-7.
 */
import { z } from "zod";

import {
  canonicalize,
  digest,
  parseCanonical,
} from "../canonical/canonical-json.ts";
import { opIdSchema, type OpId } from "../ids.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { err, ok, type Result } from "../result.ts";
import { combineContents } from "./combine.ts";
import { differingParts } from "./compare.ts";
import {
  attributionJson,
  attributionSchema,
  maxReasonLength,
  type Content,
} from "./statement.ts";

export const resolutionSchema = z.strictObject({
  group: z.string().min(1).max(40),
  /** The candidates, in Automerge's order: exactly what the statement beside it overwrites. */
  settles: z.array(opIdSchema).min(2).max(64),
  decision: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("choose"), candidate: opIdSchema }),
    z.strictObject({ kind: z.literal("combine") }),
    z.strictObject({ kind: z.literal("value") }),
  ]),
  reason: z.string().min(1).max(maxReasonLength),
  attribution: attributionSchema,
});
export type Resolution = z.infer<typeof resolutionSchema>;
export type Decision = Resolution["decision"];

export interface ResolutionMalformed {
  readonly code: "resolution-malformed";
  readonly reason: string;
}

export function encodeResolution(resolution: Resolution): string {
  const attribution = attributionJson(resolution.attribution);
  return canonicalize({ ...resolution, attribution });
}

export function parseResolution(
  text: string,
): Result<Resolution, ResolutionMalformed> {
  const parsed = parseCanonical(text, { maxBytes: 16 * 1024, maxDepth: 8 });
  const resolution = parsed.ok
    ? resolutionSchema.safeParse(parsed.value)
    : undefined;
  return resolution?.success === true
    ? ok(resolution.data)
    : err({
        code: "resolution-malformed",
        reason: "the resolution is not canonical JSON of the known shape",
      });
}

export interface Candidate {
  readonly opId: OpId;
  readonly content: Content;
}

/** Whether the signed content is what the decision says: the chosen candidate's, the combination, or any new value. */
export function decisionProblem(
  group: GroupDefinition,
  decision: Decision,
  base: Content,
  candidates: readonly Candidate[],
  signed: Content,
): string | null {
  if (decision.kind === "value") return null;
  if (decision.kind === "choose") {
    const chosen = candidates.find(
      (candidate) => candidate.opId === decision.candidate,
    );
    if (chosen === undefined)
      return "the chosen candidate is not one of those settled";
    return digest(chosen.content) === digest(signed)
      ? null
      : "the signed content is not the chosen candidate's";
  }
  const combination = combineContents(
    group,
    base,
    candidates.map((candidate) => candidate.content),
  );
  if (combination === null)
    return "the candidates touch the same entry and cannot be combined";
  return digest(combination.content) === digest(signed)
    ? null
    : "the signed content is not the combination of the candidates";
}

/** The parts a resolution decides about: where candidates differ from each other or the outcome from them. */
export function decidedParts(
  group: GroupDefinition,
  base: Content,
  candidates: readonly Candidate[],
  signed: Content,
): readonly string[] {
  const contents = candidates.map((candidate) => candidate.content);
  return differingParts(group, base, [...contents, signed]);
}
