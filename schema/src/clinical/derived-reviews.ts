/**
 * The questions about one record other than conflicts: what people recorded apart and neither saw of the other. Computed from
 * the record's changes alone, so every replica with the same changes asks the same, whatever order they came in; a question
 * ends when a statement is signed that had seen both. SPEC CF-15, CF-16.
 *
 * - **new result**: an entry of the set a group is based on, which a live statement of the group had not seen.
 * - **attendance**: a live statement that goes against what somebody had recorded meanwhile: a slot cancelled or moved beside
 *   an arrival.
 */
import type { ChangeIndex } from "../change/change-index.ts";
import type { RecordFold } from "../change/fold-record.ts";
import type { ChangeHash, OpId } from "../ids.ts";
import type { GroupDefinition, RecordType } from "../records/define-record.ts";
import { groupOf } from "../records/record-types.ts";
import { generalInitial } from "./statement-base.ts";

export type DerivedReview =
  | {
      readonly kind: "new-result";
      readonly group: string;
      readonly statement: OpId;
      readonly entryId: string;
    }
  | {
      readonly kind: "attendance";
      readonly group: string;
      readonly statement: OpId;
      /** That recorded the attendance. */
      readonly change: ChangeHash;
    };

/** `index` and `fold` hold the same changes. In the order of the declaration, statements, and entries. */
export function deriveReviews(
  type: RecordType,
  index: ChangeIndex,
  fold: RecordFold,
): readonly DerivedReview[] {
  return Object.keys(type.groups).flatMap((name) => {
    const group = groupOf(type, name);
    if (group === undefined) return [];
    return [
      ...newResults(type, name, group, index, fold),
      ...contradictions(type, name, group, index, fold),
    ];
  });
}

function newResults(
  type: RecordType,
  name: string,
  { basedOn }: GroupDefinition,
  index: ChangeIndex,
  fold: RecordFold,
): readonly DerivedReview[] {
  const field = basedOn === undefined ? undefined : type.fields[basedOn];
  if (basedOn === undefined || field?.kind !== "set") return [];
  const standing = fold
    .entryEdits(basedOn)
    .filter(({ entry }) => !isWithdrawn(entry, field.appendOnlyUntil))
    .sort((a, b) => (a.entryId < b.entryId ? -1 : 1));
  return index.live(name).flatMap((statement) => {
    const named = fold.statementOf(statement).attribution.basedOn ?? [];
    return standing
      .filter(
        ({ entryId, opId }) =>
          !named.some((namedId) => namedId === entryId) &&
          areApart(index, statement, opId),
      )
      .map(({ entryId }) => ({
        kind: "new-result" as const,
        group: name,
        statement,
        entryId,
      }));
  });
}

function contradictions(
  type: RecordType,
  name: string,
  group: GroupDefinition,
  index: ChangeIndex,
  fold: RecordFold,
): readonly DerivedReview[] {
  const { contradictedBy } = group;
  if (contradictedBy === undefined) return [];
  const field = type.fields[contradictedBy.field];
  if (field?.kind !== "ordered") return [];
  const from = field.order.indexOf(contradictedBy.from);
  const recorded = fold
    .fieldEdits(contradictedBy.field)
    .filter(
      ({ value }) =>
        typeof value === "string" && field.order.indexOf(value) >= from,
    );
  return index.live(name).flatMap((statement) =>
    recorded.flatMap(({ opId }) => {
      const change = changeOf(index, opId);
      if (!areApart(index, statement, opId)) return [];
      const stated = fold.statementOf(statement).content;
      const live = index.liveAt([change], name);
      const seen =
        live.length === 0
          ? [generalInitial(group)]
          : live.map((seenId) => fold.statementOf(seenId).content);
      return seen.some((content) =>
        contradictedBy.isContradicted(stated, content),
      )
        ? [{ kind: "attendance" as const, group: name, statement, change }]
        : [];
    }),
  );
}

/** Whether neither operation's author had seen the other operation. */
function areApart(index: ChangeIndex, left: OpId, right: OpId): boolean {
  const leftChange = changeOf(index, left);
  const rightChange = changeOf(index, right);
  return (
    !index.isSeenBy(leftChange, rightChange) &&
    !index.isSeenBy(rightChange, leftChange)
  );
}

function changeOf(index: ChangeIndex, opId: OpId): ChangeHash {
  const hash = index.changeOf(opId);
  if (hash === undefined) throw new Error("an operation is not in the index");
  return hash;
}

function isWithdrawn(
  entry: unknown,
  status: string = "entered-in-error",
): boolean {
  return (
    typeof entry === "object" &&
    entry !== null &&
    "status" in entry &&
    entry.status === status
  );
}
