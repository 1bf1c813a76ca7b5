/** How often what was saved is opened again only to look: devices report it, those who run the organization read it. SPEC HT-14, HT-16. */
import { createRoute, z } from "@hono/zod-openapi";
import { recordIdSchema, reportReaders, roles } from "@suture/schema";

import { jsonBody, jsonContent } from "../../identity/identity-response.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { actingMember } from "./acting-member.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import {
  errorResponses,
  noStore,
  respondWithHttpError,
  signedIn,
} from "./http-response.ts";
import {
  keepReopenReport,
  readReopenWeeks,
  reopenReportSchema,
  reopenWeekSchema,
} from "./reopen-counts.ts";

export function addReopenCountRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, store, clock } = deps;
  const path = "/v1/organizations/{id}/reopen-counts";
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };
  const params = z.object({ id: recordIdSchema });

  const report = createRoute({
    method: "post",
    path,
    summary: "What a device counted of the person's saves, day by day",
    description:
      "Counts only. A day's counts as they stand then; sent again they change nothing.",
    ...session,
    request: { params, ...jsonBody(reopenReportSchema) },
    responses: { 204: { description: "Kept" }, ...errorResponses },
  });
  app.openapi(report, async (c) => {
    const { id: organizationId } = c.req.valid("param");
    const { personId } = sessionOf(c);
    const member = await actingMember(deps, personId, organizationId, roles);
    if (!member.ok) return respondWithHttpError(c, member.error);
    const { memberId } = member.value.membership;
    const told = c.req.valid("json");
    const device = await identity.devices.find(told.deviceId);
    if (device?.personIds.includes(personId) !== true)
      return respondWithHttpError(c, "device-unknown");
    const of = { organizationId, memberId };
    await keepReopenReport(store, of, told, clock.now());
    return c.body(null, 204, noStore);
  });

  const read = createRoute({
    method: "get",
    path,
    summary: "How many saves were opened again only to look, by week",
    ...session,
    request: { params },
    responses: {
      200: jsonContent(
        z.object({ weeks: z.array(reopenWeekSchema) }),
        "The latest week first. For managers, admins and auditors",
      ),
      ...errorResponses,
    },
  });
  app.openapi(read, async (c) => {
    const { id: organizationId } = c.req.valid("param");
    const { personId } = sessionOf(c);
    const reader = await actingMember(
      deps,
      personId,
      organizationId,
      reportReaders,
    );
    if (!reader.ok) return respondWithHttpError(c, reader.error);
    const weeks = await readReopenWeeks(store, organizationId, clock.now());
    return c.json({ weeks: [...weeks] }, 200, noStore);
  });
}
