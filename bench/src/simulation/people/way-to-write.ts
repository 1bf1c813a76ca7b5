import type { Draft } from "@suture/client";
import { mayWrite, maySign, groupOf } from "@suture/schema";
import type { RecordId, RecordType, Role } from "@suture/schema";

import type { Edit } from "../journal.ts";
import type { Pen } from "./pen.ts";

/** What a form says was written to a field. */
export type FieldEdit = Exclude<Edit, { readonly kind: "statement" }>;

/** What somebody may do to a form of this type. */
export interface WayToWrite<R extends RecordType> {
  /** The field or group, as the record type names it. */
  readonly target: string;
  /** How often, beside the others. */
  readonly weight: number;
  /**
   * Writes into the draft. Answers what was written to a field, `"group"` where it was written to the group that is the target, and
   * null where there was nothing to write that to.
   */
  write(
    draft: Draft<R>,
    pen: Pen,
    recordId: RecordId,
  ): FieldEdit | "group" | null;
}

/** Whether somebody with these roles is offered a field or group to write in. */
export function isOffered(
  type: RecordType,
  target: string,
  roles: ReadonlySet<Role>,
): boolean {
  const group = groupOf(type, target);
  return group === undefined
    ? mayWrite(type, target, roles)
    : maySign(group, [], roles);
}

/** A set's entry, written anew or once more. */
export function entryOf(
  field: string,
  set: { readonly entries: Readonly<Record<string, unknown>> },
  entryId: string,
): Edit & { readonly kind: "entry" } {
  return { kind: "entry", field, entryId, value: set.entries[entryId] };
}

/** What a group's draft says now, part by part. Null while the group is in conflict: a draft that is read says so by throwing. */
export function contentOfDraft(
  group: object,
): Readonly<Record<string, unknown>> | null {
  try {
    return Object.fromEntries(
      Object.entries(group).map(([part, value]: [string, unknown]) => [
        part,
        isEntriesDraft(value) ? value.entries : value,
      ]),
    );
  } catch (cause) {
    if (cause instanceof Error && cause.message.includes("is in conflict"))
      return null;
    throw cause;
  }
}

function isEntriesDraft(
  value: unknown,
): value is { readonly entries: Readonly<Record<string, unknown>> } {
  return (
    typeof value === "object" &&
    value !== null &&
    "entries" in value &&
    "end" in value &&
    typeof value.end === "function"
  );
}
