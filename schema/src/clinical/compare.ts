import { canonicalize, type JsonValue } from "../canonical/canonical-json.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { partsOf } from "../records/record-types.ts";
import { sameValue } from "./same-value.ts";
import { entriesOf, type Content, type Entries } from "./statement.ts";

/** One entry, or one value part, across candidates. `undefined` where it is absent. */
export interface ComparedRow {
  readonly part: string;
  /** Null for a value part. */
  readonly entryId: string | null;
  /** Every id it goes by, ascending: several if it was added apart with the same content. Empty for a value part. */
  readonly entryIds: readonly string[];
  readonly base: JsonValue | undefined;
  /** In the order of the candidates. */
  readonly versions: readonly (JsonValue | undefined)[];
  /** Which candidates (by position) differ from the base here. */
  readonly changedBy: readonly number[];
  readonly isAgreed: boolean;
}

/**
 * Compares candidates row by row against what all had seen: "these two rows differ, the other twenty-eight agree".
 * An entry that several added apart with the same content is one row, under the least of their ids. Nothing a candidate
 * holds is left out, and no two rows of a part have the same id. SPEC CF-8.
 */
export function compareContents(
  group: GroupDefinition,
  base: Content,
  candidates: readonly Content[],
): readonly ComparedRow[] {
  return partsOf(group).flatMap(([part, { kind }]) =>
    kind === "value"
      ? [
          compareVersions(
            part,
            [],
            base[part],
            candidates.map((content) => content[part]),
          ),
        ]
      : compareEntries(
          part,
          entriesOf(base, part),
          candidates.map((content) => entriesOf(content, part)),
        ),
  );
}

/** The parts in which contents differ from one another, sorted. */
export function differingParts(
  group: GroupDefinition,
  base: Content,
  contents: readonly Content[],
): readonly string[] {
  const rows = compareContents(group, base, contents);
  const differing = rows.filter((row) => !row.isAgreed);
  return [...new Set(differing.map((row) => row.part))].sort();
}

function compareEntries(
  part: string,
  seen: Entries,
  candidates: readonly Entries[],
): readonly ComparedRow[] {
  const known = new Set([...Object.keys(seen), ...contestedIds(candidates)]);
  const rows = [...known].map((entryId) =>
    compareVersions(
      part,
      [entryId],
      seen[entryId],
      candidates.map((entries) => entries[entryId]),
    ),
  );
  const added = candidates.map((entries) =>
    idsByContent(entries, (entryId) => !known.has(entryId)),
  );
  const contents = new Set(added.flatMap((ids) => [...ids.keys()]));
  for (const content of contents) {
    const ids = added.map((own) => own.get(content) ?? []);
    const copies = Math.max(...ids.map((own) => own.length));
    // The n-th copy of one is the n-th copy of another; who drew which id does not matter.
    for (let copy = 0; copy < copies; copy += 1) {
      const drawn = ids.map((own) => own[copy]);
      const versions = drawn.map((entryId, candidate) =>
        entryId === undefined ? undefined : candidates[candidate]?.[entryId],
      );
      const distinct = new Set(
        drawn.filter((entryId) => entryId !== undefined),
      );
      rows.push(
        compareVersions(part, [...distinct].sort(), undefined, versions),
      );
    }
  }
  return rows.sort((a, b) => ((a.entryId ?? "") < (b.entryId ?? "") ? -1 : 1));
}

/** Ids under which candidates hold different things: they mean one entry, whatever else looks like it. */
function contestedIds(candidates: readonly Entries[]): readonly string[] {
  const first = new Map<string, JsonValue>();
  return candidates.flatMap((entries) =>
    Object.entries(entries).flatMap(([entryId, entry]) => {
      const other = first.get(entryId);
      if (other === undefined) first.set(entryId, entry);
      return other === undefined || sameValue(other, entry) ? [] : [entryId];
    }),
  );
}

function idsByContent(
  entries: Entries,
  isWanted: (entryId: string) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const entryId of Object.keys(entries).filter(isWanted).sort()) {
    const entry = entries[entryId];
    if (entry === undefined) continue;
    const content = canonicalize(entry);
    ids.set(content, [...(ids.get(content) ?? []), entryId]);
  }
  return ids;
}

function compareVersions(
  part: string,
  entryIds: readonly string[],
  base: JsonValue | undefined,
  versions: readonly (JsonValue | undefined)[],
): ComparedRow {
  const changedBy = versions.flatMap((version, candidate) =>
    sameValue(version, base) ? [] : [candidate],
  );
  return {
    part,
    entryId: entryIds[0] ?? null,
    entryIds,
    base,
    versions,
    changedBy,
    isAgreed:
      changedBy.length === 0 ||
      versions.every((version) => sameValue(version, versions[0])),
  };
}
