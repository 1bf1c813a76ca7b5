/**
 * Founding an organization: itself, its founder as first admin, and a first team, in one transaction and, the server asks for
 * that, in this order in one batch. Works offline: until the server has heard of it the founder's rights are this device's word.
 */
import {
  err,
  recordIdFromBytes,
  roles,
  type RecordId,
  type RecordType,
  type Result,
  type Role,
} from "@suture/schema";
import { ok } from "@suture/schema";

import { membershipsTable } from "../store/client-tables.ts";
import type { SigningAuthor } from "./author-of.ts";
import { commitPlan, type ChangeToCommit } from "./commit-plan.ts";
import { planCreation, type CreationInput } from "./plan-creation.ts";
import type { RecordDeps } from "./record-deps.ts";
import type { SaveProblem } from "./save-problem.ts";

export interface FoundingInput {
  readonly organizationName: string;
  /** The founder's name, as colleagues see it. */
  readonly founderName: string;
  readonly teamName: string;
  readonly teamKind: "clinic" | "service-group";
  /** Besides `admin`. */
  readonly founderRoles?: readonly Role[];
}

export interface Founded {
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
  readonly teamId: RecordId;
}

const recordIdBytes = 16;

export async function foundOrganization(
  deps: RecordDeps,
  input: FoundingInput,
): Promise<Result<Founded, SaveProblem>> {
  const person = deps.person();
  if (person === null)
    return err({ code: "author-unknown", reason: "nobody is signed in" });
  const newId = () => recordIdFromBytes(deps.random.bytes(recordIdBytes));
  const founded = {
    organizationId: newId(),
    memberId: newId(),
    teamId: newId(),
  };
  const { organizationId, memberId, teamId } = founded;
  const founderRoles = [
    ...new Set<Role>(["admin", ...(input.founderRoles ?? [])]),
  ].sort();
  const author: SigningAuthor = { ...person, memberId, roles: new Set(roles) };
  const membership = { roles: founderRoles, teams: [teamId], active: true };
  const steps: readonly (readonly [string, RecordId, CreationInput])[] = [
    [
      "organization",
      organizationId,
      { parentId: null, fields: { name: input.organizationName } },
    ],
    [
      "member",
      memberId,
      {
        parentId: organizationId,
        fields: { displayName: input.founderName },
        groups: { membership },
      },
    ],
    [
      "team",
      teamId,
      {
        parentId: organizationId,
        fields: { name: input.teamName, kind: input.teamKind },
      },
    ],
  ];
  const changes: ChangeToCommit[] = [];
  for (const [typeName, recordId, creation] of steps) {
    const type: RecordType | undefined = deps.types.get(typeName);
    if (type === undefined)
      return err({
        code: "record-type-unknown",
        reason: `there is no record type ${typeName}`,
      });
    const plan = planCreation(deps, type, recordId, author, creation);
    if (!plan.ok) return plan;
    changes.push(...plan.value.changes.map((change) => ({ ...change, type })));
  }
  const committed = await commitPlan(deps, author, changes, (tx) =>
    tx.put(membershipsTable, [person.personId, organizationId], {
      organizationId,
      memberId,
      roles: founderRoles,
      teamIds: [teamId],
      isProvisional: true,
    }),
  );
  return committed.ok ? ok(founded) : committed;
}
