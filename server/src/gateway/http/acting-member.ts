/** As whom somebody acts in an organization, if one of the roles that it takes is theirs. */
import type {
  Membership,
  PersonId,
  RecordId,
  Result,
  Role,
} from "@suture/schema";
import { readAccess, type Access } from "../sync/access.ts";
import type { HttpDeps } from "./http-deps.ts";

export interface ActingMember {
  readonly membership: Membership;
  /** Of the person, wherever they are members. */
  readonly access: Access;
}

/** `organization-unknown` for whoever is no active member there, as for one that does not exist. */
export async function actingMember(
  deps: Pick<HttpDeps, "store" | "recordTypes" | "identity">,
  personId: PersonId,
  organizationId: RecordId,
  wanted: readonly Role[],
): Promise<Result<ActingMember, "organization-unknown" | "not-permitted">> {
  const access = await readAccess(deps, personId);
  const membership = access.memberships.find(
    (held) => held.organizationId === organizationId,
  );
  if (membership === undefined)
    return { ok: false, error: "organization-unknown" };
  return membership.roles.some((role) => wanted.includes(role))
    ? { ok: true, value: { access, membership } }
    : { ok: false, error: "not-permitted" };
}
