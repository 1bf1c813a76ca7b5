import type { RecordId, RecordType } from "@suture/schema";

import type { SaveRefusal } from "./plan-base.ts";
import type { RecordDeps } from "./record-deps.ts";

/**
 * What the server would say of the parent that a record is given, as far as this device knows it; a parent that is not here may
 * be on its way. SPEC CO-9.
 */
export async function parentProblem(
  { records }: Pick<RecordDeps, "records">,
  type: RecordType,
  parentId: RecordId,
): Promise<SaveRefusal | null> {
  if (type.parent === null)
    return {
      code: "creation-malformed",
      reason: "an organization is founded with its first member",
    };
  const parent = await records.open(parentId);
  if (!parent.ok) return null;
  const { state } = parent.value;
  if (state.type.type !== type.parent)
    return {
      code: "parent-wrong",
      reason: "the parent is another type of record",
    };
  return state.index.creation() === null && state.refused.length > 0
    ? { code: "depends-on-refused", reason: "its parent was not accepted" }
    : null;
}

/** The same of moving a record there. */
export async function moveProblem(
  deps: Pick<RecordDeps, "records">,
  type: RecordType,
  { from, to }: { readonly from: RecordId | null; readonly to: RecordId },
): Promise<SaveRefusal | null> {
  return type.scope === "organization" && to !== from
    ? { code: "parent-wrong", reason: "it cannot leave its organization" }
    : parentProblem(deps, type, to);
}
