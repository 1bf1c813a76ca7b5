/**
 * A record's history as it is drawn, from what this device holds or from what the server tells: who, where, by both clocks, which
 * field, before → after, on what it builds and what lies beside it. Both are told alike. SPEC AP-85, AP-86.
 */
import {
  canonicalize,
  compareContents,
  generalInitial,
  groupOf,
  type ChangeHash,
  type Content,
  type DeviceId,
  type JsonValue,
  type RecordId,
  type RecordHistoryEdit,
  type RecordHistoryEntry,
} from "@suture/schema";
import type { HistoryEntry } from "@suture/client";

import { typeNamed } from "../reviews/read-queue.ts";
import { isObject } from "../reviews/word-parts.ts";

export interface TimelineEdit {
  readonly kind: "value" | "text" | "increment" | "resolution";
  /** Of the field, group or part; what tells how to say its values. */
  readonly name: string;
  /** The group a part belongs to; null for fields. */
  readonly group: string | null;
  /** What was overwritten: nothing, one value, or the several of a conflict. */
  readonly before: readonly unknown[];
  /** Undefined where nothing stands afterwards. */
  readonly after: unknown;
}

export interface TimelineEntry {
  /** From 1, oldest first. */
  readonly number: number;
  readonly hash: ChangeHash;
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly authoredAtMs: number;
  /** Null until the server has said. */
  readonly admittedAtMs: number | null;
  readonly reason: string | null;
  readonly edits: readonly TimelineEdit[];
  /** What it builds on: its author had seen these, and all behind them. */
  readonly parents: readonly ChangeHash[];
  /** Whose refused work it says again; null for its author's own. */
  readonly adoptedFrom: RecordId | null;
  /** What the server had sent to whom; null where only this device was asked. */
  readonly evidence: RecordHistoryEntry["seen"] | null;
}

export function deviceEntries(
  history: readonly HistoryEntry[],
  recordType: string,
): readonly TimelineEntry[] {
  return history.map((entry, index) => ({
    number: index + 1,
    hash: entry.hash,
    memberId: entry.memberId,
    deviceId: entry.deviceId,
    authoredAtMs: entry.authoredAtMs,
    admittedAtMs: entry.admittedAtMs,
    reason: entry.reason,
    edits: entry.edits.flatMap((edit) => deviceEdit(edit, recordType)),
    parents: entry.seen,
    adoptedFrom: null,
    evidence: null,
  }));
}

function deviceEdit(
  { kind, name, before, after }: HistoryEntry["edits"][number],
  recordType: string,
): readonly TimelineEdit[] {
  switch (kind) {
    case "recordId":
    case "recordType":
    case "container":
      return [];
    case "parentId":
      return [{ kind: "value", name: "parentId", group: null, before, after }];
    case "text":
      return [
        {
          kind: "text",
          name: name ?? "",
          group: null,
          before: [],
          after: null,
        },
      ];
    case "increment":
      return [{ kind, name: name ?? "", group: null, before: [], after }];
    case "statement":
      return statementEdits(recordType, name ?? "", before, after);
    case "resolution":
      return [resolutionEdit(after)];
    // The statement beside it says what left the list.
    case "archive":
      return [];
    case "cleared":
      return [
        {
          kind: "value",
          name: name ?? "",
          group: null,
          before,
          after: undefined,
        },
      ];
    default:
      return [{ kind: "value", name: name ?? "", group: null, before, after }];
  }
}

/** Entries and values that changed; all others stayed. */
function statementEdits(
  recordType: string,
  name: string,
  before: readonly unknown[],
  after: unknown,
): readonly TimelineEdit[] {
  const type = typeNamed(recordType);
  const group = type && groupOf(type, name);
  if (group === undefined || !isContent(after)) return [];
  const stood = before.filter(isContent);
  const overwritten = stood.length === 0 ? [generalInitial(group)] : stood;
  const [base = generalInitial(group)] = overwritten;
  return compareContents(group, base, [...overwritten, after])
    .filter((row) => !row.isAgreed)
    .map((row) => ({
      kind: "value" as const,
      name: row.part,
      group: name,
      before: distinct(row.versions.slice(0, -1)),
      after: row.versions.at(-1),
    }));
}

function resolutionEdit(after: unknown): TimelineEdit {
  const group =
    isObject(after) && typeof after["group"] === "string"
      ? after["group"]
      : null;
  const settles =
    isObject(after) && Array.isArray(after["settles"]) ? after["settles"] : [];
  return {
    kind: "resolution",
    name: group ?? "",
    group,
    before: settles,
    after: isObject(after) ? after["reason"] : undefined,
  };
}

export function serverEntries(
  entries: readonly RecordHistoryEntry[],
): readonly TimelineEntry[] {
  return entries.map((entry) => {
    const signed = entry.edits.find((edit) => edit.kind === "statement");
    return {
      number: entry.number,
      hash: entry.hash,
      memberId: entry.memberId,
      deviceId: entry.deviceId,
      // A change's own time is in whole seconds; a signature has the exact one.
      authoredAtMs: signed?.attribution.authoredAtMs ?? entry.deviceTimeMs,
      admittedAtMs: entry.admittedAtMs,
      reason: signed?.attribution.reason ?? null,
      edits: entry.edits.flatMap(serverEdit),
      parents: entry.seen.changes,
      adoptedFrom: entry.adopts?.memberId ?? null,
      evidence: entry.seen,
    };
  });
}

export function serverEdit(edit: RecordHistoryEdit): readonly TimelineEdit[] {
  switch (edit.kind) {
    case "value": {
      const [name = edit.target] = edit.target.split("/");
      if (["recordId", "recordType", "archive"].includes(name)) return [];
      const { before, after } = edit;
      return [{ kind: "value", name, group: null, before, after }];
    }
    case "text":
      return [
        {
          kind: "text",
          name: edit.target,
          group: null,
          before: [],
          after: null,
        },
      ];
    case "increment":
      return [
        {
          kind: "increment",
          name: edit.target,
          group: null,
          before: [],
          after: edit.by,
        },
      ];
    case "statement":
      return edit.changes.map(({ part, before, after }) => ({
        kind: "value" as const,
        name: part,
        group: edit.target,
        before,
        after,
      }));
    case "resolution":
      return [
        {
          kind: "resolution",
          name: edit.group,
          group: edit.group,
          before: edit.settles,
          after: edit.reason,
        },
      ];
  }
}

function isContent(value: unknown): value is Content {
  return isObject(value);
}

function distinct(
  values: readonly (JsonValue | undefined)[],
): readonly JsonValue[] {
  const stated = values.filter((value) => value !== undefined);
  return [
    ...new Map(stated.map((value) => [canonicalize(value), value])).values(),
  ];
}
