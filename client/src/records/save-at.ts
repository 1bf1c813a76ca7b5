/** One save of an existing record, composed at some heads: planned, checked, made durable, and then shown. SPEC CL-1, CO-10. */
import { err, ok, type ChangeHash, type Result } from "@suture/schema";

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

/** `shownHeads` are asked for when it is this save's turn. `fill` plans the changes; it must be synchronous, and nothing is kept if it refuses. */
export function saveAt(
  deps: RecordDeps,
  open: OpenRecord,
  shownHeads: () => readonly ChangeHash[],
  fill: (plan: SavePlan) => Result<null, SaveProblem>,
): Promise<Result<Saved, SaveProblem>> {
  return open.inTurn(async () => {
    const { state } = open;
    const author = await authorOf(deps, state.recordId);
    if (!author.ok) return author;
    const heads = shownHeads();
    const isLost = state.index.creation() === null && state.refused.length > 0;
    if (isLost || !heads.every((head) => state.index.has(head)))
      return err({
        code: "depends-on-refused",
        reason: "what the form showed was not accepted",
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
