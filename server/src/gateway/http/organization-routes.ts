/** What those who run an organization do here: invite people, and see what is still out there on devices. SPEC HT-8, HT-9. */
import { createRoute, z } from "@hono/zod-openapi";
import {
  deviceIdSchema,
  manifestSchema,
  organizationScope,
  recordIdSchema,
  scopeIdSchema,
  type Role,
} from "@suture/schema";

import { membersTable } from "../../admission/admission-tables.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { readAccess, scopesIn } from "../sync/access.ts";
import { isNothing, manifestsOf } from "../sync/manifests.ts";
import { holdsAny } from "./audit-routes.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { jsonBody, jsonContent } from "../../identity/identity-response.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

export const invitationLifetimeMs = 7 * 24 * 3_600_000;
const unsyncedReaders: readonly Role[] = ["manager", "admin", "auditor"];

const unsyncedDeviceSchema = z.object({
  scopeIds: z.array(scopeIdSchema),
  deviceId: deviceIdSchema,
  memberId: recordIdSchema,
  unsynced: manifestSchema,
  seenAtMs: z.int(),
});

export function addOrganizationRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, store, clock, reads } = deps;
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  const invite = createRoute({
    method: "post",
    path: "/v1/invitations",
    summary: "A one-time code by which a person becomes a member (admins)",
    ...session,
    request: jsonBody(
      z.object({ organizationId: recordIdSchema, memberId: recordIdSchema }),
    ),
    responses: {
      201: jsonContent(
        z.object({ code: z.string(), expiresAtMs: z.int() }),
        "Shown once; hand it over in person",
      ),
      ...errorResponses,
    },
  });
  app.openapi(invite, async (c) => {
    const { organizationId, memberId } = c.req.valid("json");
    const { personId } = sessionOf(c);
    const { memberships } = await readAccess(deps, personId);
    const own = memberships.find(
      (held) => held.organizationId === organizationId,
    );
    if (own === undefined)
      return respondWithHttpError(c, "organization-unknown");
    if (!holdsAny(own, ["admin"]))
      return respondWithHttpError(c, "not-permitted");
    const member = await store.read(organizationId, (tx) =>
      tx.get(membersTable, [memberId]),
    );
    if (member === undefined) return respondWithHttpError(c, "member-unknown");
    const expiresAtMs = clock.now() + invitationLifetimeMs;
    const code = await identity.invitations.createInvitation({
      organizationId,
      memberId,
      invitedBy: personId,
      byMemberId: own.memberId,
      expiresAtMs,
    });
    return c.json({ code, expiresAtMs }, 201, noStore);
  });

  const unsynced = createRoute({
    method: "get",
    path: "/v1/unsynced",
    summary: "What devices said they still hold when they were last here",
    ...session,
    request: { query: z.object({ organizationId: recordIdSchema }) },
    responses: {
      200: jsonContent(
        z.object({ devices: z.array(unsyncedDeviceSchema) }),
        "Most critical first. For managers, admins and auditors",
      ),
      ...errorResponses,
    },
  });
  app.openapi(unsynced, async (c) => {
    const { organizationId } = c.req.valid("query");
    const access = await readAccess(deps, sessionOf(c).personId);
    const own = access.memberships.find(
      (held) => held.organizationId === organizationId,
    );
    if (own === undefined)
      return respondWithHttpError(c, "organization-unknown");
    if (!holdsAny(own, unsyncedReaders))
      return respondWithHttpError(c, "not-permitted");
    const byDevice = new Map<string, z.infer<typeof unsyncedDeviceSchema>>();
    await store.read(organizationId, async (tx) => {
      for (const scopeId of scopesIn(access, organizationId)) {
        for (const row of await manifestsOf(tx, scopeId)) {
          if (isNothing(row.unsynced)) continue;
          const known = byDevice.get(row.deviceId);
          const scopeIds = [...(known?.scopeIds ?? []), scopeId];
          byDevice.set(row.deviceId, { ...row, scopeIds });
        }
      }
    });
    const devices = [...byDevice.values()].sort(mostCriticalFirst);
    const scopeId = organizationScope(organizationId);
    const { memberId } = own;
    const what = "devices";
    reads.note({ organizationId, scopeId, memberId, what, recordId: null });
    return c.json({ devices }, 200, noStore);
  });
}

function mostCriticalFirst(
  left: z.infer<typeof unsyncedDeviceSchema>,
  right: z.infer<typeof unsyncedDeviceSchema>,
): number {
  const other = right.unsynced.countsByPriority;
  for (const [priority, count] of left.unsynced.countsByPriority.entries()) {
    const difference = (other[priority] ?? 0) - count;
    if (difference !== 0) return difference;
  }
  return left.deviceId < right.deviceId ? -1 : 1;
}
