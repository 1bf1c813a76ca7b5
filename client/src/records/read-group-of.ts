/** Opens a group of a plain Automerge document, where it is one opaque text, and Automerge's winner if there are several. */
import { getAllChanges, type Doc } from "@automerge/automerge";
import {
  decodeChange,
  defaultChangeLimits,
  err,
  declaredGroup,
  interpretChange,
  ok,
  readGroup,
  RecordFold,
  type GroupName,
  type GroupReading,
  type RecordType,
  type Result,
} from "@suture/schema";

declare const opaque: unique symbol;

/** What stands under a group's key in a document: not to be read by itself, since it may be one of several. */
export interface Statement {
  readonly [opaque]: "statement";
}

/** The groups of a record type as a `DocHandle`'s document has them at its root: `handle.doc() as GroupsOf<typeof patient>`. */
export type GroupsOf<R extends RecordType> = {
  readonly [Name in GroupName<R>]?: Statement;
};

/** Settled, or in conflict with all candidates. Errors: the document holds what is no change of such a record. */
export function readGroupOf<R extends RecordType, G extends GroupName<R>>(
  doc: Doc<unknown>,
  type: R,
  name: G,
): Result<GroupReading<R["groups"][G]["parts"]>, "not-a-record"> {
  const group = declaredGroup(type, name);
  if (group === undefined) return err("not-a-record");
  const fold = new RecordFold();
  for (const bytes of getAllChanges(doc)) {
    const decoded = decodeChange(bytes, defaultChangeLimits);
    if (!decoded.ok) return err("not-a-record");
    const edits = interpretChange(type, decoded.value);
    if (!edits.ok) return err("not-a-record");
    fold.addChange(edits.value);
  }
  return ok(readGroup(group, fold.live(name), fold));
}
