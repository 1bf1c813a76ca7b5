import { err, ok, StoreError, statusLabels, type Result } from "@suture/schema";
import type { RecordType, WriteTransaction } from "@suture/schema";

import type { NewChange } from "../store/insert-saved.ts";
import type { SigningAuthor } from "./author-of.ts";
import { namedRecords } from "./named-records.ts";
import type { PlannedChange } from "./plan-base.ts";
import { pushPriority } from "./push-priority.ts";
import type { RecordDeps } from "./record-deps.ts";

import type { SaveProblem } from "./save-problem.ts";

export interface ChangeToCommit extends Omit<PlannedChange, "indexed"> {
  readonly type: RecordType;
}

/** Makes planned changes durable, all or none, as the person's own. A full or failing disk is `not-saved`. SPEC CL-1. */
export async function commitPlan(
  deps: RecordDeps,
  author: SigningAuthor,
  planned: readonly ChangeToCommit[],
  alongside?: (tx: WriteTransaction) => Promise<void>,
): Promise<Result<null, SaveProblem>> {
  const changes = planned.map((change): NewChange => {
    const { type, recordId, decoded, edits, lane, bytes } = change;
    return {
      recordId,
      bytes,
      decoded,
      memberId: author.memberId,
      deviceId: author.deviceId,
      personId: author.personId,
      lane,
      priority: pushPriority(type, edits, deps.clock),
      refersTo: namedRecords(recordId, decoded),
      authoredAtMs: deps.clock.now(),
    };
  });
  try {
    await deps.log.save(changes, alongside);
  } catch (cause) {
    if (cause instanceof StoreError)
      return err({ code: "not-saved", reason: statusLabels.unsaved });
    throw cause;
  }
  deps.onSaved([...new Set(planned.map(({ recordId }) => recordId))]);
  return ok(null);
}
