/** What is wrong with what a form wrote, before anything is encoded. Sentences name fields and parts, never values. */
import {
  contentProblem,
  groupOf,
  maxReasonLength,
  type JsonValue,
  type RecordType,
} from "@suture/schema";

import type { FieldEdits } from "./draft.ts";
import type { SaveRefusal, StatementPlan } from "./plan-base.ts";

/** A field value that cannot even be written down: said before it is encoded. */
export function fieldProblem(
  type: RecordType,
  { scalars, entries }: FieldEdits,
): SaveRefusal | null {
  const invalid = (name: string): SaveRefusal => ({
    code: "value-invalid",
    reason: `${name} is not valid`,
  });
  for (const [name, value] of scalars)
    if (typeof value === "object" && value !== null) return invalid(name);
  for (const [name, written] of entries) {
    const field = type.fields[name];
    if (field?.kind !== "set") continue;
    for (const entry of written.values())
      if (!field.schema.safeParse(entry).success) return invalid(name);
  }
  return null;
}

/** The same of a statement and the entries that leave with it. */
export function statementProblem(
  type: RecordType,
  { group, content, ended, reason }: StatementPlan,
): SaveRefusal | null {
  const definition = groupOf(type, group);
  if (definition === undefined)
    return { code: "unknown-field", reason: "there is no such group" };
  const problem = contentProblem(definition, content);
  if (problem !== null) return { code: "statement-malformed", reason: problem };
  const isEnded = (entry: JsonValue) =>
    Object.values(definition.parts).some(
      (part) =>
        part.kind === "entries" &&
        part.schema.safeParse(entry).success &&
        part.isEnded(entry),
    );
  if (![...ended.values()].every(isEnded))
    return {
      code: "value-invalid",
      reason: `an entry of ${group} is ended without a status that ends it`,
    };
  const length = reason?.trim().length ?? 1;
  return length === 0 || length > maxReasonLength
    ? {
        code: "statement-malformed",
        reason: `a reason has 1 to ${maxReasonLength} characters`,
      }
    : null;
}
