/**
 * The HTTP routes of identity, described for OpenAPI. Handlers only translate; what is allowed is decided by `Identity`.
 *
 * Every error is `{ code, message, isRetryable }` with a code of `identityCodeSchema`; none holds a token, a password, an
 * e-mail or a name. Answers are never cached, bodies have at most 16 KiB, and no token is ever part of a URL. SPEC ID-1.
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { identityError, recordIdSchema } from "@suture/schema";
import { HTTPException } from "hono/http-exception";
import { addAccountRoutes } from "./account-routes.ts";
import { addDeviceRoutes } from "./device-routes.ts";
import { addExternalSignInRoutes } from "./external-sign-in-routes.ts";
import {
  errorResponses,
  jsonBody,
  jsonContent,
  limitBody,
  respondWithError,
} from "./identity-response.ts";
import type { Identity } from "./identity.ts";
import { publicKeySchema } from "./public-key.ts";
import { requireSession, sessionOf } from "./require-session.ts";
import type { SessionEnv } from "./require-session.ts";
import { addSyncTokenRoutes } from "./sync-token-routes.ts";

export interface IdentityRoutesOptions {
  readonly identity: Identity;
  /**
   * Where clients reach this server, when that is not what requests say (behind a proxy). Proofs must name it, so that one
   * made for another server is of no use here.
   */
  readonly externalUrl?: string | undefined;
}

/** To be mounted at the root: `app.route("/", createIdentityRoutes({ identity }))`. */
export function createIdentityRoutes({
  identity,
  externalUrl,
}: IdentityRoutesOptions): OpenAPIHono<SessionEnv> {
  const app = new OpenAPIHono<SessionEnv>({
    // zod's own message would quote what was sent.
    defaultHook: (result, c) =>
      result.success
        ? undefined
        : respondWithError(c, identityError("request-invalid")),
  });
  app.onError((error, c) => {
    if (error instanceof HTTPException)
      return respondWithError(c, identityError("request-invalid"));
    throw error;
  });

  addAccountRoutes(app, identity);
  addExternalSignInRoutes(app, identity);
  const urlOf = (url: string) => externalUrlOf(url, externalUrl);
  addDeviceRoutes(app, identity, urlOf);
  addSyncTokenRoutes(app, identity, urlOf);

  const acceptInvitation = createRoute({
    method: "post",
    path: "/v1/invitations/accept",
    summary: "Become the member that an invitation is for",
    security: [{ session: [] }],
    middleware: [limitBody, requireSession(identity)] as const,
    request: jsonBody(z.object({ code: z.string().min(1).max(64) })),
    responses: {
      200: jsonContent(
        z.object({ organizationId: recordIdSchema, memberId: recordIdSchema }),
        "Whose member the person now is",
      ),
      ...errorResponses,
    },
  });
  app.openapi(acceptInvitation, async (c) => {
    const accepted = await identity.invitations.acceptInvitation(
      c.req.valid("json").code,
      sessionOf(c).personId,
    );
    return accepted.ok
      ? c.json(accepted.value, 200)
      : respondWithError(c, accepted.error);
  });

  const publishedKeys = z.object({
    keys: z.array(
      publicKeySchema.extend({
        kid: z.string(),
        alg: z.literal("ES256"),
        use: z.literal("sig"),
      }),
    ),
  });
  const jwks = createRoute({
    method: "get",
    path: "/.well-known/jwks.json",
    summary: "The public keys that check this server's tokens and checkpoints",
    responses: {
      200: jsonContent(
        publishedKeys,
        "A JSON Web Key Set (RFC 7517), newest key first",
      ),
    },
  });
  app.openapi(jwks, async (c) => {
    const { keys } = await identity.keys.jwks();
    return c.json({ keys: [...keys] }, 200, {
      "cache-control": "public, max-age=60",
    });
  });

  return app;
}

/** The URL as the client addressed it: the request's path at the external URL, if one is configured. */
export function externalUrlOf(
  requestUrl: string,
  externalUrl: string | undefined,
): string {
  if (externalUrl === undefined) return requestUrl;
  return `${externalUrl.replace(/\/+$/, "")}${new URL(requestUrl).pathname}`;
}
