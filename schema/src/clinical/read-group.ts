import type { OpId } from "../ids.ts";
import type {
  ContentOf,
  GroupDefinition,
  Parts,
} from "../records/define-record.ts";
import { combineContents, type Combination } from "./combine.ts";
import { compareContents, type ComparedRow } from "./compare.ts";
import {
  baseOf,
  lastSeenByAll,
  type StatementGraph,
} from "./statement-graph.ts";
import { isAgreement } from "./same-content.ts";
import { safeSide, type SafeSide } from "./safe-side.ts";
import {
  initialContent,
  type Attribution,
  type Content,
  type Statement,
} from "./statement.ts";

export interface SignedContent<C> {
  readonly opId: OpId;
  readonly content: C;
  readonly attribution: Attribution;
}

/**
 * What a reader gets of a safety group. There is no way to one value out of an open conflict: `content` exists only when
 * settled. Settled with no signature means nobody has signed yet; with several, that all of them said the same.
 */
export type GroupReading<P extends Parts = Parts> =
  | {
      readonly status: "settled";
      readonly content: ContentOf<P>;
      readonly signatures: readonly Omit<SignedContent<never>, "content">[];
    }
  | {
      readonly status: "conflict";
      /** The last single statement all candidates had seen; null if none was. */
      readonly base: ContentOf<P> | null;
      readonly candidates: readonly SignedContent<ContentOf<P>>[];
      readonly safe: SafeSide<P>;
      /** Row by row, in the order of the candidates. */
      readonly rows: readonly ComparedRow[];
      /** Offered only where the edits touch different entries; never preselected. */
      readonly combination: Combination | null;
    };

/** The statements of one record and group, by operation. */
export interface StatementSource extends StatementGraph {
  statementOf(opId: OpId): Statement;
}

/** Reads a group from its live set. SPEC CF-4, CF-5. */
export function readGroup<P extends Parts>(
  group: GroupDefinition<P>,
  live: readonly OpId[],
  source: StatementSource,
): GroupReading<P> {
  // Statements were validated against this group when they were admitted or composed.
  const general = group as unknown as GroupDefinition;
  const signed = live.map((opId) => ({ opId, ...source.statementOf(opId) }));
  const [first] = signed;
  if (first === undefined)
    return {
      status: "settled",
      content: initialContent(group),
      signatures: [],
    };
  const contents = signed.map((statement) => statement.content);
  const seen = lastSeenByAll(source, live).map(
    (opId) => source.statementOf(opId).content,
  );
  if (isAgreement(general, contents, seen)) {
    return {
      status: "settled",
      content: first.content as ContentOf<P>,
      signatures: signed.map(({ opId, attribution }) => ({
        opId,
        attribution,
      })),
    };
  }
  const baseOpId = baseOf(source, live);
  const base =
    baseOpId === null
      ? initialContent(general)
      : source.statementOf(baseOpId).content;
  const typedContents = signed.map(
    (statement) => statement.content as ContentOf<P>,
  );
  return {
    status: "conflict",
    base: baseOpId === null ? null : (base as ContentOf<P>),
    candidates: signed.map(({ opId, content, attribution }) => ({
      opId,
      content: content as ContentOf<P>,
      attribution,
    })),
    safe: safeSide(group, base as ContentOf<P>, typedContents),
    rows: compareContents(general, base as Content, contents),
    combination: combineContents(general, base as Content, contents),
  };
}

/** Whether live statements are an open conflict: two or more that do not say the same. SPEC CF-4. */
export function isConflict(
  group: GroupDefinition,
  live: readonly OpId[],
  source: StatementSource,
): boolean {
  if (live.length < 2) return false;
  const seen = lastSeenByAll(source, live).map(
    (opId) => source.statementOf(opId).content,
  );
  return !isAgreement(
    group,
    live.map((opId) => source.statementOf(opId).content),
    seen,
  );
}
