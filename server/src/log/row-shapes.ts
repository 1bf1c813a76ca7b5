/**
 * Whether rows that are read with every change have the form of today, at a look: every member, each of its kind. That they lie as they
 * were written is what the store sees by their checksums; a row of another form is shown to its schema.
 */
import type { ChangeRow, LogHeadRow, LogRow, RecordRow } from "./log-tables.ts";

export function isRecordRow(raw: unknown): raw is RecordRow {
  return (
    hasMembers(raw) &&
    typeof raw["recordId"] === "string" &&
    typeof raw["recordType"] === "string" &&
    isTextOrNull(raw["parentId"]) &&
    typeof raw["scopeId"] === "string" &&
    typeof raw["createdByMemberId"] === "string" &&
    isCount(raw["createdAtMs"]) &&
    typeof raw["creation"] === "string" &&
    isCount(raw["changeCount"]) &&
    typeof raw["tip"] === "string" &&
    isListOf(
      raw["parents"],
      (held) =>
        hasMembers(held) &&
        typeof held["opId"] === "string" &&
        isTextOrNull(held["parentId"]),
    )
  );
}

export function isChangeRow(raw: unknown): raw is ChangeRow {
  return (
    hasMembers(raw) &&
    typeof raw["hash"] === "string" &&
    typeof raw["actor"] === "string" &&
    isCount(raw["seq"]) &&
    isCount(raw["startOp"]) &&
    isCount(raw["opCount"]) &&
    isListOf(raw["deps"], isText) &&
    isListOf(
      raw["writes"],
      (write) =>
        hasMembers(write) &&
        isTextOrNull(write["target"]) &&
        isCount(write["count"]),
    ) &&
    typeof raw["isRooted"] === "boolean" &&
    hasMembers(raw["statements"]) &&
    Object.values(raw["statements"]).every(
      (op) =>
        hasMembers(op) &&
        typeof op["opId"] === "string" &&
        isListOf(op["pred"], isText),
    ) &&
    typeof raw["memberId"] === "string" &&
    typeof raw["deviceId"] === "string" &&
    isCount(raw["admittedAtMs"]) &&
    isListOf(raw["places"], hasLogEnd) &&
    raw["places"].length > 0
  );
}

export function isLogRow(raw: unknown): raw is LogRow {
  return (
    hasMembers(raw) &&
    typeof raw["recordId"] === "string" &&
    typeof raw["recordType"] === "string" &&
    typeof raw["hash"] === "string" &&
    typeof raw["memberId"] === "string" &&
    typeof raw["deviceId"] === "string" &&
    isCount(raw["admittedAtMs"]) &&
    typeof raw["chain"] === "string"
  );
}

export function isLogHeadRow(raw: unknown): raw is LogHeadRow {
  return (
    hasMembers(raw) &&
    typeof raw["epoch"] === "string" &&
    isCount(raw["sequence"]) &&
    typeof raw["chain"] === "string"
  );
}

function hasLogEnd(raw: unknown): boolean {
  return (
    hasMembers(raw) &&
    typeof raw["scopeId"] === "string" &&
    isCount(raw["sequence"]) &&
    typeof raw["chain"] === "string"
  );
}

function hasMembers(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw);
}

function isListOf(
  raw: unknown,
  isItem: (item: unknown) => boolean,
): raw is readonly unknown[] {
  return Array.isArray(raw) && raw.every(isItem);
}

function isCount(raw: unknown): raw is number {
  return Number.isSafeInteger(raw);
}

function isText(raw: unknown): raw is string {
  return typeof raw === "string";
}

function isTextOrNull(raw: unknown): raw is string | null {
  return raw === null || typeof raw === "string";
}
