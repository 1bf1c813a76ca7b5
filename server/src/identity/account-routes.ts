/** Signing up, in and out, and keeping a session alive. */
import { createRoute, z } from "@hono/zod-openapi";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { personIdSchema } from "@suture/schema";
import { maxPasswordLength } from "./account-rules.ts";
import {
  errorResponses,
  jsonBody,
  jsonContent,
  limitBody,
  noStore,
  respondWithError,
} from "./identity-response.ts";
import type { Identity } from "./identity.ts";
import { requireSession, sessionOf } from "./require-session.ts";
import type { SessionEnv } from "./require-session.ts";

const email = z.string().min(1).max(254);
const password = z.string().max(maxPasswordLength);

export const sessionGrant = z.object({
  personId: personIdSchema,
  sessionToken: z.string(),
  sessionTokenExpiresAtMs: z.int(),
  refreshToken: z.string(),
});

export function addAccountRoutes(
  app: OpenAPIHono<SessionEnv>,
  identity: Identity,
): void {
  const signUp = createRoute({
    method: "post",
    path: "/v1/sign-up",
    summary: "Make an account",
    middleware: [limitBody] as const,
    request: jsonBody(
      z.object({ email, password, name: z.string().min(1).max(200) }),
    ),
    responses: {
      201: jsonContent(
        z.object({ personId: personIdSchema }),
        "The new person; sign in next",
      ),
      ...errorResponses,
    },
  });
  app.openapi(signUp, async (c) => {
    const personId = await identity.signUp(c.req.valid("json"));
    return personId.ok
      ? c.json({ personId: personId.value }, 201, noStore)
      : respondWithError(c, personId.error);
  });

  const signIn = createRoute({
    method: "post",
    path: "/v1/sign-in",
    summary: "Start a session",
    middleware: [limitBody] as const,
    request: jsonBody(z.object({ email, password })),
    responses: {
      200: jsonContent(
        sessionGrant,
        "A session token for 15 minutes, and a refresh token for the next",
      ),
      ...errorResponses,
    },
  });
  app.openapi(signIn, async (c) => {
    const grant = await identity.signIn(c.req.valid("json"));
    return grant.ok
      ? c.json(grant.value, 200, noStore)
      : respondWithError(c, grant.error);
  });

  const renew = createRoute({
    method: "post",
    path: "/v1/session/renew",
    summary:
      "Exchange a refresh token, good until the next is used, for a session token and that next one",
    middleware: [limitBody] as const,
    request: jsonBody(z.object({ refreshToken: z.string().min(1).max(128) })),
    responses: {
      200: jsonContent(sessionGrant, "As at sign-in"),
      ...errorResponses,
    },
  });
  app.openapi(renew, async (c) => {
    const grant = await identity.renewSession(c.req.valid("json").refreshToken);
    return grant.ok
      ? c.json(grant.value, 200, noStore)
      : respondWithError(c, grant.error);
  });

  const signOut = createRoute({
    method: "post",
    path: "/v1/session/sign-out",
    summary: "End the session; sync goes on",
    security: [{ session: [] }],
    middleware: [limitBody, requireSession(identity)] as const,
    responses: {
      204: { description: "Both tokens of the session no longer work" },
      ...errorResponses,
    },
  });
  app.openapi(signOut, async (c) => {
    await identity.signOut(sessionOf(c));
    return c.body(null, 204);
  });
}
