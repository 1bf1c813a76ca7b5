import type { OpId } from "../ids.ts";
import type {
  ContentOf,
  GroupDefinition,
  Parts,
} from "../records/define-record.ts";
import { combineContents, type Combination } from "./combine.ts";
import { compareContents, type ComparedRow } from "./compare.ts";
import { generalGroup, typedContent } from "./general-form.ts";
import { safeSide, type SafeSide } from "./safe-side.ts";
import { baseOf, generalInitial, isConflict } from "./statement-base.ts";
import type { StatementSource } from "./statement-graph.ts";
import type { Attribution } from "./statement.ts";

export interface SignedContent<C> {
  readonly opId: OpId;
  readonly content: C;
  readonly attribution: Attribution;
}

/**
 * What a reader gets of a safety group. There is no way to one value out of an open conflict: `content` exists only when
 * settled. Settled with no signature means nobody has signed yet; with several, that all of them said the same, and the
 * content is that of Automerge's winner.
 */
export type GroupReading<P extends Parts = Parts> =
  | {
      readonly status: "settled";
      readonly content: ContentOf<P>;
      readonly signatures: readonly Omit<SignedContent<never>, "content">[];
    }
  | {
      readonly status: "conflict";
      /** What all candidates had last seen settled; null if nobody had signed. */
      readonly base: ContentOf<P> | null;
      readonly candidates: readonly SignedContent<ContentOf<P>>[];
      readonly safe: SafeSide<P>;
      /** Row by row, in the order of the candidates. */
      readonly rows: readonly ComparedRow[];
      /** Offered only where the edits touch different entries; never preselected. */
      readonly combination: Combination | null;
    };

/** Reads a group from its live set. SPEC CF-4, CF-5. */
export function readGroup<P extends Parts>(
  group: GroupDefinition<P>,
  live: readonly OpId[],
  source: StatementSource,
): GroupReading<P> {
  const general = generalGroup(group);
  const signed = live.map((opId) => ({ opId, ...source.statementOf(opId) }));
  if (!isConflict(general, live, source)) {
    return {
      status: "settled",
      content: typedContent(signed.at(-1)?.content ?? generalInitial(general)),
      signatures: signed.map(({ opId, attribution }) => ({
        opId,
        attribution,
      })),
    };
  }
  const base = baseOf(general, live, source);
  const seen = base ?? generalInitial(general);
  const contents = signed.map(({ content }) => content);
  const candidates = signed.map(({ opId, content, attribution }) => ({
    opId,
    content: typedContent<P>(content),
    attribution,
  }));
  return {
    status: "conflict",
    base: base === null ? null : typedContent(base),
    candidates,
    safe: safeSide(
      group,
      typedContent(seen),
      candidates.map(({ content }) => content),
    ),
    rows: compareContents(general, seen, contents),
    combination: combineContents(general, seen, contents),
  };
}
