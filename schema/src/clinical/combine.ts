import { canonicalize, type JsonValue } from "../canonical/canonical-json.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { compareContents, type ComparedRow } from "./compare.ts";
import { contentProblem, type Content } from "./statement.ts";

export interface Combination {
  readonly content: Content;
  /** Parts in which the candidates differ: who combines must be allowed to sign each of them. */
  readonly touchedParts: readonly string[];
  /**
   * Whether it may be offered as one step. Only where the candidates differ by nothing but new entries of parts that declare
   * that entries added apart are safe together: a medication here and an allergy there touch different entries and may still be dangerous together. Never preselected.
   */
  readonly isOneStep: boolean;
}

/**
 * Both edits together, where they touch different entries; null where they touch the same one, or where the result would contradict itself ("no known allergy" beside an allergy). SPEC CF-9.
 */
export function combineContents(
  group: GroupDefinition,
  base: Content,
  candidates: readonly Content[],
): Combination | null {
  const rows = compareContents(group, base, candidates);
  const combined: { [part: string]: JsonValue } = {};
  const entriesByPart = new Map<string, { [entryId: string]: JsonValue }>();
  for (const row of rows) {
    const outcome = outcomeOf(row);
    if (outcome === "contested") return null;
    if (row.entryId === null) {
      if (outcome.value === undefined) return null;
      combined[row.part] = outcome.value;
    } else if (outcome.value !== undefined) {
      const entries = entriesByPart.get(row.part) ?? {};
      entries[row.entryId] = outcome.value;
      entriesByPart.set(row.part, entries);
    }
  }
  for (const [name, part] of Object.entries(group.parts))
    if (part.kind === "entries") combined[name] = entriesByPart.get(name) ?? {};
  if (contentProblem(group, combined) !== null) return null;
  const differing = rows.filter((row) => !row.isAgreed);
  return {
    content: combined,
    touchedParts: [...new Set(differing.map((row) => row.part))].sort(),
    isOneStep: differing.every(
      (row) => row.base === undefined && combinesFreely(group, row.part),
    ),
  };
}

/** The one version somebody changed to, or the base where nobody did. Several who changed it alike agree. */
function outcomeOf(
  row: ComparedRow,
): { readonly value: JsonValue | undefined } | "contested" {
  const changed = row.changedBy.map((candidate) => row.versions[candidate]);
  if (changed.length === 0) return { value: row.base };
  const isContested =
    new Set(
      changed.map((version) =>
        version === undefined ? "" : canonicalize(version),
      ),
    ).size > 1;
  return isContested ? "contested" : { value: changed[0] };
}

function combinesFreely(group: GroupDefinition, name: string): boolean {
  const part = group.parts[name];
  return part?.kind === "entries" && part.combinesFreely;
}
