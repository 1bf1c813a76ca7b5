import { canonicalize, type JsonValue } from "../canonical/canonical-json.ts";
import type {
  ContentOf,
  EntriesPart,
  GroupDefinition,
  Part,
  Parts,
  ValuePart,
} from "../records/define-record.ts";
import { compareContents, type ComparedRow } from "./compare.ts";
import { generalContent, generalGroup } from "./general-form.ts";

/** An entry while candidates differ: every version of it, and whether it may be acted on. */
export interface SafeEntry<E = JsonValue> {
  readonly entryId: string;
  readonly versions: readonly E[];
  readonly isContested: boolean;
  /** "stands": keep honouring it (a contested allergy is an allergy). "do-not-act": show it, give nothing by it. */
  readonly guidance: "stands" | "do-not-act";
}

/** A value while candidates differ: every version, and the one that is safe whatever the outcome, if the part knows one. */
export interface SafeValue<V = JsonValue> {
  readonly versions: readonly V[];
  readonly isContested: boolean;
  readonly cautious: V | undefined;
}

/** What care can lean on until a conflict is resolved; never a single answer where there are two. SPEC CF-10. */
export type SafeSide<P extends Parts = Parts> = {
  readonly [Name in keyof P]: P[Name] extends EntriesPart<infer E>
    ? readonly SafeEntry<E>[]
    : P[Name] extends ValuePart<infer V>
      ? SafeValue<V>
      : never;
};

export function safeSide<P extends Parts>(
  group: GroupDefinition<P>,
  base: ContentOf<P>,
  candidates: readonly ContentOf<P>[],
): SafeSide<P> {
  const rows = compareContents(
    generalGroup(group),
    generalContent(base),
    candidates.map((content) => generalContent(content)),
  );
  const safe = Object.fromEntries(
    Object.entries(group.parts).map(([name, part]) => {
      const ownRows = rows.filter((row) => row.part === name);
      return [
        name,
        part.kind === "entries"
          ? ownRows.flatMap((row) => safeEntry(part, row))
          : safeValue(part, ownRows),
      ];
    }),
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built part by part from the declaration
  return safe as SafeSide<P>;
}

function safeEntry(part: EntriesPart, row: ComparedRow): SafeEntry[] {
  const versions = distinct(
    row.versions.filter(
      (version): version is JsonValue => version !== undefined,
    ),
  );
  if (versions.length === 0 || row.entryId === null) return [];
  return [
    {
      entryId: row.entryId,
      versions,
      isContested: !row.isAgreed,
      guidance: row.isAgreed ? "stands" : part.whileContested,
    },
  ];
}

function safeValue(
  part: ValuePart,
  rows: readonly ComparedRow[],
): SafeValue<unknown> {
  const versions = distinct(
    rows.flatMap((row) =>
      row.versions.filter(
        (version): version is JsonValue => version !== undefined,
      ),
    ),
  );
  const isContested = versions.length > 1;
  return {
    versions,
    isContested,
    cautious: isContested ? cautiousOf(part, versions) : versions[0],
  };
}

function cautiousOf(
  part: Part & { readonly kind: "value" },
  versions: readonly JsonValue[],
): unknown {
  return part.cautious?.(versions);
}

function distinct(values: readonly JsonValue[]): readonly JsonValue[] {
  return [
    ...new Map(values.map((value) => [canonicalize(value), value])).values(),
  ];
}
