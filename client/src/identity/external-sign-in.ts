/**
 * Signing in at another service's page: the authorization code flow with PKCE (RFC 6749 4.1, RFC 7636), as a public client. What is
 * begun is kept by whoever calls, in the tab that begins it, until the browser is sent back; only an answer with its state is taken
 * (RFC 6749 10.12), and, where the service names itself, only that service's (RFC 9207). The person is asked anew each time. The code goes to our own server, which
 * brings it to the service: the app asks nothing of the service but its page. SPEC AP-107, AP-108, AP-162.
 */
import {
  encodeUtf8,
  err,
  ok,
  sha256,
  type Random,
  type Result,
} from "@suture/schema";
import { base64url } from "jose";
import { z } from "zod";

import {
  endpoint,
  getIdentity,
  postIdentity,
  type RequestError,
} from "./identity-request.ts";
import type { Credentials, IdentityClientDeps } from "./sign-in.ts";

type ServerDeps = Pick<IdentityClientDeps, "url" | "fetch">;

export interface ExternalProvider {
  /** Null where people sign in with passwords only. */
  readonly issuer: string | null;
  /** Where a browser begins; null while the service does not say. */
  readonly authorizationEndpoint: string | null;
}

/** What the app needs for an authorization request. */
export interface ExternalAttempt {
  readonly nonce: string;
  readonly issuer: string;
  readonly clientId: string;
}

const providerSchema = z.object({
  issuer: z.url().nullable(),
  authorizationEndpoint: z.url({ protocol: /^https?$/ }).nullable(),
});

const attemptSchema = z.object({
  nonce: z.string(),
  issuer: z.url(),
  clientId: z.string(),
});

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  issuer: z.string(),
  redirectUri: z.string(),
});

export interface ExternalDeparture {
  /** The service's page. */
  readonly url: string;
  /** To be kept in this tab alone until the browser is back. */
  readonly pending: string;
}

/** `not-begun-here`: no answer to what this tab began, so nothing was done with it. */
export type ReturnProblem = "not-begun-here" | "not-signed-in-there";

/** Whom this server trusts beside itself. Asks the service nothing. */
export function externalProvider(
  deps: ServerDeps,
): Promise<Result<ExternalProvider, RequestError>> {
  return getIdentity({
    fetch: deps.fetch,
    url: endpoint(deps, "/v1/sign-in/external"),
    answer: providerSchema,
  });
}

/** Where the person can sign in instead. Good for one sign-in within 15 minutes. Errors: `external-sign-in-refused` where there is none. */
export function beginExternalSignIn(
  deps: ServerDeps,
): Promise<Result<ExternalAttempt, RequestError>> {
  return postIdentity({
    fetch: deps.fetch,
    url: endpoint(deps, "/v1/sign-in/external/begin"),
    body: {},
    answer: attemptSchema,
  });
}

/** `redirectUri` is one that the service knows this app by. */
export function departTo(
  authorizationEndpoint: string,
  {
    attempt,
    redirectUri,
    random,
  }: {
    readonly attempt: ExternalAttempt;
    readonly redirectUri: string;
    readonly random: Random;
  },
): ExternalDeparture {
  const state = base64url.encode(random.bytes(32));
  const codeVerifier = base64url.encode(random.bytes(32));
  const url = new URL(authorizationEndpoint);
  const query = {
    response_type: "code",
    client_id: attempt.clientId,
    redirect_uri: redirectUri,
    scope: "openid",
    state,
    nonce: attempt.nonce,
    code_challenge: base64url.encode(sha256(encodeUtf8(codeVerifier))),
    code_challenge_method: "S256",
    // A session there, somebody's who used the device before, is not whoever stands before it now (OpenID Connect Core 3.1.2.1).
    prompt: "login",
    max_age: "0",
  };
  for (const [name, value] of Object.entries(query))
    url.searchParams.set(name, value);
  const { nonce, issuer } = attempt;
  const pending = { state, nonce, codeVerifier, issuer, redirectUri };
  return { url: url.href, pending: JSON.stringify(pending) };
}

/** What the address that the browser was sent back to says, if it answers what is pending. */
export function readReturn(
  pending: string | null,
  query: URLSearchParams,
): Result<Credentials, ReturnProblem> {
  const begun = parsePending(pending);
  const issuer = query.get("iss");
  if (
    begun === undefined ||
    query.get("state") !== begun.state ||
    (issuer !== null && issuer !== begun.issuer)
  )
    return err("not-begun-here");
  const code = query.get("code");
  if (code === null || query.has("error")) return err("not-signed-in-there");
  const { nonce, codeVerifier, redirectUri } = begun;
  return ok({ code, nonce, codeVerifier, redirectUri });
}

function parsePending(pending: string | null) {
  try {
    return pendingSchema.parse(JSON.parse(pending ?? ""));
  } catch {
    // Nothing was begun, or something else keeps its things under our name.
    return undefined;
  }
}
