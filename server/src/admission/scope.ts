/**
 * Step 5, scope: where a record belongs, from the server's own tables. A payload only ever names a parent, which is looked up.
 *
 * A creation says which record it creates, of which type, under which parent. A parent that is not here yet makes it wait; one
 * of another type is refused. A move names another parent of the same type in the same organization. SPEC AD-6, AD-11.
 */
import {
  compareOpIds,
  ok,
  organizationScope,
  recordIdSchema,
  teamScope,
} from "@suture/schema";
import type {
  DecodedChange,
  Edit,
  RecordId,
  RecordType,
  RecordTypes,
  Result,
  ScopeId,
} from "@suture/schema";
import type { RecordRow } from "../log/log-tables.ts";
import {
  refuse,
  type ReadChange,
  type Refusal,
  type Standing,
} from "./judgement.ts";

export interface Creation {
  readonly recordId: RecordId;
  readonly type: RecordType;
  /** Null for an organization. */
  readonly parentId: RecordId | null;
}

export type Parents = RecordRow["parents"];

/** Whether the change says that it creates a record: well or badly. */
export function isCreation(change: DecodedChange): boolean {
  return change.ops.some(
    ({ obj, key }) =>
      obj === "_root" && (key === "recordId" || key === "recordType"),
  );
}

/** Reads what a change creates. Its recordId must be the one it was pushed under, and each of the three said once. */
export function readCreation(
  types: RecordTypes,
  { recordId, change }: Pick<ReadChange, "recordId" | "change">,
): Result<Creation, Refusal> {
  const typeName = onlySet(change, "recordType");
  const parent = onlySet(change, "parentId");
  if (onlySet(change, "recordId")?.value !== recordId)
    return malformed("a creation holds the record's own id");
  if (typeof typeName?.value !== "string")
    return malformed("a creation says the record's type");
  const type = types.get(typeName.value);
  if (type === undefined)
    return refuse(
      "record-type-unknown",
      "this server does not know that type of record",
    );
  if (type.parent === null) {
    return parent?.value === null
      ? ok({ recordId, type, parentId: null })
      : malformed("an organization has no parent");
  }
  const parentId = recordIdSchema.safeParse(parent?.value);
  return parentId.success
    ? ok({ recordId, type, parentId: parentId.data })
    : malformed("a creation names the record's parent");
}

export type ParentFound = "fits" | "not-here";

export function judgeParent(
  type: RecordType,
  parent: Pick<RecordRow, "recordType"> | undefined,
): Result<ParentFound, Refusal> {
  if (parent === undefined) return ok("not-here");
  return parent.recordType === type.parent
    ? ok("fits")
    : refuse("parent-wrong", "the parent is another type of record");
}

/** The parent a change of an existing record names: null for none. */
export function readMove(
  type: RecordType,
  current: RecordId | null,
  edits: readonly Edit[],
): Result<RecordId | null, Refusal> {
  const named = edits.filter((edit) => edit.kind === "parentId");
  const [first, second] = named;
  if (first === undefined) return ok(null);
  if (second !== undefined || first.parentId === null)
    return refuse("parent-wrong", "a record has one parent");
  if (type.scope === "organization" && first.parentId !== current)
    return refuse("parent-wrong", "it cannot leave its organization");
  return ok(first.parentId);
}

/** The parents nobody has overwritten, once the edits are known: order-free, as any live set. */
export function foldParents(parents: Parents, edits: readonly Edit[]): Parents {
  let live = parents;
  for (const edit of edits) {
    if (edit.kind !== "parentId") continue;
    const { opId, parentId, pred } = edit;
    live = [
      ...live.filter((held) => !pred.includes(held.opId)),
      { opId, parentId },
    ].sort((left, right) => compareOpIds(left.opId, right.opId));
  }
  return live;
}

/** Automerge's winner among them. */
export function parentOf(parents: Parents): RecordId | null {
  return parents.at(-1)?.parentId ?? null;
}

export function scopeOf(
  type: RecordType,
  organizationId: RecordId,
  parentId: RecordId | null,
): ScopeId {
  return type.scope === "team" && parentId !== null
    ? teamScope(parentId)
    : organizationScope(organizationId);
}

/** Whether a member's devices replicate the records under this parent. */
export function reaches(
  type: RecordType,
  parentId: RecordId | null,
  standing: Standing,
): boolean {
  return (
    type.scope === "organization" ||
    (parentId !== null && standing.teamIds.has(parentId))
  );
}

function onlySet(
  change: DecodedChange,
  key: string,
): DecodedChange["ops"][number] | undefined {
  const [first, second] = change.ops.filter(
    (op) => op.obj === "_root" && op.key === key,
  );
  return first?.action === "set" && second === undefined ? first : undefined;
}

function malformed(reason: string) {
  return refuse("creation-malformed", reason);
}
