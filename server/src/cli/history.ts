import {
  organizationScope,
  recordIdSchema,
  type Clock,
  type RecordHistoryEdit,
  type RecordHistoryEntry,
  type RecordId,
  type RecordTypes,
  type Store,
} from "@suture/schema";

import { appendAudit } from "../audit/append-audit.ts";
import { readHistory } from "../audit/record-history.ts";
import { openRecordView } from "../log/record-view.ts";
import { organizationsOf } from "../server.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";

interface RecordHistory {
  readonly organizationId: RecordId;
  readonly recordId: RecordId;
  readonly recordType: string;
  readonly heads: readonly string[];
  readonly entries: readonly RecordHistoryEntry[];
}

/** `suture history RECORD`: who changed what, when, on which device, having seen what. Shows values, so it is audited. SPEC AU-10. */
export async function runHistory(
  store: Store,
  output: CliOutput,
  clock: Clock,
  options: {
    readonly recordId: string;
    readonly json: boolean;
    readonly recordTypes: RecordTypes;
  },
): Promise<ExitCode> {
  const recordId = recordIdSchema.safeParse(options.recordId);
  const history = recordId.success
    ? await findHistory(store, recordId.data, options.recordTypes)
    : undefined;
  if (history === undefined) {
    output.err("There is no such record.");
    return 2;
  }
  const { organizationId } = history;
  const at = { scopeId: organizationScope(organizationId), atMs: clock.now() };
  await store.write(organizationId, (tx) =>
    appendAudit(tx, at, {
      event: "exported",
      memberId: null,
      what: "history",
      recordId: history.recordId,
      count: history.entries.length,
      upTo: [],
    }),
  );
  if (options.json) output.out(JSON.stringify(history));
  else for (const line of describe(history)) output.out(line);
  return 0;
}

async function findHistory(
  store: Store,
  recordId: RecordId,
  recordTypes: RecordTypes,
): Promise<RecordHistory | undefined> {
  for (const organizationId of await organizationsOf(store)) {
    const found = await store.read(organizationId, async (tx) => {
      const record = await openRecordView(tx, recordId, recordTypes.get);
      if (record === undefined) return undefined;
      const { type, view, row } = record;
      const limit = view.index.size;
      const request = { recordId, type, view, after: 0, limit };
      const { entries } = await readHistory(tx, request);
      const heads = view.index.heads();
      const { recordType } = row;
      return { organizationId, recordId, recordType, heads, entries };
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

function describe(history: RecordHistory): readonly string[] {
  const { recordType, recordId, organizationId, entries, heads } = history;
  const branches =
    heads.length === 1 ? "" : `, ${heads.length} branches not yet together`;
  return [
    `${recordType} ${recordId}`,
    `organization ${organizationId}`,
    `${entries.length} ${entries.length === 1 ? "change" : "changes"}${branches}`,
    ...entries.flatMap(describeEntry),
  ];
}

function describeEntry(entry: RecordHistoryEntry): readonly string[] {
  const { seen } = entry;
  return [
    "",
    `#${entry.number}  ${instant(entry.admittedAtMs)}  (the device's clock: ${instant(entry.deviceTimeMs)})`,
    `    member ${entry.memberId}  device ${entry.deviceId}`,
    `    change ${entry.hash}${entry.isHead ? "  (nothing builds on it yet)" : ""}`,
    ...describeAdopted(entry),
    ...describeEdits(entry.edits).map((line) => `    ${line}`),
    ...seen.delivered.map(
      ({ scopeId, fromSequence, sequence, atMs }) =>
        `    had been sent ${scopeId} from ${fromSequence + 1} to ${sequence} by ${instant(atMs)}`,
    ),
    ...seen.overwrote.map(
      ({ opId, isOwn, deliveredAtMs }) =>
        `    overwrote ${opId}, ${wasSent(isOwn, deliveredAtMs)}`,
    ),
  ];
}

function describeAdopted({ adopts }: RecordHistoryEntry): readonly string[] {
  return adopts === null
    ? []
    : [
        `    says again ${adopts.hash}, which was refused`,
        `    from member ${adopts.memberId}  device ${adopts.deviceId}: what had been sent is told of that device`,
      ];
}

function wasSent(isOwn: boolean, deliveredAtMs: number | null): string {
  if (isOwn) return "written on the same device";
  return deliveredAtMs === null
    ? "and no delivery of it to its device is on record"
    : `sent to its device ${instant(deliveredAtMs)}`;
}

/** What a creation says of the record itself stands above its history: only what it belongs to is told. */
const creationTargets: ReadonlySet<string> = new Set([
  "recordId",
  "recordType",
  "parentId",
]);

function describeEdits(edits: readonly RecordHistoryEdit[]): readonly string[] {
  const isCreation = edits.some(({ target }) => target === "recordId");
  if (!isCreation) return edits.flatMap(describeEdit);
  const parents = edits.flatMap((edit) =>
    edit.kind === "value" &&
    edit.target === "parentId" &&
    typeof edit.after === "string"
      ? [` in ${edit.after}`]
      : [],
  );
  return [
    `created${parents.join("")}`,
    ...edits
      .filter(({ target }) => !creationTargets.has(target))
      .flatMap(describeEdit),
  ];
}

function describeEdit(edit: RecordHistoryEdit): readonly string[] {
  switch (edit.kind) {
    case "value":
      return [`${edit.target}: ${fromTo(edit.before, edit.after)}`];
    case "text":
      return [`${edit.target}: text edited`];
    case "increment":
      return [`${edit.target}: ${edit.by < 0 ? "" : "+"}${edit.by}`];
    case "statement": {
      const { reason } = edit.attribution;
      return [
        `${edit.target}, signed${reason === undefined ? "" : `: ${reason}`}`,
        ...edit.changes.map(
          ({ part, entryId, before, after }) =>
            `  ${part}${entryId === null ? "" : `/${entryId}`}: ${fromTo(before, after)}`,
        ),
      ];
    }
    case "resolution":
      return [
        `${edit.group}: settled ${edit.settles.length} candidates: ${edit.reason}`,
      ];
  }
}

function fromTo(before: readonly unknown[], after: unknown): string {
  const stood = before.map(valueText).join(" | ");
  const stands = after === undefined ? "nothing" : valueText(after);
  return `${stood === "" ? "nothing" : stood} → ${stands}`;
}

/** Text in quotes; of an object its parts with their names, of a list its items. No word of a value is left out. */
function valueText(value: unknown): string {
  return isCompound(value) ? partsText(value) : JSON.stringify(value);
}

function partsText(value: object): string {
  const named = Array.isArray(value)
    ? value.map(nestedText)
    : Object.entries(value).map(
        ([name, part]) => `${name} ${nestedText(part)}`,
      );
  return named.length === 0 ? "empty" : named.join(", ");
}

function nestedText(value: unknown): string {
  return isCompound(value) ? `(${partsText(value)})` : valueText(value);
}

function isCompound(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
