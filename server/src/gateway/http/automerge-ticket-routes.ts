/** Tickets for plain Automerge clients, for whoever is signed in, and their socket as HTTP sees it. SPEC PA-1, PA-2. */
import { createRoute, z } from "@hono/zod-openapi";
import { deviceIdSchema, httpError, httpErrorSchema } from "@suture/schema";
import { jsonContent } from "../../identity/identity-response.ts";
import { requireSession, sessionOf } from "../../identity/require-session.ts";
import { automergePath } from "../automerge/serve-automerge.ts";
import type { HttpApp, HttpDeps } from "./http-deps.ts";
import { errorResponses, noStore, signedIn } from "./http-response.ts";
import { sessionDevice } from "./session-device.ts";

const ticketSchema = z.object({
  ticket: z.string(),
  ticketExpiresAtMs: z.int(),
  /** In whose name its changes are admitted, and what a statement written with it names. */
  deviceId: deviceIdSchema,
});

export function addAutomergeTicketRoutes(app: HttpApp, deps: HttpDeps): void {
  const { identity, store, clock } = deps;
  const path = "/v1/automerge-tickets";
  const session = {
    security: signedIn,
    middleware: requireSession(identity),
  };

  const issue = createRoute({
    method: "post",
    path,
    summary:
      "A ticket for plain Automerge clients: they connect to /automerge?ticket=<ticket>",
    ...session,
    responses: {
      201: jsonContent(
        ticketSchema,
        "For an hour, as long as this session lasts. A session has four; a fifth ends the oldest",
      ),
      ...errorResponses,
    },
  });
  app.openapi(issue, async (c) => {
    const { personId, sessionId } = sessionOf(c);
    const deviceId = await sessionDevice(store, sessionOf(c), clock.now());
    const holder = { personId, sessionId, deviceId };
    const given = await identity.automergeTickets.issue(holder);
    return c.json({ ...given, deviceId }, 201, noStore);
  });

  const end = createRoute({
    method: "delete",
    path,
    summary: "End this session's tickets, and the connections they opened",
    ...session,
    responses: { 204: { description: "None is left" }, ...errorResponses },
  });
  app.openapi(end, async (c) => {
    const deviceId = await sessionDevice(store, sessionOf(c), clock.now());
    await identity.automergeTickets.endAllOf(deviceId);
    return c.body(null, 204);
  });

  const socket = createRoute({
    method: "get",
    path: automergePath,
    summary: "automerge-repo's own WebSocket protocol, for plain clients",
    request: { query: z.object({ ticket: z.string().optional() }) },
    responses: {
      101: {
        description:
          "The socket is open; the peer joins first. With a ticket that does not hold it closes with 4401.",
      },
      426: jsonContent(httpErrorSchema, "The request asked for no WebSocket"),
    },
  });
  app.openapi(socket, (c) =>
    c.json(httpError("upgrade-required"), 426, {
      ...noStore,
      connection: "Upgrade",
      upgrade: "websocket",
    }),
  );
}
