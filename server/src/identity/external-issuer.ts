/**
 * An OpenID Connect issuer that signs people in instead of us: known by its URL, everything else is discovered.
 *
 * What it says is believed only within these bounds: its own description names it exactly as it was configured (OpenID Connect
 * Discovery 4.3); its keys come from where that says, over https, within five seconds and 64 KiB, and are asked for again at
 * most twice a minute, however many made-up key ids arrive; an ID token is signed asymmetrically by one of them, for us alone
 * (`iss`, `aud`, `azp`), at most ten minutes ago, and carries the nonce of the attempt (Core 3.1.3.7; RFC 8725). It is not an
 * access token or a logout token (`typ`). A code is exchanged for one at the issuer's own token endpoint, as a public client with
 * PKCE, a few at a time. Who does not answer is `external-issuer-unavailable`, and for half a minute nobody
 * waits for them; where codes are exchanged, apart from the rest. SPEC ID-31 to ID-34, ID-41.
 */
import { err, identityError, ok } from "@suture/schema";
import type { Clock, IdentityError, Result, Timers } from "@suture/schema";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
} from "jose";
import type { JWTPayload, JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { createBoundedFetch } from "./bounded-fetch.ts";
import type { Fetch } from "./bounded-fetch.ts";

export interface ExternalPerson {
  /** The issuer's own id of the person; with the issuer it names an account for good. */
  readonly subject: string;
  /** When they showed the issuer who they are; null where it does not say. */
  readonly authenticatedAtMs: number | null;
}

/** What a person brings back from the issuer, instead of an ID token: RFC 6749 4.1.3, RFC 7636 4.5. */
export interface AuthorizationCode {
  readonly code: string;
  readonly codeVerifier: string;
  /** As the app gave it to the issuer. */
  readonly redirectUri: string;
}

export interface ExternalIssuer {
  readonly issuer: string;
  /** As whom this server is known there; the audience of its ID tokens. */
  readonly clientId: string;
  /** Where a browser begins, by the issuer's own description. Error: `external-issuer-unavailable`. */
  authorizationEndpoint(): Promise<Result<string, IdentityError>>;
  /** The ID token for a code, unverified. Errors: `external-sign-in-refused`, `external-issuer-unavailable`, `too-many-requests`. */
  exchange(code: AuthorizationCode): Promise<Result<string, IdentityError>>;
  /** Errors: `external-sign-in-refused`, `external-issuer-unavailable`. Whether the nonce is ours, and used, the caller judges. */
  verify(
    idToken: string,
    nonce: string,
  ): Promise<Result<ExternalPerson, IdentityError>>;
}

export interface ExternalIssuerDeps {
  /** A URL, as the issuer itself writes it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timers: Timers;
  /** How long keys, and a failure, are kept before the issuer is asked again for one that is missing. Default: 30 s. */
  readonly cooldownMs?: number;
}

export const externalFetchBounds = { timeoutMs: 5_000, maxBytes: 64 * 1024 };
const defaultCooldownMs = 30_000;
/** Keys are fetched anew after it, so that one the issuer has dropped is forgotten. */
const keysMaxAgeMs = 10 * 60_000;
const descriptionMaxAgeMs = 24 * 3_600_000;
const maxIdTokenAgeS = 600;
const clockToleranceS = 60;
/** At a time: strangers can bring made-up codes. */
const maxExchanges = 8;

const asymmetric = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

const descriptionSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  id_token_signing_alg_values_supported: z.array(z.string()),
});

const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.array(z.string())]),
  azp: z.string().optional(),
  nonce: z.string(),
  auth_time: z.number().optional(),
});

const tokenAnswerSchema = z.object({ id_token: z.string().max(12_000) });

interface Description {
  readonly authorizationEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  readonly algorithms: string[];
  readonly readAtMs: number;
}

export function createExternalIssuer(deps: ExternalIssuerDeps): ExternalIssuer {
  const { issuer, clientId, clock } = deps;
  const cooldownMs = deps.cooldownMs ?? defaultCooldownMs;
  const fetchBounded = createBoundedFetch(deps, externalFetchBounds);
  const mayBePlain = new URL(issuer).protocol === "http:";
  const mayBeAsked = (url: string) => {
    const { protocol } = new URL(url);
    return protocol === "https:" || (mayBePlain && protocol === "http:");
  };
  let description: Description | undefined;
  let describing: Promise<Description> | undefined;
  /** Apart: made-up codes may well upset an issuer whose keys are as good as ever. */
  const silence = createSilence(clock, cooldownMs);
  const codeSilence = createSilence(clock, cooldownMs);
  let exchanging = 0;

  async function describe(): Promise<Description> {
    const response = await fetchBounded(
      `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
      { headers: { accept: "application/json" } },
    );
    if (response.status !== 200)
      throw new Error("the issuer has no description");
    const read = descriptionSchema.parse(await response.json());
    if (read.issuer !== issuer) throw new Error("another issuer answers");
    const authorizationEndpoint = read.authorization_endpoint;
    const tokenEndpoint = read.token_endpoint;
    const { jwks_uri: keysUrl } = read;
    for (const url of [keysUrl, authorizationEndpoint, tokenEndpoint])
      if (url !== undefined && !mayBeAsked(url))
        throw new Error("the issuer names something that is no https URL");
    const algorithms = asymmetric.filter((algorithm) =>
      read.id_token_signing_alg_values_supported.includes(algorithm),
    );
    const keys = createRemoteJWKSet(new URL(keysUrl), {
      [customFetch]: fetchBounded,
      cooldownDuration: cooldownMs,
      cacheMaxAge: keysMaxAgeMs,
      timeoutDuration: externalFetchBounds.timeoutMs,
    });
    return {
      ...{ keys, algorithms, authorizationEndpoint, tokenEndpoint },
      readAtMs: clock.now(),
    };
  }

  /** Throws where the issuer does not answer as one; whoever asks at the same time waits for the same answer. */
  async function described(): Promise<Description> {
    const nowMs = clock.now();
    if (description && nowMs - description.readAtMs < descriptionMaxAgeMs)
      return description;
    if (silence.isOn()) throw new IssuerSilent("it failed just now");
    describing ??= describe().finally(() => (describing = undefined));
    description = await describing;
    return description;
  }

  /** A key of the issuer's. Throws `IssuerSilent` where it could not be asked; then those held still count, while they are fresh. */
  function keyOf({ keys }: Description): JWTVerifyGetKey {
    return async (header, token) => {
      const held = keys.fresh ? keys.jwks() : undefined;
      if (silence.isOn()) {
        if (held) return createLocalJWKSet(held)(header, token);
        throw new IssuerSilent("it failed just now");
      }
      try {
        return await keys(header, token);
      } catch (cause) {
        if (isAboutTheToken(cause)) throw cause;
        throw new IssuerSilent("its keys could not be had", { cause });
      }
    };
  }

  const refused = () => err(identityError("external-sign-in-refused"));
  const unavailable = (retryAfterMs: number) =>
    err(identityError("external-issuer-unavailable", { retryAfterMs }));

  return {
    issuer,
    clientId,

    async authorizationEndpoint() {
      try {
        const { authorizationEndpoint } = await described();
        return authorizationEndpoint === undefined
          ? unavailable(cooldownMs)
          : ok(authorizationEndpoint);
      } catch {
        return unavailable(silence.begin());
      }
    },

    async exchange({ code, codeVerifier, redirectUri }) {
      if (exchanging >= maxExchanges)
        return err(identityError("too-many-requests", { retryAfterMs: 1_000 }));
      if (codeSilence.isOn()) return unavailable(codeSilence.begin());
      exchanging += 1;
      // Which of its two addresses is silent.
      let failing = silence;
      try {
        const { tokenEndpoint } = await described();
        if (tokenEndpoint === undefined) return unavailable(cooldownMs);
        failing = codeSilence;
        const response = await fetchBounded(tokenEndpoint, {
          method: "POST",
          headers: { accept: "application/json" },
          body: new URLSearchParams({
            ...{ grant_type: "authorization_code", client_id: clientId, code },
            ...{ code_verifier: codeVerifier, redirect_uri: redirectUri },
          }),
        });
        // What it does not take is no failure of its own: RFC 6749 5.2.
        if (response.status >= 400 && response.status < 500) return refused();
        const answer = tokenAnswerSchema.parse(await response.json());
        return ok(answer.id_token);
      } catch {
        return unavailable(failing.begin());
      } finally {
        exchanging -= 1;
      }
    },

    async verify(idToken, nonce) {
      let from: Description;
      try {
        from = await described();
      } catch {
        // Whatever it was, nobody here can do anything about it: no answer, or not an issuer's.
        return unavailable(silence.begin());
      }
      let payload: JWTPayload;
      try {
        const verified = await jwtVerify(idToken, keyOf(from), {
          algorithms: from.algorithms,
          issuer,
          audience: clientId,
          requiredClaims: ["sub", "exp", "iat", "nonce"],
          maxTokenAge: maxIdTokenAgeS,
          clockTolerance: clockToleranceS,
          currentDate: new Date(clock.now()),
        });
        const { typ } = verified.protectedHeader;
        if (typ !== undefined && typ.toUpperCase() !== "JWT") return refused();
        payload = verified.payload;
      } catch (cause) {
        return cause instanceof IssuerSilent
          ? unavailable(silence.begin())
          : refused();
      }
      const claims = claimsSchema.safeParse(payload);
      if (!claims.success) return refused();
      const { sub: subject, aud, azp, auth_time: authTimeS } = claims.data;
      const authenticatedAtMs =
        authTimeS === undefined ? null : authTimeS * 1_000;
      const isForOthersToo = typeof aud !== "string" && aud.length > 1;
      const isOurs = azp === undefined ? !isForOthersToo : azp === clientId;
      return isOurs && claims.data.nonce === nonce
        ? ok({ subject, authenticatedAtMs })
        : refused();
    },
  };
}

/** How long somebody who did not answer is left alone. */
function createSilence(clock: Clock, lengthMs: number) {
  let sinceMs = -Infinity;
  const isOn = () => clock.now() - sinceMs < lengthMs;
  return {
    isOn,
    /** Where none is on. For how long it still is. */
    begin(): number {
      if (!isOn()) sinceMs = clock.now();
      return Math.max(0, sinceMs + lengthMs - clock.now());
    },
  };
}

/** The issuer could not be asked; nothing is said of the token. */
class IssuerSilent extends Error {}

function isAboutTheToken(cause: unknown): boolean {
  return (
    cause instanceof errors.JWKSNoMatchingKey ||
    cause instanceof errors.JWKSMultipleMatchingKeys ||
    cause instanceof errors.JOSENotSupported
  );
}
