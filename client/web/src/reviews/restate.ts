/**
 * Writes a whole content of a group into a form, as the least change: values are set, entries added, changed, or ended as entered in
 * error. What undoing an answer comes to: it stays on record, and another statement is signed on top. SPEC AP-67.
 */
import {
  entriesOf,
  type Content,
  type GroupDefinition,
  type JsonValue,
} from "@suture/schema";

import { endedVersion } from "./compose-answer.ts";

interface EntriesToWrite {
  add(entry: JsonValue, entryId?: string): string;
  update(entryId: string, entry: JsonValue): void;
  end(entryId: string, ended: JsonValue): void;
}

/** Answers whether it could be said: an entry may know no status that ends it. */
export function restate(
  group: GroupDefinition,
  draft: object,
  from: Content,
  to: Content,
): boolean {
  for (const [name, part] of Object.entries(group.parts)) {
    if (part.kind === "value") {
      if (!isSame(from[name], to[name])) Reflect.set(draft, name, to[name]);
      continue;
    }
    const entries: unknown = Reflect.get(draft, name);
    if (!isEntriesToWrite(entries)) return false;
    const stood = entriesOf(from, name);
    const stands = entriesOf(to, name);
    for (const [entryId, entry] of Object.entries(stood)) {
      if (entryId in stands) continue;
      const ended = endedVersion(group, name, entry);
      if (ended === null) return false;
      entries.end(entryId, ended);
    }
    for (const [entryId, entry] of Object.entries(stands)) {
      if (!(entryId in stood)) entries.add(entry, entryId);
      else if (!isSame(stood[entryId], entry)) entries.update(entryId, entry);
    }
  }
  return true;
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function isEntriesToWrite(value: unknown): value is EntriesToWrite {
  return (
    typeof value === "object" &&
    value !== null &&
    "add" in value &&
    "update" in value &&
    "end" in value
  );
}
