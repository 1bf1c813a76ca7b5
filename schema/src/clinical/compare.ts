import { canonicalize, type JsonValue } from "../canonical/canonical-json.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { partsOf } from "../records/record-types.ts";
import { entriesOf, type Content } from "./statement.ts";

/** One entry, or one value part, across candidates. `undefined` where it is absent. */
export interface ComparedRow {
  readonly part: string;
  /** Null for a value part. */
  readonly entryId: string | null;
  readonly base: JsonValue | undefined;
  /** In the order of the candidates. */
  readonly versions: readonly (JsonValue | undefined)[];
  /** Which candidates (by position) differ from the base here. */
  readonly changedBy: readonly number[];
  readonly isAgreed: boolean;
}

/**
 * Compares candidates row by row against what all had seen: "these two rows differ, the other twenty-eight agree".
 * An entry that several added apart with the same content is one row, under the least of their ids. SPEC CF-8.
 */
export function compareContents(
  group: GroupDefinition,
  base: Content,
  candidates: readonly Content[],
): readonly ComparedRow[] {
  return partsOf(group).flatMap(([part, { kind }]) =>
    kind === "value"
      ? [compareValue(part, base, candidates)]
      : compareEntries(part, base, candidates),
  );
}

function compareValue(
  part: string,
  base: Content,
  candidates: readonly Content[],
): ComparedRow {
  return row(
    part,
    null,
    base[part],
    candidates.map((content) => content[part]),
  );
}

function compareEntries(
  part: string,
  base: Content,
  candidates: readonly Content[],
): ComparedRow[] {
  const seen = entriesOf(base, part);
  const aligned = alignAdded(
    seen,
    candidates.map((content) => entriesOf(content, part)),
  );
  const entryIds = new Set([
    ...Object.keys(seen),
    ...aligned.flatMap((entries) => [...entries.keys()]),
  ]);
  return [...entryIds].sort().map((entryId) =>
    row(
      part,
      entryId,
      seen[entryId],
      aligned.map((entries) => entries.get(entryId)),
    ),
  );
}

/** Gives entries that were added apart with equal content the same id: the least of them, one for one. */
function alignAdded(
  seen: Readonly<Record<string, JsonValue>>,
  candidates: readonly Readonly<Record<string, JsonValue>>[],
): readonly ReadonlyMap<string, JsonValue>[] {
  const idsByContent = new Map<string, string[][]>();
  candidates.forEach((entries, candidate) => {
    for (const entryId of Object.keys(entries).sort()) {
      const entry = entries[entryId];
      if (entry === undefined || Object.hasOwn(seen, entryId)) continue;
      const content = canonicalize(entry);
      const ids = idsByContent.get(content) ?? candidates.map(() => []);
      ids[candidate]?.push(entryId);
      idsByContent.set(content, ids);
    }
  });
  const renamed = candidates.map((entries) => new Map(Object.entries(entries)));
  for (const ids of idsByContent.values()) {
    const copies = Math.max(...ids.map((own) => own.length));
    for (let copy = 0; copy < copies; copy += 1) {
      const [least, ...rest] = ids
        .flatMap((own) => own.slice(copy, copy + 1))
        .sort();
      if (least === undefined || rest.length === 0) continue;
      renamed.forEach((entries, candidate) => {
        const own = ids[candidate]?.[copy];
        const entry = own === undefined ? undefined : entries.get(own);
        if (own === undefined || entry === undefined || own === least) return;
        entries.delete(own);
        entries.set(least, entry);
      });
    }
  }
  return renamed;
}

function row(
  part: string,
  entryId: string | null,
  base: JsonValue | undefined,
  versions: readonly (JsonValue | undefined)[],
): ComparedRow {
  const texts = versions.map(textOf);
  const baseText = textOf(base);
  return {
    part,
    entryId,
    base,
    versions,
    changedBy: texts.flatMap((text, candidate) =>
      text === baseText ? [] : [candidate],
    ),
    isAgreed: new Set(texts).size <= 1,
  };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalize(value);
}
