/**
 * Rules 1 and 2 of DESIGN 2 for what a change signs, on the change alone: what a statement overwrites decides whether it may
 * be an ordinary edit or must be a resolution, what it changed, and that no entry leaves without being archived.
 *
 * Refused: overwriting a conflict without a resolution, a resolution that settles nothing, other statements or by another
 * hand, one whose content is not what it decided, an entry that leaves unarchived, an entry both current and archived.
 */
import type { Edit } from "../change/interpret-change.ts";
import type { OpId } from "../ids.ts";
import type { GroupDefinition, RecordType } from "../records/define-record.ts";
import { groupOf, partsOf } from "../records/record-types.ts";
import { err, ok, type Result } from "../result.ts";
import { compareContents, differingParts } from "./compare.ts";
import { sameLiveSet } from "./live-set.ts";
import {
  decidedParts,
  decisionProblem,
  type Candidate,
  type Resolution,
} from "./resolution.ts";
import { baseOf, generalInitial, isConflict } from "./statement-base.ts";
import type { StatementSource } from "./statement-graph.ts";
import { entriesOf, sameAttribution, type Content } from "./statement.ts";

export interface StatementRefusal {
  readonly code:
    | "resolution-required"
    | "resolution-wrong"
    | "archive-missing"
    | "archive-unexpected";
  readonly reason: string;
}

/** What a statement does, for rights and the audit: which parts it changes, and the resolution it is, if it is one. */
export interface StatementAct {
  readonly group: string;
  readonly changedParts: readonly string[];
  readonly resolution: Resolution | null;
}

type StatementEdit = Extract<Edit, { readonly kind: "statement" }>;
type Refused = { readonly ok: false; readonly error: StatementRefusal };

/**
 * Judges everything a change signs: its statements (several only at creation), and that it holds no resolution without the
 * statement it is about. `liveBefore` is what was live at the change's dependencies; `source` knows those statements and all
 * behind them.
 */
export function judgeStatements(
  type: RecordType,
  edits: readonly Edit[],
  liveBefore: (group: string) => readonly OpId[],
  source: StatementSource,
): Result<readonly StatementAct[], StatementRefusal> {
  const acts: StatementAct[] = [];
  for (const edit of edits) {
    if (edit.kind !== "statement") continue;
    const act = judgeStatement(declared(type, edit.name), edit, edits, source);
    if (!act.ok) return act;
    acts.push(act.value);
  }
  const signed = new Set(acts.map(({ group }) => group));
  for (const edit of edits) {
    if (edit.kind === "resolution" && !signed.has(edit.resolution.group)) {
      return refused(
        "resolution-wrong",
        "a resolution stands beside the statement that settles the conflict",
      );
    }
    if (edit.kind !== "archive" || signed.has(edit.name)) continue;
    const current = liveBefore(edit.name).map(
      (opId) => source.statementOf(opId).content,
    );
    const lone = judgeLoneArchive(
      edit.entryId,
      current,
      declared(type, edit.name),
    );
    if (!lone.ok) return lone;
  }
  return ok(acts);
}

/** `edits` are all of the change; `source` knows every statement in the `pred` and behind it. SPEC CF-6, CF-7, CF-11. */
export function judgeStatement(
  group: GroupDefinition,
  signed: StatementEdit,
  edits: readonly Edit[],
  source: StatementSource,
): Result<StatementAct, StatementRefusal> {
  const overwritten = signed.pred.map((opId) => ({
    opId,
    content: source.statementOf(opId).content,
  }));
  const base = baseOf(group, signed.pred, source) ?? generalInitial(group);
  const resolutions = edits.flatMap((edit) =>
    edit.kind === "resolution" ? [edit.resolution] : [],
  );
  const act = isConflict(group, signed.pred, source)
    ? judgeResolution(group, signed, resolutions, base, overwritten)
    : judgeEdit(group, signed, resolutions, overwritten);
  if (!act.ok) return act;
  return archiveProblem(group, base, overwritten, signed, edits) ?? act;
}

/** An archive entry beside no statement: history brought in from elsewhere. It must not be about a current entry. */
export function judgeLoneArchive(
  entryId: string,
  current: readonly Content[],
  group: GroupDefinition,
): Result<null, StatementRefusal> {
  const isCurrent = current.some((content) =>
    partsOf(group).some(([name]) =>
      Object.hasOwn(entriesOf(content, name), entryId),
    ),
  );
  return isCurrent
    ? refused(
        "archive-unexpected",
        "a current entry is archived only by the statement that ends it",
      )
    : ok(null);
}

function judgeEdit(
  group: GroupDefinition,
  signed: StatementEdit,
  resolutions: readonly Resolution[],
  overwritten: readonly Candidate[],
): Result<StatementAct, StatementRefusal> {
  if (resolutions.length > 0) {
    return refused("resolution-wrong", "there is no conflict to resolve");
  }
  // Statements that agree are read as the last of them (`readGroup`).
  const before = overwritten.at(-1)?.content ?? generalInitial(group);
  const after = signed.statement.content;
  return ok({
    group: signed.name,
    changedParts: differingParts(group, before, [before, after]),
    resolution: null,
  });
}

function judgeResolution(
  group: GroupDefinition,
  signed: StatementEdit,
  resolutions: readonly Resolution[],
  base: Content,
  overwritten: readonly Candidate[],
): Result<StatementAct, StatementRefusal> {
  const [resolution, ...others] = resolutions;
  if (resolution === undefined) {
    return refused(
      "resolution-required",
      "the statements it overwrites differ: it must say how it resolves them",
    );
  }
  if (others.length > 0) {
    return refused("resolution-wrong", "one resolution settles a conflict");
  }
  if (
    resolution.group !== signed.name ||
    !sameLiveSet(resolution.settles, signed.pred)
  ) {
    return refused(
      "resolution-wrong",
      "the resolution names other statements than it overwrites",
    );
  }
  const { attribution, content } = signed.statement;
  if (!sameAttribution(resolution.attribution, attribution)) {
    return refused(
      "resolution-wrong",
      "the resolution and its statement are signed differently",
    );
  }
  const problem = decisionProblem(
    group,
    resolution.decision,
    base,
    overwritten,
    content,
  );
  if (problem !== null) return refused("resolution-wrong", problem);
  return ok({
    group: signed.name,
    changedParts: decidedParts(group, base, overwritten, content),
    resolution,
  });
}

/**
 * What every overwritten statement held, under whichever id, is kept under one of its ids or archived under one, as an ended
 * entry of the same part. What only some held is in dispute: the resolution says what becomes of it.
 */
function archiveProblem(
  group: GroupDefinition,
  base: Content,
  overwritten: readonly Candidate[],
  signed: StatementEdit,
  edits: readonly Edit[],
): Refused | null {
  const archived = new Map(
    edits.flatMap((edit) =>
      edit.kind === "archive" && edit.name === signed.name
        ? [[edit.entryId, edit.entry] as const]
        : [],
    ),
  );
  const rows = compareContents(
    group,
    base,
    overwritten.map(({ content }) => content),
  );
  for (const [name, part] of partsOf(group)) {
    if (part.kind !== "entries") continue;
    const current = entriesOf(signed.statement.content, name);
    if (Object.keys(current).some((entryId) => archived.has(entryId))) {
      return refused(
        "archive-unexpected",
        `an entry of ${name} is both current and archived`,
      );
    }
    const isEnded = (entryId: string) => {
      const entry = archived.get(entryId);
      return (
        entry !== undefined &&
        part.schema.safeParse(entry).success &&
        part.isEnded(entry)
      );
    };
    const settled = rows.filter(
      (row) =>
        row.part === name &&
        row.versions.length > 0 &&
        row.versions.every((version) => version !== undefined),
    );
    for (const { entryIds } of settled) {
      if (
        !entryIds.some(
          (entryId) => Object.hasOwn(current, entryId) || isEnded(entryId),
        )
      ) {
        return refused(
          "archive-missing",
          `an entry of ${name} leaves without being archived`,
        );
      }
    }
  }
  return null;
}

function declared(type: RecordType, name: string): GroupDefinition {
  const group = groupOf(type, name);
  if (group === undefined)
    throw new Error(`${type.type} declares no group ${name}`);
  return group;
}

function refused(code: StatementRefusal["code"], reason: string): Refused {
  return err({ code, reason });
}
