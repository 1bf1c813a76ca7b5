/** Signing in by another service's word: OpenID Connect. The person signs in there; what they bring back is judged here. */
import { createRoute, z } from "@hono/zod-openapi";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { sessionGrant } from "./account-routes.ts";
import {
  errorResponses,
  jsonBody,
  jsonContent,
  limitBody,
  noStore,
  respondWithError,
} from "./identity-response.ts";
import type { Identity } from "./identity.ts";
import type { SessionEnv } from "./require-session.ts";

export function addExternalSignInRoutes(
  app: OpenAPIHono<SessionEnv>,
  identity: Identity,
): void {
  const begin = createRoute({
    method: "post",
    path: "/v1/sign-in/external/begin",
    summary: "Begin to sign in with the other service that this server trusts",
    middleware: [limitBody] as const,
    responses: {
      200: jsonContent(
        z.object({ nonce: z.string(), issuer: z.url(), clientId: z.string() }),
        "Where to send the person, and the nonce that their ID token must carry",
      ),
      ...errorResponses,
    },
  });
  app.openapi(begin, (c) => {
    const attempt = identity.beginExternalSignIn();
    return attempt.ok
      ? c.json(attempt.value, 200, noStore)
      : respondWithError(c, attempt.error);
  });

  const finish = createRoute({
    method: "post",
    path: "/v1/sign-in/external",
    summary: "Start a session by an ID token (OpenID Connect Core 1.0)",
    middleware: [limitBody] as const,
    request: jsonBody(
      z.object({
        idToken: z.string().min(1).max(12_000),
        nonce: z.string().min(1).max(256),
      }),
    ),
    responses: {
      200: jsonContent(sessionGrant, "As at sign-in with a password"),
      ...errorResponses,
    },
  });
  app.openapi(finish, async (c) => {
    const grant = await identity.signInExternally(c.req.valid("json"));
    return grant.ok
      ? c.json(grant.value, 200, noStore)
      : respondWithError(c, grant.error);
  });
}
