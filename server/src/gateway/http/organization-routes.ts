/** What those who run an organization do here: invite people. SPEC HT-8. */
import { createRoute, z } from "@hono/zod-openapi";
import { recordIdSchema } from "@suture/schema";

import { membersTable } from "../../admission/admission-tables.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { actingMember } from "./acting-member.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { jsonBody, jsonContent } from "../../identity/identity-response.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";

export const invitationLifetimeMs = 7 * 24 * 3_600_000;

export function addOrganizationRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, store, clock } = deps;
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
    const admin = await actingMember(deps, personId, organizationId, ["admin"]);
    if (!admin.ok) return respondWithHttpError(c, admin.error);
    const member = await store.read(organizationId, (tx) =>
      tx.get(membersTable, [memberId]),
    );
    if (member === undefined) return respondWithHttpError(c, "member-unknown");
    const expiresAtMs = clock.now() + invitationLifetimeMs;
    const code = await identity.invitations.createInvitation({
      organizationId,
      memberId,
      invitedBy: personId,
      byMemberId: admin.value.membership.memberId,
      expiresAtMs,
    });
    return c.json({ code, expiresAtMs }, 201, noStore);
  });
}
