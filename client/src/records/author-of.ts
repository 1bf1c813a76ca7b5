import {
  err,
  ok,
  type ReadTransaction,
  type RecordId,
  type RecordTypes,
  type Result,
} from "@suture/schema";

import { recordsTable } from "../store/client-tables.ts";
import type { Author } from "./plan-base.ts";
import type { CurrentPerson, RecordDeps } from "./record-deps.ts";
import type { SaveProblem } from "./save-problem.ts";

export interface SigningAuthor extends Author, CurrentPerson {}

/** In whose name the current person writes into a record: their membership of its organization, with the rights last heard of. */
export async function authorOf(
  deps: RecordDeps,
  recordId: RecordId,
): Promise<Result<SigningAuthor, SaveProblem>> {
  const person = deps.person();
  if (person === null)
    return err({ code: "author-unknown", reason: "nobody is signed in" });
  const organizationId = await deps.log.read((tx) =>
    organizationOf(tx, deps.types, recordId),
  );
  const own = deps.log.facts.memberships.filter(
    ({ personId }) => personId === person.personId,
  );
  // Whose parent has not arrived yet belongs to the one organization there is.
  const membership =
    own.find((held) => held.organizationId === organizationId) ??
    (organizationId === null && own.length === 1 ? own[0] : undefined);
  if (membership === undefined)
    return err({
      code: "author-unknown",
      reason: "the person is no member of this record's organization",
    });
  return ok({
    ...person,
    memberId: membership.memberId,
    roles: new Set(membership.roles),
  });
}

/** The organization at the top of a record's parents; null where one of them is not here. */
export async function organizationOf(
  tx: ReadTransaction,
  types: RecordTypes,
  recordId: RecordId,
): Promise<RecordId | null> {
  const visited = new Set<RecordId>();
  let current: RecordId | null = recordId;
  while (current !== null && !visited.has(current)) {
    visited.add(current);
    const record:
      { recordType: string; parentId: RecordId | null } | undefined =
      await tx.get(recordsTable, [current]);
    if (record === undefined) return null;
    if (types.get(record.recordType)?.parent === null) return current;
    current = record.parentId;
  }
  return null;
}
