/** What an auditor looks for, and whether an entry is it. Entries hold ids and codes; they are read by name. SPEC AP-88. */
import type { AuditEntry, ChainedEntry } from "../http/audit-api.ts";

export type SoughtKind =
  "all" | "conflicts" | "changes" | "refused" | "people" | "reads";

export interface Sought {
  readonly kind: SoughtKind;
  /** Empty for any. */
  readonly memberId: string;
  readonly recordId: string;
  /** Of the server's clock; either may be open. `untilMs` is the first moment that is not meant. */
  readonly fromMs: number | null;
  readonly untilMs: number | null;
}

/** Events by kind; what is named nowhere is found under "all" only. */
const events: Readonly<Record<Exclude<SoughtKind, "all" | "reads">, RegExp>> = {
  conflicts: /^(conflict|review)-/,
  changes: /^(change-(admitted|brought-along|restored)|signed-unseen)$/,
  refused: /^(change-(refused|waiting)|work-)/,
  people:
    /^(invitation|member|sign|refresh|device|automerge|signing|organization|operator)-(?!unseen)/,
};

/** One line of what was found: an entry, or one read of a batch. */
export interface FoundEntry {
  readonly key: string;
  readonly sequence: number;
  readonly atMs: number;
  readonly event: string;
  readonly memberIds: readonly string[];
  readonly recordId: string | null;
  readonly deviceId: string | null;
  /** A change's, a code, a group, what was looked at: what else tells it apart. */
  readonly detail: string | null;
  readonly entry: AuditEntry;
}

/** Of entries that come newest first; so do the reads of a batch. */
export function searchEntries(
  entries: readonly ChainedEntry[],
  sought: Sought,
): readonly FoundEntry[] {
  return entries
    .flatMap((chained) => linesOf(chained))
    .filter((line) => fits(line, sought));
}

function linesOf({ sequence, atMs, entry }: ChainedEntry): FoundEntry[] {
  const { reads } = entry;
  if (isEntryList(reads))
    return reads
      .map((read, at) => lineOf(sequence, atMs, read, `${at}`))
      .toReversed();
  const row = entry["sequence"];
  return [
    lineOf(sequence, atMs, entry, typeof row === "number" ? `row ${row}` : ""),
  ];
}

function lineOf(
  sequence: number,
  atMs: number,
  entry: AuditEntry,
  suffix: string,
): FoundEntry {
  const { adoptedBy } = entry;
  const isRead = entry["event"] === undefined;
  const readAtMs = entry["atMs"];
  return {
    key: `${sequence} ${suffix}`,
    sequence,
    atMs: isRead && typeof readAtMs === "number" ? readAtMs : atMs,
    event: textOf(entry["event"]) ?? "reads",
    memberIds: [
      entry["memberId"],
      entry["byMemberId"],
      entry["dismissedBy"],
      isEntry(adoptedBy) ? adoptedBy["memberId"] : undefined,
    ].flatMap((id) => textOf(id) ?? []),
    recordId: textOf(entry["recordId"]),
    deviceId: textOf(entry["deviceId"]),
    detail:
      textOf(entry["code"]) ??
      textOf(entry["group"]) ??
      textOf(entry["outcome"]) ??
      textOf(entry["what"]) ??
      (isRead ? textOf(entry["kind"]) : null),
    entry,
  };
}

function fits(
  { event, memberIds, recordId, atMs }: FoundEntry,
  sought: Sought,
): boolean {
  const { kind, fromMs, untilMs } = sought;
  const isKind =
    kind === "all" ||
    (kind === "reads" ? event === "reads" : events[kind].test(event));
  return (
    isKind &&
    (sought.memberId === "" || memberIds.includes(sought.memberId)) &&
    (sought.recordId === "" || recordId === sought.recordId) &&
    (fromMs === null || atMs >= fromMs) &&
    (untilMs === null || atMs < untilMs)
  );
}

/** One entry a line, as it came: NDJSON. */
export function toNdjson(found: readonly FoundEntry[]): string {
  return found
    .map(({ sequence, atMs, entry }) =>
      JSON.stringify({ sequence, atMs, entry }),
    )
    .map((line) => `${line}\n`)
    .join("");
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function isEntry(value: unknown): value is AuditEntry {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntryList(value: unknown): value is readonly AuditEntry[] {
  return Array.isArray(value) && value.every(isEntry);
}
