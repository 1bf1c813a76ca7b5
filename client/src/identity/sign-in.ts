/**
 * Signing in on this device: password → session token → this device's key registered → sync token stored. SPEC ID-18.
 *
 * Each step may be repeated after a lost answer: the same key is the same device. Only the sync token and the refresh token
 * are kept; the password never is. Signing out of a session leaves sync alone.
 */
import {
  deviceIdSchema,
  err,
  identityError,
  ok,
  personIdSchema,
} from "@suture/schema";
import type { Clock, DeviceId, PersonId, Random, Result } from "@suture/schema";
import { z } from "zod";
import { generateDeviceKeyPair, openDeviceKey } from "./device-key.ts";
import type { DeviceKey } from "./device-key.ts";
import { makeDpopProof } from "./dpop-proof.ts";
import { endpoint, postIdentity } from "./identity-request.ts";
import type { Fetch, RequestError } from "./identity-request.ts";
import type { TokenStore } from "./token-store.ts";

export interface IdentityClientDeps {
  /** Of the server, `https://…`, with or without a slash at its end. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** A password of this server's, or what the service that it trusts has said (`beginExternalSignIn`). */
export type Credentials =
  | { readonly email: string; readonly password: string }
  | { readonly idToken: string; readonly nonce: string }
  | {
      readonly code: string;
      readonly codeVerifier: string;
      readonly redirectUri: string;
      readonly nonce: string;
    };

export type SignInOptions = IdentityClientDeps &
  Credentials & {
    /** For the list of devices; kept from the first time. */
    readonly deviceName: string;
  };

export interface SignedIn {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
  /** In memory only, for 15 minutes; `renewSession` gives the next. */
  readonly sessionToken: string;
  /** By this device's clock, whatever the server's says. */
  readonly sessionTokenExpiresAtMs: number;
}

/** Of a session token, on the server. */
const sessionLifetimeMs = 15 * 60_000;

export type Session = Omit<SignedIn, "deviceId">;

const sessionGrantSchema = z.object({
  personId: personIdSchema,
  sessionToken: z.string(),
  refreshToken: z.string(),
});

const syncGrantSchema = z.object({
  deviceId: deviceIdSchema,
  syncToken: z.string(),
  syncTokenExpiresAtMs: z.number(),
});
type SyncGrant = z.infer<typeof syncGrantSchema>;

/**
 * Errors: `sign-in-refused` (wrong e-mail or password), `too-many-attempts`, `unreachable`, `captive-portal`, `wrong-server`,
 * and rarer ones of the server; each with one sentence. Nothing is stored then, except a device key for the next try.
 */
export async function signIn(
  options: SignInOptions,
): Promise<Result<SignedIn, RequestError>> {
  const { clock, fetch, tokens } = options;
  const askedAtMs = clock.now();
  const session = await postIdentity({
    fetch,
    ...signInRequest(options),
    answer: sessionGrantSchema,
  });
  if (!session.ok) return session;
  const { personId, sessionToken, refreshToken } = session.value;

  const registered = await registerDevice(options, sessionToken);
  if (!registered.ok) return registered;
  await tokens.saveGrant({ personId, refreshToken, ...registered.value });
  return ok({
    personId,
    deviceId: registered.value.deviceId,
    sessionToken,
    sessionTokenExpiresAtMs: askedAtMs + sessionLifetimeMs,
  });
}

/** The next session token by the stored refresh token. Errors as `signIn`'s, and `session-ended`, `refresh-reused`: sign in again. */
export async function renewSession(
  deps: IdentityClientDeps,
  personId: PersonId,
): Promise<Result<Session, RequestError>> {
  const grant = await deps.tokens.loadGrant(personId);
  if (grant?.refreshToken === undefined)
    return err(identityError("session-ended"));
  const askedAtMs = deps.clock.now();
  const renewed = await exchangeRefreshToken(deps, grant.refreshToken);
  if (!renewed.ok) return renewed;
  const { refreshToken, ...session } = renewed.value;
  // Its other token may have been renewed meanwhile; who signed out meanwhile stays signed out.
  const now = await deps.tokens.loadGrant(personId);
  if (now?.refreshToken === grant.refreshToken)
    await deps.tokens.saveGrant({ ...now, refreshToken });
  return ok({
    ...session,
    sessionTokenExpiresAtMs: askedAtMs + sessionLifetimeMs,
  });
}

/** A sync token with a full life for the stored one. Errors: `token-*`, `proof-*`, and those of the connection. */
export async function renewSyncToken(
  deps: IdentityClientDeps,
  personId: PersonId,
): Promise<Result<void, RequestError>> {
  const grant = await deps.tokens.loadGrant(personId);
  const pair = await deps.tokens.loadKeyPair();
  if (!grant || !pair) return err(identityError("token-missing"));
  const url = endpoint(deps, "/v1/sync-token/renew");
  const renewed = await postWithProof(deps, await openDeviceKey(pair), {
    url,
    scheme: "DPoP",
    token: grant.syncToken,
  });
  if (!renewed.ok) return renewed;
  const now = await deps.tokens.loadGrant(personId);
  if (now?.syncToken === grant.syncToken)
    await deps.tokens.saveGrant({ ...now, ...renewed.value });
  return ok(undefined);
}

/**
 * Ends the person's session here at once and, if it can be reached, on the server: also one that only its stored refresh token is
 * left of, after a restart. The sync token stays: saved work still goes out. `session` is the person's, if one is in memory.
 */
export async function signOut(
  deps: IdentityClientDeps,
  personId: PersonId,
  session?: Session,
): Promise<void> {
  const grant = await deps.tokens.loadGrant(personId);
  const refreshToken = grant?.refreshToken;
  if (grant) await deps.tokens.saveGrant({ ...grant, refreshToken: undefined });
  const isLive =
    session !== undefined && session.sessionTokenExpiresAtMs > deps.clock.now();
  let sessionToken = isLive ? session.sessionToken : undefined;
  if (sessionToken === undefined && refreshToken !== undefined) {
    const renewed = await exchangeRefreshToken(deps, refreshToken);
    if (renewed.ok) sessionToken = renewed.value.sessionToken;
  }
  if (sessionToken === undefined) return;
  // Without an answer the session runs out by itself; signing out must not depend on the network.
  await deps
    .fetch(endpoint(deps, "/v1/session/sign-out"), {
      method: "POST",
      headers: { authorization: `Bearer ${sessionToken}` },
    })
    .catch(() => undefined);
}

/**
 * Takes the person off this device: on the server, where nothing of this device works for them any more, then here. Their work
 * that was not sent stays on the device, unsent. Errors: those of the connection, and the server's.
 */
export async function leaveDevice(
  deps: IdentityClientDeps,
  session: Session,
): Promise<Result<void, RequestError>> {
  const { personId, sessionToken } = session;
  const grant = await deps.tokens.loadGrant(personId);
  if (!grant) return ok(undefined);
  const left = await postIdentity({
    fetch: deps.fetch,
    url: endpoint(deps, `/v1/devices/${grant.deviceId}/revoke`),
    headers: { authorization: `Bearer ${sessionToken}` },
    answer: z.null(),
  });
  // Its first answer may have been lost; then the server no longer knows them on it.
  if (!left.ok && left.error.code !== "device-unknown") return left;
  await signOut(deps, personId, session);
  await deps.tokens.removeGrant(personId);
  return ok(undefined);
}

function signInRequest(options: SignInOptions) {
  if ("password" in options) {
    const { email, password } = options;
    const url = endpoint(options, "/v1/sign-in");
    return { url, body: { email, password } };
  }
  const url = endpoint(options, "/v1/sign-in/external");
  const { nonce } = options;
  if ("idToken" in options)
    return { url, body: { idToken: options.idToken, nonce } };
  const { code, codeVerifier, redirectUri } = options;
  return { url, body: { code, codeVerifier, redirectUri, nonce } };
}

function exchangeRefreshToken(
  deps: Pick<IdentityClientDeps, "url" | "fetch">,
  refreshToken: string,
) {
  return postIdentity({
    fetch: deps.fetch,
    url: endpoint(deps, "/v1/session/renew"),
    body: { refreshToken },
    answer: sessionGrantSchema,
  });
}

async function registerDevice(
  options: SignInOptions,
  sessionToken: string,
): Promise<Result<SyncGrant, RequestError>> {
  const { tokens } = options;
  const register = (key: DeviceKey) =>
    postWithProof(options, key, {
      url: endpoint(options, "/v1/devices"),
      scheme: "Bearer",
      token: sessionToken,
      body: { publicJwk: key.publicJwk, name: options.deviceName },
    });

  const known = await tokens.loadKeyPair();
  if (known) {
    const registered = await register(await openDeviceKey(known));
    if (registered.ok || registered.error.code !== "device-revoked")
      return registered;
  }
  // The first time here; or this device was revoked, and whoever signs in on it now starts anew.
  const fresh = await generateDeviceKeyPair({
    isExtractable: tokens.needsExtractableKey,
  });
  await tokens.saveKeyPair(fresh);
  return register(await openDeviceKey(fresh));
}

interface ProvedPost {
  readonly url: string;
  readonly scheme: "Bearer" | "DPoP";
  readonly token: string;
  readonly body?: unknown;
}

/** Tries a second time, with the server's nonce, when this device's clock is not trusted. */
async function postWithProof(
  deps: IdentityClientDeps,
  key: DeviceKey,
  { url, scheme, token, body }: ProvedPost,
): Promise<Result<SyncGrant, RequestError>> {
  const post = async (nonce?: string) => {
    const dpop = await makeDpopProof(
      { ...deps, key },
      { method: "POST", url, token, nonce },
    );
    const headers = { authorization: `${scheme} ${token}`, dpop };
    return postIdentity({
      fetch: deps.fetch,
      url,
      headers,
      body,
      answer: syncGrantSchema,
    });
  };
  const first = await post();
  const mustProveAge = !first.ok && first.error.code === "use_dpop_nonce";
  return mustProveAge ? post(first.error.dpopNonce) : first;
}
