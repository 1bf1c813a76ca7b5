/**
 * Step 6, permit: every touched field and every changed part of a statement against what the author may do. It stands behind
 * `validate` in the pipeline, since what a statement changes is known only then. SPEC AD-8.
 *
 * To choose or to give another value is the resolver's; to combine what touches different entries is for whoever may sign
 * every part that is decided about.
 */
import {
  groupOf,
  mayCreate,
  mayMove,
  mayRead,
  mayResolve,
  maySign,
  mayWrite,
  ok,
} from "@suture/schema";
import type {
  Edit,
  RecordId,
  RecordType,
  Result,
  StatementAct,
} from "@suture/schema";
import { refuse, type Refusal, type Standing } from "./judgement.ts";
import { reaches } from "./scope.ts";

export interface ChangeToPermit {
  readonly type: RecordType;
  readonly edits: readonly Edit[];
  readonly acts: readonly StatementAct[];
  readonly isCreation: boolean;
}

/** Whether a member may know the record at all. To whoever may not, nothing of it is here. */
export function mayKnow(
  type: RecordType,
  parentId: RecordId | null,
  standing: Standing,
): boolean {
  return mayRead(type, standing.roles) && reaches(type, parentId, standing);
}

export function permitChange(
  { type, edits, acts, isCreation }: ChangeToPermit,
  { roles }: Standing,
): Result<null, Refusal> {
  if (isCreation && !mayCreate(type, roles))
    return notPermitted("it creates a record of a type its author may not");
  for (const edit of edits) {
    if (!mayEdit(type, edit, isCreation, roles))
      return notPermitted("it touches what its author may not write");
  }
  return acts.every((act) => mayAct(type, act, roles))
    ? ok(null)
    : notPermitted("it signs or resolves what its author may not");
}

function mayEdit(
  type: RecordType,
  edit: Edit,
  isCreation: boolean,
  roles: Standing["roles"],
): boolean {
  switch (edit.kind) {
    case "recordId":
    case "recordType":
      return isCreation;
    case "parentId":
      return isCreation || mayMove(type, roles);
    case "field":
    case "cleared":
    case "entry":
    case "container":
    case "text":
    case "increment":
      return mayWrite(type, edit.name, roles);
    case "archive": {
      const group = groupOf(type, edit.name);
      return group !== undefined && maySign(group, [], roles);
    }
    case "statement":
    case "resolution":
      // Judged by what they change: `mayAct`.
      return true;
  }
}

function mayAct(
  type: RecordType,
  { group: name, changedParts, resolution }: StatementAct,
  roles: Standing["roles"],
): boolean {
  const group = groupOf(type, name);
  if (group === undefined) return false;
  return resolution === null || resolution.decision.kind === "combine"
    ? maySign(group, changedParts, roles)
    : mayResolve(group, roles);
}

function notPermitted(reason: string) {
  return refuse("not-permitted", reason);
}
