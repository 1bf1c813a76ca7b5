/** How identity answers over HTTP: the shapes its routes share, and what an error becomes. SPEC ID-1. */
import type { z } from "@hono/zod-openapi";
import {
  httpErrorSchema,
  identityError,
  identityErrorSchema,
} from "@suture/schema";
import type { IdentityCode, IdentityError } from "@suture/schema";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";

const statuses = {
  "request-invalid": 400,
  "password-too-short": 400,
  "sign-up-refused": 409,
  "sign-in-refused": 401,
  "too-many-attempts": 429,
  "too-many-requests": 429,
  "session-ended": 401,
  "refresh-reused": 401,
  "token-missing": 401,
  "token-invalid": 401,
  "token-wrong-kind": 401,
  "token-expired": 401,
  "token-revoked": 401,
  "proof-missing": 401,
  "proof-invalid": 401,
  "proof-replayed": 401,
  use_dpop_nonce: 401,
  "device-unknown": 404,
  "device-revoked": 403,
  "token-of-other-device": 401,
  "invitation-refused": 403,
  "ticket-refused": 401,
  "origin-refused": 403,
  "external-sign-in-refused": 401,
  "external-issuer-unavailable": 424,
} as const satisfies Readonly<Record<IdentityCode, number>>;

export type IdentityStatus = (typeof statuses)[IdentityCode];

export function statusOf(error: IdentityError): IdentityStatus {
  return statuses[error.code];
}

/**
 * The headers of an error's answer, also for one that refuses a socket's upgrade: `WWW-Authenticate` with every 401 (RFC
 * 9110, 11.6.1), `DPoP-Nonce` with a nonce (RFC 9449, 9), `Retry-After` in seconds. Nothing here may be cached.
 */
export function headersOf(error: IdentityError): Record<string, string> {
  const headers: Record<string, string> = { ...noStore };
  if (statusOf(error) === 401)
    headers["www-authenticate"] = challengeOf(error.code);
  if (error.dpopNonce !== undefined) headers["dpop-nonce"] = error.dpopNonce;
  if (error.retryAfterMs !== undefined)
    headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
  return headers;
}

export const noStore = { "cache-control": "no-store" } as const;

/** Per route, not per app: as middleware of a mounted app it would meet the routes of others. */
export const limitBody = bodyLimit({
  maxSize: 16 * 1024,
  onError: (c) => respondWithError(c, identityError("request-invalid")),
});

export function jsonContent<S extends z.ZodType>(
  schema: S,
  description: string,
) {
  return { description, content: { "application/json": { schema } } };
}

export function jsonBody<S extends z.ZodType>(schema: S) {
  return {
    body: { required: true, content: { "application/json": { schema } } },
  };
}

/** What breaks inside is no one route's doing. */
export const serverTrouble = jsonContent(
  httpErrorSchema,
  "The server's own trouble; the same request may succeed later",
);

/** Of a route that takes a proof of the device's key. Left out, the answer is `proof-missing`. */
export const dpopHeader: {
  name: string;
  in: "header";
  required: boolean;
  description: string;
  schema: { type: "string" };
} = {
  name: "DPoP",
  in: "header",
  required: true,
  description: "A proof of the device's key for this request (RFC 9449)",
  schema: { type: "string" },
};

export const errorResponses = {
  "4XX": jsonContent(
    identityErrorSchema,
    "Why not, as one of a closed list of codes",
  ),
  "5XX": serverTrouble,
};

export function respondWithError(c: Context, error: IdentityError) {
  return c.json(error, statusOf(error), headersOf(error));
}

function challengeOf(code: IdentityCode): string {
  if (code === "use_dpop_nonce")
    return 'DPoP error="use_dpop_nonce", algs="ES256"';
  if (code.startsWith("proof-"))
    return 'DPoP error="invalid_dpop_proof", algs="ES256"';
  return code === "token-missing" ? "Bearer" : 'Bearer error="invalid_token"';
}
