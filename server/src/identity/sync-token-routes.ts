/** What a device asks for with its sync token: a fresh one, and tickets for sockets that can send no header. */
import { createRoute, z } from "@hono/zod-openapi";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { deviceIdSchema } from "@suture/schema";
import type { Context } from "hono";
import {
  dpopHeader,
  errorResponses,
  jsonContent,
  limitBody,
  noStore,
  respondWithError,
} from "./identity-response.ts";
import type { Identity } from "./identity.ts";
import type { SessionEnv } from "./require-session.ts";

export const syncGrant = z.object({
  deviceId: deviceIdSchema,
  syncToken: z.string(),
  syncTokenExpiresAtMs: z.int(),
});

/** `urlOf` tells the URL that a client addressed from the one the request arrived with. */
export function addSyncTokenRoutes(
  app: OpenAPIHono<SessionEnv>,
  identity: Identity,
  urlOf: (requestUrl: string) => string,
): void {
  const callerOf = (c: Context) =>
    identity.verifySyncRequest({
      authorization: c.req.header("authorization"),
      dpop: c.req.header("dpop"),
      method: c.req.method,
      url: urlOf(c.req.url),
    });

  const renew = createRoute({
    method: "post",
    path: "/v1/sync-token/renew",
    summary:
      "A new sync token for the one sent; the old one ends with the first use of the new",
    security: [{ sync: [] }],
    parameters: [dpopHeader],
    middleware: [limitBody] as const,
    responses: {
      200: jsonContent(syncGrant, "Another 180 days"),
      ...errorResponses,
    },
  });
  app.openapi(renew, async (c) => {
    const caller = await callerOf(c);
    if (!caller.ok) return respondWithError(c, caller.error);
    const grant = await identity.renewSyncToken(caller.value);
    return grant.ok
      ? c.json(grant.value, 200, noStore)
      : respondWithError(c, grant.error);
  });

  const ticket = createRoute({
    method: "post",
    path: "/v1/sync-tickets",
    summary:
      "A ticket that opens one sync socket, for browsers: offered as the subprotocol suture.ticket.<ticket>",
    security: [{ sync: [] }],
    parameters: [dpopHeader],
    middleware: [limitBody] as const,
    responses: {
      201: jsonContent(
        z.object({ ticket: z.string(), ticketExpiresAtMs: z.int() }),
        "For 30 seconds, once",
      ),
      ...errorResponses,
    },
  });
  app.openapi(ticket, async (c) => {
    const caller = await callerOf(c);
    return caller.ok
      ? c.json(await identity.issueSyncTicket(caller.value), 201, noStore)
      : respondWithError(c, caller.error);
  });
}
