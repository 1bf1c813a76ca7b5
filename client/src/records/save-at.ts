/** One save of an existing record, composed at some heads: planned, checked, made durable, and then shown. SPEC CL-1, CO-10. */
import {
  err,
  ok,
  type ChangeHash,
  type PersonId,
  type Result,
} from "@suture/schema";

import type { RecordStatus } from "../status/derive-status.ts";
import { authorOf } from "./author-of.ts";
import { commitPlan } from "./commit-plan.ts";
import { laneDependencies } from "./lane-dependencies.ts";
import type { OpenRecord } from "./open-records.ts";
import { SavePlan } from "./plan-save.ts";
import type { RecordDeps } from "./record-deps.ts";
import { statusOfRecord } from "./record-status.ts";
import type { SaveProblem } from "./save-problem.ts";

export interface Saved {
  readonly status: RecordStatus;
  /** The changes of this save; none where nothing had been changed. */
  readonly hashes: readonly ChangeHash[];
}

/** What a save is made from. */
export interface Form {
  /** Whom it was opened for: nobody else signs what they wrote. */
  readonly personId: PersonId | undefined;
  /** What it has shown, asked for when it is this save's turn. */
  heads(): readonly ChangeHash[];
}

/** `fill` plans the changes; it must be synchronous, and nothing is kept if it refuses. */
export function saveAt(
  deps: RecordDeps,
  open: OpenRecord,
  form: Form,
  fill: (plan: SavePlan) => Result<null, SaveProblem>,
): Promise<Result<Saved, SaveProblem>> {
  return open.inTurn(async () => {
    const { state } = open;
    const author = await authorOf(deps, state.recordId);
    if (!author.ok) return author;
    if (form.personId !== author.value.personId)
      return err({
        code: "not-permitted",
        reason: "somebody else opened this form",
      });
    // Rights that have just changed may not have been looked at yet.
    if (!open.isReadable) await deps.records.settle();
    if (!open.isReadable)
      return err({
        code: "not-permitted",
        reason: "you may not read the record",
      });
    const heads = form.heads();
    const isLost = state.index.creation() === null && state.refused.length > 0;
    const isHere =
      heads.length > 0 && heads.every((head) => state.index.has(head));
    if (isLost || !isHere)
      return err({
        code: "depends-on-refused",
        reason:
          "what the form showed was not accepted, or is not here any more",
      });
    const base = {
      type: state.type,
      recordId: state.recordId,
      index: state.index,
      fold: state.foldAt(heads),
      depsOf: (lane: string) => laneDependencies(state, heads, lane),
      bytesBehind: (of: readonly ChangeHash[]) => state.bytesBehind(of),
      // The sequence numbers of what was refused were used: its actor must not use them for something else.
      actors: state.refused.length > 0 ? [] : open.actorsOf(author.value),
    };
    const plan = new SavePlan(deps, base, author.value);
    const filled = fill(plan);
    if (!filled.ok) return filled;
    const changes = plan.changes.map((change) => ({
      ...change,
      type: state.type,
    }));
    if (changes.length > 0) {
      // Until it is known to be there. Should a failed commit turn out to be on the disk after all, its actor must not have
      // gone on elsewhere.
      open.hasFailedSave = true;
      open.dropActors();
      const committed = await commitPlan(deps, author.value, changes);
      open.hasFailedSave = !committed.ok;
      if (committed.ok) open.keepActors(author.value, plan.actors);
      await deps.records.settle();
      open.tell();
      if (!committed.ok) return committed;
    }
    const hashes = changes.map(({ indexed }) => indexed.hash);
    return ok({ status: statusOfRecord(deps, open), hashes });
  });
}
