import {
  err,
  mayCreate,
  ok,
  type member,
  type Membership,
  type ReadTransaction,
  type RecordId,
  type RecordType,
  type RecordTypes,
  type Result,
} from "@suture/schema";

import { recordsTable } from "../store/client-tables.ts";
import { parentProblem } from "./parent-problem.ts";
import type { Author } from "./plan-base.ts";
import type { CurrentPerson, RecordDeps } from "./record-deps.ts";
import { RecordSnapshot } from "./record-snapshot.ts";
import type { SaveProblem } from "./save-problem.ts";

export interface SigningAuthor extends Author, CurrentPerson {}

/**
 * In whose name the current person writes into a record: their membership of its organization, with the rights last heard of.
 * Errors: `author-unknown`; `not-permitted` for a team's record and somebody who is not of that team. SPEC CO-9.
 */
export async function authorOf(
  deps: RecordDeps,
  recordId: RecordId,
): Promise<Result<SigningAuthor, SaveProblem>> {
  const author = await memberAt(deps, recordId);
  const opened = await deps.records.open(recordId);
  if (!author.ok || !opened.ok) return author;
  // Where it belongs now: it may have moved.
  const { type, fold } = opened.value.state;
  return ofTeam(deps, author.value, type, fold.parentId());
}

/** As `authorOf`, for a record of this type that is not there yet. */
export async function authorOfNew(
  deps: RecordDeps,
  type: RecordType,
  parentId: RecordId,
): Promise<Result<SigningAuthor, SaveProblem>> {
  const author = await memberAt(deps, parentId);
  if (!author.ok) return author;
  if (!mayCreate(type, author.value.roles))
    return err({
      code: "not-permitted",
      reason: `your role may not create a record of type ${type.type}`,
    });
  const problem = await parentProblem(deps, type, parentId);
  return problem === null
    ? ofTeam(deps, author.value, type, parentId)
    : err(problem);
}

interface Member extends SigningAuthor {
  readonly teamIds: readonly RecordId[];
}

async function memberAt(
  deps: RecordDeps,
  recordId: RecordId,
): Promise<Result<Member, SaveProblem>> {
  const person = deps.person();
  if (person === null)
    return err({ code: "author-unknown", reason: "nobody is signed in" });
  const organizationId = await deps.log.read((tx) =>
    organizationOf(tx, deps.types, recordId),
  );
  const own = deps.log.facts.memberships.filter(
    ({ personId }) => personId === person.personId,
  );
  const membership = membershipIn(own, organizationId);
  if (membership === undefined)
    return err({
      code: "author-unknown",
      reason: "the person is no member of this record's organization",
    });
  const { memberId, teamIds } = membership;
  const roles = new Set(membership.roles);
  return ok({ ...person, memberId, roles, teamIds });
}

async function ofTeam(
  deps: RecordDeps,
  author: Member,
  type: RecordType,
  parentId: RecordId | null,
): Promise<Result<SigningAuthor, SaveProblem>> {
  if (type.scope === "organization" || parentId === null) return ok(author);
  if (author.teamIds.includes(parentId)) return ok(author);
  // An admin who founds a team offline joins it in their own member record, which goes to the server first.
  const teamIds = await teamsStated(deps, author.memberId);
  return teamIds.includes(parentId)
    ? ok(author)
    : err({ code: "not-permitted", reason: "you are not of that team" });
}

/** What the member record says here, the server asked or not. */
export async function teamsStated(
  deps: Pick<RecordDeps, "records">,
  memberId: RecordId,
): Promise<readonly RecordId[]> {
  const opened = await deps.records.open(memberId);
  if (!opened.ok || opened.value.state.type.type !== "member") return [];
  const { state } = opened.value;
  const reading = new RecordSnapshot<typeof member>(
    { shown: state },
    state.index.heads(),
  ).group("membership");
  return reading.status === "settled"
    ? reading.content.teams
    : (reading.safe.teams.cautious ?? []);
}

/** Of a person's memberships the one that counts there; what has a parent that is not here yet is of the one there is. */
export function membershipIn<M extends Membership>(
  own: readonly M[],
  organizationId: RecordId | null,
): M | undefined {
  return (
    own.find((held) => held.organizationId === organizationId) ??
    (organizationId === null && own.length === 1 ? own[0] : undefined)
  );
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
