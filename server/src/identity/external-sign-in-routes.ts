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

const nonce = z.string().min(1).max(256);

export function addExternalSignInRoutes(
  app: OpenAPIHono<SessionEnv>,
  identity: Identity,
): void {
  const provider = createRoute({
    method: "get",
    path: "/v1/sign-in/external",
    summary: "The other service that this server trusts, if there is one",
    responses: {
      200: jsonContent(
        z.object({
          issuer: z.url().nullable(),
          authorizationEndpoint: z.url().nullable(),
        }),
        "Whom people may sign in with, and where a browser begins: null where there is none, or it does not say",
      ),
      ...errorResponses,
    },
  });
  app.openapi(provider, async (c) =>
    c.json(await identity.externalProvider(), 200, noStore),
  );

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
    summary:
      "Start a session by an ID token, or by the code for one (OpenID Connect Core 1.0, RFC 7636)",
    middleware: [limitBody] as const,
    request: jsonBody(
      z.union([
        z.object({ idToken: z.string().min(1).max(12_000), nonce }),
        z.object({
          code: z.string().min(1).max(2_000),
          codeVerifier: z.string().min(43).max(128),
          redirectUri: z.url().max(500),
          nonce,
        }),
      ]),
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
