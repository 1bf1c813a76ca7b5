import { groupOf, isConflict, type RecordId } from "@suture/schema";

import { deriveStatus, type RecordStatus } from "../status/derive-status.ts";
import type { OpenRecord } from "./open-records.ts";
import type { RecordDeps } from "./record-deps.ts";
import type { RecordState } from "./record-state.ts";

/** What a record says of itself now. SPEC CL-9. */
export function statusOfRecord(
  { log, sending }: Pick<RecordDeps, "log" | "sending">,
  { state, hasFailedSave }: OpenRecord,
): RecordStatus {
  const { reviewsByRecordId, confirmedSequences } = log.facts;
  return deriveStatus({
    changes: state.rows,
    hasFailedSave,
    hasConflict:
      conflictsOf(state).length > 0 ||
      hasOpenTask(state, state.recordId, reviewsByRecordId),
    canSend: (personId) => sending.canSend(personId),
    confirmedSequence: (scopeId) => confirmedSequences.get(scopeId),
  });
}

/** Groups whose live statements say different things. */
export function conflictsOf({
  index,
  fold,
  type,
}: RecordState): readonly string[] {
  return index.groups().filter((name) => {
    const group = groupOf(type, name);
    return group !== undefined && isConflict(group, index.live(name), fold);
  });
}

/** A conflict task all of whose candidates are known here is judged by the statements themselves: the server may not have heard. */
function hasOpenTask(
  { index }: RecordState,
  recordId: RecordId,
  reviewsByRecordId: RecordDeps["log"]["facts"]["reviewsByRecordId"],
): boolean {
  const tasks = reviewsByRecordId.get(recordId) ?? [];
  return tasks.some(
    (task) =>
      task.kind !== "conflict" ||
      task.candidates.some((opId) => index.signedIn(opId) === undefined),
  );
}
