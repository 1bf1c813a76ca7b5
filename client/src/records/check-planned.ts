/** What the server would say of a change's content and of its author's rights, said before it is saved. SPEC CO-9. */
import {
  groupOf,
  judgeStatement,
  mayCreate,
  mayMove,
  mayResolve,
  maySign,
  mayWrite,
  type Edit,
  type RecordType,
  type Role,
  type StatementSource,
} from "@suture/schema";

import type { SaveRefusal } from "./plan-base.ts";

/** `source` knows every statement that is overwritten. */
export function checkPlanned(
  type: RecordType,
  edits: readonly Edit[],
  source: StatementSource,
  roles: ReadonlySet<Role>,
): SaveRefusal | null {
  const isCreation = edits.some(({ kind }) => kind === "recordId");
  if (isCreation && !mayCreate(type, roles))
    return notPermitted(`create a record of type ${type.type}`);
  for (const edit of edits) {
    const problem = checkEdit(type, edit, edits, source, roles, isCreation);
    if (problem !== null) return problem;
  }
  return null;
}

function checkEdit(
  type: RecordType,
  edit: Edit,
  edits: readonly Edit[],
  source: StatementSource,
  roles: ReadonlySet<Role>,
  isCreation: boolean,
): SaveRefusal | null {
  switch (edit.kind) {
    case "recordId":
    case "recordType":
    case "resolution":
      return null;
    case "parentId":
      return isCreation || mayMove(type, roles)
        ? null
        : notPermitted("move this record");
    case "entry":
      return mayWrite(type, edit.name, roles)
        ? writtenOnceProblem(type, edit)
        : notPermitted(`write ${edit.name}`);
    case "field":
    case "cleared":
    case "container":
    case "text":
    case "increment":
      return mayWrite(type, edit.name, roles)
        ? null
        : notPermitted(`write ${edit.name}`);
    case "archive": {
      const group = groupOf(type, edit.name);
      return group !== undefined && maySign(group, [], roles)
        ? null
        : notPermitted(`sign ${edit.name}`);
    }
    case "statement":
      return checkStatement(type, edit, edits, source, roles);
  }
}

function checkStatement(
  type: RecordType,
  edit: Extract<Edit, { readonly kind: "statement" }>,
  edits: readonly Edit[],
  source: StatementSource,
  roles: ReadonlySet<Role>,
): SaveRefusal | null {
  const group = groupOf(type, edit.name);
  if (group === undefined)
    return { code: "unknown-field", reason: "there is no such group" };
  const act = judgeStatement(group, edit, edits, source);
  if (!act.ok) return act.error;
  const { resolution, changedParts } = act.value;
  const isAllowed =
    resolution === null || resolution.decision.kind === "combine"
      ? maySign(group, changedParts, roles)
      : mayResolve(group, roles);
  return isAllowed
    ? null
    : notPermitted(`${resolution === null ? "sign" : "resolve"} ${edit.name}`);
}

function writtenOnceProblem(
  type: RecordType,
  edit: Extract<Edit, { readonly kind: "entry" }>,
): SaveRefusal | null {
  const field = type.fields[edit.name];
  if (field?.kind !== "set" || field.appendOnlyUntil === undefined) return null;
  const { entry, pred } = edit;
  const status =
    typeof entry === "object" && entry !== null && "status" in entry
      ? entry["status"]
      : undefined;
  return pred.length === 0 || status === field.appendOnlyUntil
    ? null
    : {
        code: "value-invalid",
        reason: `an entry of ${edit.name} is written once`,
      };
}

function notPermitted(what: string): SaveRefusal {
  return { code: "not-permitted", reason: `your role may not ${what}` };
}
