/** What a person may replicate now: their memberships as they count, and the scopes that follow from them. SPEC SY-1. */
import { organizationScope, teamScope } from "@suture/schema";
import type {
  Cursor,
  Membership,
  PersonId,
  RecordId,
  RecordTypes,
  Role,
  ScopeId,
  Store,
} from "@suture/schema";
import { mayRead } from "@suture/schema";
import { membersTable } from "../../admission/admission-tables.ts";
import type { Identity } from "../../identity/identity.ts";
import { readKeyOf } from "../../log/deliveries.ts";
import { endOf } from "../../log/read-log.ts";

export interface ScopeAccess {
  readonly scopeId: ScopeId;
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
  /** Where its log ended when this was read. */
  readonly end: Cursor;
  /** Names the readable types: sessions with the same key may be sent the same bytes. */
  readonly readKey: string;
  /** Names the member and the roles and teams that count: another key is other rights. */
  readonly rightsKey: string;
  mayRead(recordType: string): boolean;
}

export interface Access {
  readonly memberships: readonly Membership[];
  readonly scopes: ReadonlyMap<ScopeId, ScopeAccess>;
}

export const noAccess: Access = { memberships: [], scopes: new Map() };

export interface AccessDeps {
  readonly store: Store;
  readonly recordTypes: RecordTypes;
  readonly identity: Pick<Identity, "invitations">;
}

/** Memberships that are not active give nothing and are left out. */
export async function readAccess(
  deps: AccessDeps,
  personId: PersonId,
): Promise<Access> {
  const links = await deps.identity.invitations.membersOfPerson(personId);
  const memberships: Membership[] = [];
  const scopes = new Map<ScopeId, ScopeAccess>();
  for (const { organizationId, memberId } of links) {
    await deps.store.read(organizationId, async (tx) => {
      const member = await tx.get(membersTable, [memberId]);
      if (member?.isActive !== true) return;
      const { roles, teamIds } = member;
      memberships.push({ organizationId, memberId, roles, teamIds });
      const readable = readableTypes(deps.recordTypes, roles);
      for (const scopeId of [
        organizationScope(organizationId),
        ...teamIds.map(teamScope),
      ]) {
        const end = await endOf(tx, scopeId);
        if (end === undefined) continue;
        scopes.set(scopeId, {
          scopeId,
          organizationId,
          memberId,
          end,
          readKey: readKeyOf(readable),
          rightsKey: [memberId, ...roles, ...teamIds].join(),
          mayRead: (recordType) => readable.has(recordType),
        });
      }
    });
  }
  return { memberships, scopes };
}

export function scopesIn(
  access: Access,
  organizationId: RecordId,
): readonly ScopeId[] {
  return [...access.scopes.values()]
    .filter((scope) => scope.organizationId === organizationId)
    .map(({ scopeId }) => scopeId);
}

function readableTypes(
  recordTypes: RecordTypes,
  roles: readonly Role[],
): ReadonlySet<string> {
  const held = new Set(roles);
  return new Set(
    recordTypes.list
      .filter((type) => mayRead(type, held))
      .map(({ type }) => type),
  );
}
