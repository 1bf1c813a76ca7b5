/**
 * What became of everything that was read: each resource is imported, unchanged, skipped or failed, and stands in one of these
 * counts exactly once. What was left out is named with its reason; nothing here holds a value of a resource.
 */
import type {
  FailureReason,
  ImportPlan,
  MappedResource,
  SkipReason,
} from "@suture/schema";
import type { Untouched } from "./plan-record.ts";
import type { FhirFiles, FileProblem } from "./read-fhir-files.ts";
import type { SourceFates } from "./source-fates.ts";

export const countNames = [
  "read",
  "imported",
  "unchanged",
  "skipped",
  "failed",
] as const;
export type CountName = (typeof countNames)[number];
/** By resource type; what is no resource at all counts as `unreadable`. */
export type Counts = Readonly<
  Record<CountName, Readonly<Record<string, number>>>
>;

export type Skipped = SkipReason | "repeated" | Exclude<Untouched, "unchanged">;

export interface Failure {
  /** The path as it was given. */
  readonly path: string;
  readonly line: number;
  /** `Type/id`; null for what is no resource. */
  readonly name: string | null;
  readonly reason: FailureReason | FileProblem["reason"] | "refused";
  /** The element, or the code of the refusal. */
  readonly detail: string | null;
}

export interface ImportReport {
  readonly counts: Counts;
  /** By reason, then resource type. */
  readonly skipped: ReadonlyMap<Skipped, ReadonlyMap<string, number>>;
  readonly failures: readonly Failure[];
  /** Elements left out of resources that were taken: by kind, then `Type.element`. */
  readonly warnings: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly fileCount: number;
  readonly foreignCount: number;
}

type Verdict =
  | { readonly count: "imported" | "unchanged" }
  | { readonly count: "skipped"; readonly reason: Skipped }
  | {
      readonly count: "failed";
      readonly reason: Failure["reason"];
      readonly detail: string | null;
    };

export function reportImport(
  files: FhirFiles,
  plan: ImportPlan,
  fates: SourceFates,
  /** Whether this run wrote anything at all. */
  hasWritten: boolean,
): ImportReport {
  const tally = new Tally();
  const skipped = new NestedCounts<Skipped>();
  const failures: Failure[] = files.problems.map(({ file, line, reason }) => ({
    path: files.pathOf(file),
    line,
    name: null,
    reason,
    detail: null,
  }));
  for (const _problem of files.problems) tally.add("failed", "unreadable");
  for (const [source, mapped] of plan.outcomes.entries()) {
    const { file, line, name, resourceType } = mapped.resource;
    const verdict = judge(source, mapped, fates, hasWritten);
    tally.add(verdict.count, resourceType);
    if (verdict.count === "skipped") skipped.add(verdict.reason, resourceType);
    if (verdict.count === "failed") {
      const { reason, detail } = verdict;
      failures.push({ path: files.pathOf(file), line, name, reason, detail });
    }
  }
  const warnings = new NestedCounts<string>();
  for (const { source, code, path } of plan.warnings)
    warnings.add(code, warnedElement(plan.outcomes[source], path));
  for (const [source, { resource, outcome }] of plan.outcomes.entries()) {
    if (outcome.kind !== "mapped") continue;
    const kinds = fates.of(source);
    if (!kinds.has("written")) continue;
    for (const kind of kept)
      if (kinds.has(kind)) warnings.add(kind, resource.resourceType);
  }
  return {
    counts: tally.counts(),
    skipped: skipped.byKey,
    failures: failures.sort(byPlace),
    warnings: warnings.byKey,
    fileCount: files.fileCount,
    foreignCount: files.foreignCount,
  };
}

const kept = [
  "in-conflict",
  "kept-local",
  "written-once",
  "does-not-fit",
  "too-large",
] as const;

function judge(
  source: number,
  { outcome }: MappedResource,
  fates: SourceFates,
  hasWritten: boolean,
): Verdict {
  switch (outcome.kind) {
    case "failed":
      return {
        count: "failed",
        reason: outcome.reason,
        detail: outcome.path,
      };
    case "skipped":
      return { count: "skipped", reason: outcome.reason };
    case "repeated":
      return { count: "skipped", reason: "repeated" };
    case "mapped": {
      const kinds = fates.of(source);
      if (kinds.has("refused"))
        return {
          count: "failed",
          reason: "refused",
          detail: fates.codeOf(source),
        };
      if (kinds.has("written")) return { count: "imported" };
      const reason = kept.find((kind) => kinds.has(kind));
      if (reason !== undefined) return { count: "skipped", reason };
      // One that only serves others, as a Medication gives its name, goes with them.
      const serves = kinds.size === 0 && hasWritten;
      return { count: serves ? "imported" : "unchanged" };
    }
  }
}

/** Elements that the mapping names by their resource type already, and those it does not. */
function warnedElement(
  mapped: MappedResource | undefined,
  path: string,
): string {
  const type = mapped?.resource.resourceType ?? "";
  const element = path.replaceAll(/\[\d+\]/g, "");
  return element.startsWith(`${type}.`) ? element : `${type}.${element}`;
}

function byPlace(left: Failure, right: Failure): number {
  if (left.path !== right.path) return left.path < right.path ? -1 : 1;
  return left.line - right.line;
}

class NestedCounts<Key extends string> {
  readonly byKey = new Map<Key, Map<string, number>>();

  add(key: Key, name: string): void {
    const counts = this.byKey.get(key) ?? new Map<string, number>();
    this.byKey.set(key, counts.set(name, (counts.get(name) ?? 0) + 1));
  }
}

class Tally {
  readonly #byType = new Map<string, Map<CountName, number>>();

  add(name: Exclude<CountName, "read">, type: string): void {
    const counts = this.#byType.get(type) ?? new Map<CountName, number>();
    for (const counted of ["read", name] as const)
      counts.set(counted, (counts.get(counted) ?? 0) + 1);
    this.#byType.set(type, counts);
  }

  /** Every type that was read, in every count: zero says that there was none. */
  counts(): Counts {
    const types = [...this.#byType.keys()].sort();
    const of = (name: CountName) =>
      Object.fromEntries(
        types.map((type) => [type, this.#byType.get(type)?.get(name) ?? 0]),
      );
    return {
      read: of("read"),
      imported: of("imported"),
      unchanged: of("unchanged"),
      skipped: of("skipped"),
      failed: of("failed"),
    };
  }
}
