/**
 * PM-6: a conflict on the server ends only by a resolution that is written down and that its author may make, or by agreement; and
 * what is open there is exactly what differs, reopened for what a resolution had not seen.
 */
import { z } from "zod";

import { isPlainObject } from "../model/canonical-text.ts";
import type { ChangeFacts } from "../model/change-facts.ts";
import type { RecordModel, StatementInModel } from "../model/record-model.ts";
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import { statementOf } from "./disk-reader.ts";
import type { Evidence, News } from "./evidence.ts";
import type { LogRow } from "./server-log.ts";
import { recordTypeNamed } from "./shown-record.ts";
import { resolutionBeside } from "./written-as-meant.ts";

export class ConflictsEnd implements Check {
  readonly #evidence: Evidence;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  afterStep({ committed }: News): BrokenPromise | undefined {
    if (committed === undefined) return undefined;
    for (const row of committed) {
      const broken = this.#judge(row);
      if (broken !== undefined) return broken;
    }
    const moved = new Set(committed.map(({ recordId }) => recordId));
    return this.#openIsWhatDiffers(moved);
  }

  #judge(row: LogRow): BrokenPromise | undefined {
    const model = this.#evidence.modelOf(row.recordId);
    const change = model.change(row.hash);
    for (const write of change?.writes ?? []) {
      if (change === undefined || write.content === undefined) continue;
      const words = endsWrongly(model, change, write.key, write.pred, () =>
        this.#rolesOf(row.memberId),
      );
      if (words !== undefined)
        return {
          promise: "PM-6",
          words: `change ${row.hash} of ${row.recordType} ${row.recordId} ${words}`,
        };
    }
    return undefined;
  }

  /** All that they ever had: what stood when it was admitted is among them. */
  #rolesOf(memberId: string): ReadonlySet<string> {
    const model = this.#evidence.modelOf(memberId);
    return new Set(
      model
        .statementsOf("membership")
        .flatMap(({ content: { roles } }) =>
          Array.isArray(roles) ? roles.map(String) : [],
        ),
    );
  }

  #openIsWhatDiffers(
    recordIds: ReadonlySet<string>,
  ): BrokenPromise | undefined {
    if (recordIds.size === 0) return undefined;
    const open = this.#openConflicts();
    for (const recordId of recordIds) {
      const model = this.#evidence.modelOf(recordId);
      const held = this.#evidence.server.hashesOf(recordId);
      const differing = [...model.expectedOf(held).groups].flatMap(
        ([group, { isConflict, live }]) =>
          isConflict ? [taskText(group, live)] : [],
      );
      const asked = open.get(recordId) ?? [];
      if (differing.toSorted().join() !== asked.toSorted().join())
        return {
          promise: "PM-6",
          words: `the server asks of record ${recordId} about ${asked.join(" and ") || "nothing"}, and ${differing.join(" and ") || "nothing"} differs`,
        };
    }
    return undefined;
  }

  #openConflicts(): ReadonlyMap<string, readonly string[]> {
    const { reader } = this.#evidence.server;
    if (reader === undefined) return new Map();
    const rows = rowsSchema.parse(
      statementOf(
        reader,
        `SELECT r.value FROM kv_reviews r WHERE r.value LIKE '%"isOpen":true%'`,
      ).all(),
    );
    const open = new Map<string, string[]>();
    for (const { value } of rows) {
      const { tasks, state } = reviewSchema.parse(JSON.parse(value));
      const [task] = tasks;
      if (!state.isOpen || task?.kind !== "conflict") continue;
      const text = `${task.group} ${(task.candidates ?? []).toSorted().join(" ")}`;
      open.set(task.recordId, [...(open.get(task.recordId) ?? []), text]);
    }
    return open;
  }
}

const rowsSchema = z.array(z.object({ value: z.string() }));
const reviewSchema = z.object({
  state: z.object({ isOpen: z.boolean() }),
  tasks: z.array(
    z.object({
      kind: z.string(),
      recordId: z.string(),
      group: z.string().optional(),
      candidates: z.array(z.string()).optional(),
    }),
  ),
});

function taskText(group: string, live: readonly StatementInModel[]): string {
  const opIds = live.map(({ write }) => write.opId);
  return `${group} ${opIds.toSorted().join(" ")}`;
}

/** Undefined if what a statement overwrites was no conflict, or is settled as it must be. */
export function endsWrongly(
  model: RecordModel,
  change: ChangeFacts,
  group: string,
  pred: readonly string[],
  rolesOf: () => ReadonlySet<string>,
): string | undefined {
  const settled = pred.flatMap((opId) => model.statement(opId) ?? []);
  if (!model.differ(settled)) return undefined;
  const resolution = resolutionBeside(change, group);
  if (resolution === undefined)
    return `ends a conflict of ${group}, and is no resolution`;
  const { settles, decision } = resolution;
  const named = Array.isArray(settles) ? settles.map(String) : [];
  if (named.toSorted().join() !== pred.toSorted().join())
    return `ends a conflict of ${group} whose statements its resolution does not name`;
  const definition = recordTypeNamed(model.recordType ?? "").groups[group];
  const isCombination =
    isPlainObject(decision) && decision["kind"] === "combine";
  const may = isCombination ? definition?.sign : definition?.resolve;
  const roles = rolesOf();
  return may?.some((role) => roles.has(role)) === true
    ? undefined
    : `ends a conflict of ${group}, and its author may not`;
}
