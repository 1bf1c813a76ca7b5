/**
 * Rules 1 and 2 of DESIGN 2 for the content of one statement, on the change alone: what it overwrites decides whether it may
 * be an ordinary edit or must be a resolution, what it changed, and that no entry leaves without being archived.
 */
import type { Edit } from "../change/interpret-change.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { partsOf } from "../records/record-types.ts";
import { err, ok, type Result } from "../result.ts";
import { compareContents } from "./compare.ts";
import { sameLiveSet } from "./live-set.ts";
import type { StatementSource } from "./read-group.ts";
import {
  decidedParts,
  decisionProblem,
  type Resolution,
} from "./resolution.ts";
import { isAgreement } from "./same-content.ts";
import { baseOf, lastSeenByAll } from "./statement-graph.ts";
import { entriesOf, initialContent, type Content } from "./statement.ts";

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

/** `edits` are all of the change; `source` knows every statement in the `pred`. SPEC CF-6, CF-7, CF-11. */
export function judgeStatement(
  group: GroupDefinition,
  signed: StatementEdit,
  edits: readonly Edit[],
  source: StatementSource,
): Result<StatementAct, StatementRefusal> {
  const content = signed.statement.content;
  const overwritten = signed.pred.map((opId) => ({
    opId,
    content: source.statementOf(opId).content,
  }));
  const contents = overwritten.map((candidate) => candidate.content);
  const resolution =
    edits.find((edit) => edit.kind === "resolution")?.resolution ?? null;
  const seen = lastSeenByAll(source, signed.pred).map(
    (opId) => source.statementOf(opId).content,
  );
  if (isAgreement(group, contents, seen)) {
    if (resolution !== null)
      return refused("resolution-wrong", "there is no conflict to resolve");
    const before = contents[0] ?? initialContent(group);
    const missing = archiveProblem(
      group,
      contents,
      content,
      edits,
      signed.name,
    );
    if (missing !== null) return missing;
    return ok({
      group: signed.name,
      changedParts: partsChanged(group, before as Content, content),
      resolution: null,
    });
  }
  if (resolution === null)
    return refused(
      "resolution-required",
      "the statements it overwrites differ: it must say how it resolves them",
    );
  if (
    resolution.group !== signed.name ||
    !sameLiveSet(resolution.settles, signed.pred)
  ) {
    return refused(
      "resolution-wrong",
      "the resolution names other statements than it overwrites",
    );
  }
  if (resolution.attribution.nonce !== signed.statement.attribution.nonce) {
    return refused(
      "resolution-wrong",
      "the resolution and its statement are signed differently",
    );
  }
  const baseOpId = baseOf(source, signed.pred);
  const base = (
    baseOpId === null
      ? initialContent(group)
      : source.statementOf(baseOpId).content
  ) as Content;
  const problem = decisionProblem(
    group,
    resolution.decision,
    base,
    overwritten,
    content,
  );
  if (problem !== null) return refused("resolution-wrong", problem);
  const missing = archiveProblem(group, contents, content, edits, signed.name);
  if (missing !== null) return missing;
  return ok({
    group: signed.name,
    changedParts: decidedParts(group, base, overwritten, content),
    resolution,
  });
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

function partsChanged(
  group: GroupDefinition,
  before: Content,
  after: Content,
): readonly string[] {
  const rows = compareContents(group, before, [after]);
  return [
    ...new Set(
      rows.filter((row) => row.changedBy.length > 0).map((row) => row.part),
    ),
  ].sort();
}

/** Entries that every overwritten statement held must be kept or archived; those in dispute are settled by the resolution. */
function archiveProblem(
  group: GroupDefinition,
  overwritten: readonly Content[],
  content: Content,
  edits: readonly Edit[],
  groupName: string,
): { readonly ok: false; readonly error: StatementRefusal } | null {
  const archived = new Set(
    edits.flatMap((edit) =>
      edit.kind === "archive" && edit.name === groupName ? [edit.entryId] : [],
    ),
  );
  const [first, ...others] = overwritten;
  for (const [name, part] of partsOf(group)) {
    if (part.kind !== "entries") continue;
    const current = entriesOf(content, name);
    for (const entryId of Object.keys(current)) {
      if (archived.has(entryId))
        return refused(
          "archive-unexpected",
          `an entry of ${name} is both current and archived`,
        );
    }
    if (first === undefined) continue;
    const settled = Object.keys(entriesOf(first, name)).filter((entryId) =>
      others.every((other) => Object.hasOwn(entriesOf(other, name), entryId)),
    );
    if (
      settled.some(
        (entryId) => !Object.hasOwn(current, entryId) && !archived.has(entryId),
      )
    ) {
      return refused(
        "archive-missing",
        `an entry of ${name} leaves without being archived`,
      );
    }
  }
  return null;
}

function refused(
  code: StatementRefusal["code"],
  reason: string,
): { readonly ok: false; readonly error: StatementRefusal } {
  return err({ code, reason });
}
