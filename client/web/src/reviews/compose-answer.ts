/**
 * "Neither is right": an answer of one's own, row by row, from what the candidates say or written anew. What all agree on stays as it
 * is; what every candidate held and the answer leaves out goes to the archive as entered in error. SPEC AP-66, CF-11.
 */
import {
  contentProblem,
  err,
  ok,
  workDigest,
  type ComparedRow,
  type GroupDefinition,
  type JsonValue,
  type PartReplaced,
  type Result,
  type SafetyTest,
} from "@suture/schema";

import { isObject } from "./word-parts.ts";

/** What to say of one contested row. */
export type RowAnswer =
  | { readonly kind: "candidate"; readonly candidate: number }
  | {
      readonly kind: "own";
      readonly value: JsonValue;
      /** The candidate it was begun from. */
      readonly from: number;
    }
  | { readonly kind: "leave-out" };

export interface OwnAnswer {
  readonly content: Readonly<Record<string, JsonValue>>;
  /** What stood in every candidate and does not in the answer, with a status that ends it. */
  readonly ended: Readonly<Record<string, JsonValue>>;
}

export type AnswerProblem =
  | { readonly code: "unanswered"; readonly row: string }
  | { readonly code: "not-valid"; readonly row: string }
  | { readonly code: "contradicts-itself"; readonly reason: string };

/** Of a row among those of its conflict. */
export function rowKey(row: ComparedRow): string {
  return `${row.part}/${row.entryId ?? ""}`;
}

export function composeAnswer(
  group: GroupDefinition,
  rows: readonly ComparedRow[],
  answers: ReadonlyMap<string, RowAnswer>,
): Result<OwnAnswer, AnswerProblem> {
  const content: Record<string, JsonValue> = {};
  const ended: Record<string, JsonValue> = {};
  const entriesByPart = new Map<string, Record<string, JsonValue>>();
  for (const row of rows) {
    const key = rowKey(row);
    const answer = row.isAgreed
      ? ({ kind: "candidate", candidate: 0 } as const)
      : answers.get(key);
    if (answer === undefined) return err({ code: "unanswered", row: key });
    const value = valueOf(row, answer);
    const part = group.parts[row.part];
    if (value !== undefined && part?.schema.safeParse(value).success !== true)
      return err({ code: "not-valid", row: key });
    if (row.entryId === null) {
      if (value === undefined) return err({ code: "unanswered", row: key });
      content[row.part] = value;
      continue;
    }
    if (value !== undefined) {
      const entries = entriesByPart.get(row.part) ?? {};
      entries[row.entryId] = value;
      entriesByPart.set(row.part, entries);
      continue;
    }
    const [first] = row.versions;
    const heldByAll = row.versions.every((version) => version !== undefined);
    if (!heldByAll || first === undefined) continue;
    const end = endedVersion(group, row.part, first);
    if (end === null) return err({ code: "not-valid", row: key });
    ended[row.entryId] = end;
  }
  for (const [name, part] of Object.entries(group.parts))
    if (part.kind === "entries") content[name] = entriesByPart.get(name) ?? {};
  closeAnew(content);
  const problem = contentProblem(group, content);
  return problem === null
    ? ok({ content, ended })
    : err({ code: "contradicts-itself", reason: problem });
}

function valueOf(row: ComparedRow, answer: RowAnswer): JsonValue | undefined {
  switch (answer.kind) {
    case "candidate":
      return row.versions[answer.candidate];
    case "own":
      return answer.value;
    case "leave-out":
      return undefined;
  }
}

/** A completion names what it closes: whoever settles a completed job closes it with these parts and this test. */
function closeAnew(content: Record<string, JsonValue>): void {
  const { completion, partsReplaced, safetyTest } = content;
  if (
    completion === undefined ||
    !isObject(completion) ||
    partsReplaced === undefined ||
    safetyTest === undefined
  )
    return;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each was accepted by its part's schema
  const done = { partsReplaced, safetyTest } as {
    partsReplaced: Record<string, PartReplaced>;
    safetyTest: SafetyTest | null;
  };
  content["completion"] = {
    ...completion,
    closes: workDigest(done),
  } as JsonValue;
}

/** The same entry with a status that ends it as wrong, in the words of its kind; null where the part knows none. */
export function endedVersion(
  group: GroupDefinition,
  partName: string,
  entry: JsonValue,
): JsonValue | null {
  const part = group.parts[partName];
  if (part?.kind !== "entries" || !isObject(entry)) return null;
  const { clinicalStatus: _, ...rest } = entry;
  const candidates = [
    { ...rest, verificationStatus: "entered-in-error" },
    { ...entry, status: "entered-in-error" },
    { ...entry, status: "withdrawn" },
  ];
  for (const candidate of candidates) {
    const parsed = part.schema.safeParse(candidate);
    if (parsed.success && part.isEnded(parsed.data))
      return candidate as JsonValue;
  }
  return null;
}
