/** The report of an import as a person reads it: what was done, the counts, what was left out and why, what is broken and where. */
import { countNames, type Failure, type Skipped } from "./import-report.ts";
import type { Imported } from "./import-fhir.ts";

/** Failures that are printed one by one; of the others, the number. */
const maxFailures = 50;

const skipReasons: Readonly<Record<Skipped, string>> = {
  "resource-type": "types of resource that Suture does not take",
  "not-a-measurement-we-take":
    "observations other than weight, creatinine, eGFR and pregnancy status",
  "no-value": "observations without a value",
  "not-on-equipment": "not about a piece of equipment",
  "no-team": "of no organization that was imported",
  unused: "not referred to by anything that was taken",
  repeated: "the same resource again, in the same words",
  "kept-local": "changed here since; what stands here was kept",
  "in-conflict": "in an open conflict here, which has to be resolved first",
  "written-once": "here in other words already, and written only once",
  "does-not-fit": "would contradict what stands here now",
  "too-large": "too large for one entry or one statement",
};

const failureReasons: Readonly<Record<Failure["reason"], string>> = {
  "not-json": "not JSON",
  "not-a-resource": "not a FHIR resource",
  "not-utf8": "not text in UTF-8",
  "not-readable": "the file cannot be read",
  "subject-not-found": "whom or what it is about was not found",
  "practitioner-not-found": "the practitioner was not found",
  "medication-not-found": "the medication was not found",
  "missing-element": "an element is missing",
  "invalid-element": "an element is not valid",
  "modifier-extension": "it carries a modifier extension",
  "contradicts-allergies":
    "it says there is no known allergy, and there is one",
  "repeated-with-other-content":
    "the same resource again, in other words; the first one stands",
  "statement-too-large": "more current entries than a statement may hold",
  refused: "refused by admission",
};

const warningTitles: ReadonlyMap<string, string> = new Map([
  ["unresolved-reference", "References that lead nowhere, taken without"],
  ["dropped-element", "Elements that are not valid, left out"],
  ["in-conflict", "In part in an open conflict here, left as it is"],
  ["kept-local", "In part changed here since, left as it is"],
  ["written-once", "In part written only once, left as it is"],
  ["does-not-fit", "In part against what stands here now, left out"],
  ["too-large", "In part too large, left out"],
]);

export function printReport(report: Imported): readonly string[] {
  return [
    ...headline(report),
    ...countTable(report),
    ...skippedList(report),
    ...failureList(report.failures),
    ...warningList(report),
  ];
}

function headline(report: Imported): readonly string[] {
  const { changeCount, recordCount, writtenCount } = report;
  const { fileCount, organizationId } = report;
  const files = plural(fileCount, "file");
  const foreign =
    report.foreignCount === 0
      ? ""
      : `, and left aside ${plural(report.foreignCount, "line or file", "lines or files")} of JSON that is no FHIR`;
  const done =
    recordCount === 0
      ? "Nothing in it can be imported."
      : changeCount === 0
        ? `Nothing to write: ${plural(recordCount, "record")} compared, nothing new to any of them.`
        : `Wrote ${number(writtenCount)} of ${plural(recordCount, "record")} in ${plural(changeCount, "change")}, signed by “FHIR import”.`;
  return [
    `Read ${files}${foreign}.`,
    done,
    ...(report.isNewOrganization
      ? [
          `There was no organization, so one was created: “Imported organization”, ${organizationId}.`,
        ]
      : [`Organization ${organizationId}.`]),
    ...invitationLines(report),
    "",
  ];
}

function invitationLines({ invitation }: Imported): readonly string[] {
  if (invitation === null) return [];
  const { code, expiresAtMs } = invitation;
  const day = new Date(expiresAtMs).toISOString().slice(0, 10);
  return [
    "Nobody can sign in to it yet. Whoever signs up and accepts this invitation, which works once",
    `and until ${day}, is its first admin: ${code}`,
  ];
}

function countTable({ counts }: Imported): readonly string[] {
  const types = Object.keys(counts.read);
  if (types.length === 0) return [];
  const sum = (name: (typeof countNames)[number]) =>
    Object.values(counts[name]).reduce((total, count) => total + count, 0);
  const rows = [
    ["", ...countNames],
    ...types.map((type) => [
      type,
      ...countNames.map((name) => cell(counts[name][type] ?? 0)),
    ]),
    ["all", ...countNames.map((name) => cell(sum(name)))],
  ];
  const widths = ["", ...countNames].map((_name, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const lines = rows.map((row) =>
    row
      .map((text, column) =>
        column === 0
          ? text.padEnd(widths[0] ?? 0)
          : text.padStart(widths[column] ?? 0),
      )
      .join("   "),
  );
  const rule = "─".repeat(lines[0]?.length ?? 0);
  return [
    lines[0] ?? "",
    rule,
    ...lines.slice(1, -1),
    rule,
    lines.at(-1) ?? "",
  ];
}

function skippedList({ skipped }: Imported): readonly string[] {
  if (skipped.size === 0) return [];
  return [
    "",
    "Skipped",
    ...[...skipped].flatMap(([reason, byType]) => [
      `  ${skipReasons[reason]}:`,
      ...wrap([...byType].sort(byCount).map(named), "    "),
    ]),
  ];
}

function failureList(failures: readonly Failure[]): readonly string[] {
  if (failures.length === 0) return [];
  const rest = failures.length - maxFailures;
  return [
    "",
    "Failed",
    ...failures.slice(0, maxFailures).map(failureLine),
    ...(rest > 0 ? [`  and ${number(rest)} more`] : []),
  ];
}

function failureLine(failure: Failure): string {
  const { path, line, name, reason, detail } = failure;
  const about = name === null ? "" : `${name}: `;
  const where = detail === null ? "" : ` (${detail})`;
  return `  ${path}:${line}  ${about}${failureReasons[reason]}${where}`;
}

function warningList({ warnings }: Imported): readonly string[] {
  return [...warnings].flatMap(([code, byElement]) => [
    "",
    warningTitles.get(code) ?? code,
    ...wrap([...byElement].sort(byCount).map(named), "  "),
  ]);
}

function byCount(
  [leftName, left]: readonly [string, number],
  [rightName, right]: readonly [string, number],
): number {
  return right - left || (leftName < rightName ? -1 : 1);
}

function named([name, count]: readonly [string, number]): string {
  return `${number(count)} ${name}`;
}

/** Items with commas between them, in lines of at most 96 characters. */
function wrap(items: readonly string[], indent: string): readonly string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last === undefined || last.length + item.length + 2 > 96) {
      if (last !== undefined) lines[lines.length - 1] = `${last},`;
      lines.push(indent + item);
    } else lines[lines.length - 1] = `${last}, ${item}`;
  }
  return lines;
}

function cell(count: number): string {
  return count === 0 ? "·" : number(count);
}

function plural(count: number, word: string, words = `${word}s`): string {
  return `${number(count)} ${count === 1 ? word : words}`;
}

function number(count: number): string {
  return count.toLocaleString("en");
}
