/**
 * The keys this server signs with: ES256, kept in the store, named by their RFC 7638 thumbprint.
 *
 * - One key is current and signs. `rotate` retires it: its private half is deleted at once, its public half stays, so that
 *   tokens live out their time and checkpoints of the audit log can be checked for ever. SPEC ID-7.
 * - `distrust` is for a key that leaked: what it signed is refused from then on.
 * - Every verification pins algorithm, issuer, audience, `typ`, the claims that must be there and the age; the key is found by
 *   `kid` among ours, never in the token. So `alg: none`, an HMAC made with our public key, and a token made for another
 *   purpose are all refused. SPEC ID-6, ID-30; RFC 8725, 3.
 * - The signature of a token that is shown again and again is verified once while the keys stay the same; its key, age and end
 *   are judged each time. SPEC ID-40.
 *
 * Other processes notice a rotation at the first unknown `kid`, and a distrusted key within a minute.
 * Key pairs are made by WebCrypto, which takes no injected randomness.
 */
import { err, identityError, ok } from "@suture/schema";
import type {
  Clock,
  IdentityCode,
  IdentityError,
  Result,
  Store,
} from "@suture/schema";
import {
  decodeProtectedHeader,
  errors,
  importJWK,
  jwtVerify,
  SignJWT,
} from "jose";
import type { CryptoKey, JWTPayload } from "jose";
import type { PublicKey } from "./public-key.ts";
import {
  distrustSigningKey,
  ensureSigningKey,
  listSigningKeys,
  rotateSigningKey,
} from "./signing-keys.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/** What a token is for. Two kinds never share an audience or a `typ`, so neither can stand in for the other. */
export interface TokenKind {
  readonly audience: string;
  readonly typ: string;
  /** Beside `iss`, `aud` and `iat`, which all have. */
  readonly requiredClaims: readonly string[];
  /** Since `iat`; absent for what can be checked for ever. */
  readonly maxAgeMs?: number;
  /** Its tokens are shown again and again: what was verified is remembered. */
  readonly isRemembered?: true;
}

export const checkpointKind: TokenKind = {
  audience: "suture-audit",
  typ: "suture-checkpoint+jwt",
  requiredClaims: ["organizationId", "number", "root"],
};

export interface PublishedKey extends PublicKey {
  readonly kid: string;
  readonly alg: "ES256";
  readonly use: "sig";
}

export interface KeyRing {
  /** Adds `iss`, `aud` and `iat` to the claims. */
  sign(kind: TokenKind, claims: JWTPayload): Promise<string>;
  /** Errors: `token-expired`, `token-wrong-kind`, and `token-invalid` for everything else. Revocation is not judged here. */
  verify(
    kind: TokenKind,
    token: string,
  ): Promise<Result<JWTPayload, IdentityError>>;
  /** A checkpoint of the audit log as a compact JWS without `exp`; anyone can check it by the JWKS. */
  signCheckpoint(payload: Readonly<Record<string, unknown>>): Promise<string>;
  /** The keys that are trusted, public halves only, newest first. */
  jwks(): Promise<{ readonly keys: readonly PublishedKey[] }>;
  /** The `kid` of the new current key. */
  rotate(): Promise<string>;
  /** Rotates first if the key is the current one. Does nothing for an unknown `kid`. */
  distrust(kid: string): Promise<void>;
  /** Calls after another key set was read than the one before, until the function given back is called. */
  onChanged(listener: KeysListener): () => void;
}

/** `isOneDistrusted`: a key of the set before is gone, and what it signed is worth nothing from now on. */
export type KeysListener = (
  keys: readonly PublishedKey[],
  isOneDistrusted: boolean,
) => void;

interface LoadedKey {
  readonly kid: string;
  readonly published: PublishedKey;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey | undefined;
}

const reloadAfterMs = 60_000;
/** So that made-up `kid`s cost a read of the store at most once a second. */
const reloadForUnknownKidAfterMs = 1_000;
/** A server whose clock was set back a little goes on accepting what it has just signed. Never more life: see `verify`. */
const clockToleranceS = 300;
/** A sync token has some 600. */
const maxTokenLength = 4_096;
/** Some 10 MB when full. */
const maxRememberedTokens = 10_000;

export async function createKeyRing(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly issuer: string;
}): Promise<KeyRing> {
  const { store, clock, issuer } = deps;
  let loaded: readonly LoadedKey[] = [];
  let loadedAtMs = -Infinity;
  let reloading: Promise<void> = Promise.resolve();
  const listeners = new Set<KeysListener>();
  const remembered = new VerifiedTokens<TokenKind>({
    maxTokens: maxRememberedTokens,
  });

  /** One after the other: what was read earlier never takes the place of what was read later. */
  function reload(): Promise<void> {
    reloading = reloading.catch(() => undefined).then(load);
    return reloading;
  }

  async function load(): Promise<void> {
    const stored = await listSigningKeys(store);
    const before = loaded;
    loadedAtMs = clock.now();
    loaded = await Promise.all(
      stored.map(async ({ kid, publicJwk, privateJwk }): Promise<LoadedKey> => {
        return {
          kid,
          published: { ...publicJwk, kid, alg: "ES256", use: "sig" },
          publicKey: await importKey(publicJwk),
          privateKey: privateJwk && (await importKey(privateJwk)),
        };
      }),
    );
    if (kidsOf(before) === kidsOf(loaded)) return;
    remembered.clear();
    const isOneDistrusted = before.some(
      ({ kid }) => !loaded.some((key) => key.kid === kid),
    );
    for (const listener of listeners) listener(published(), isOneDistrusted);
  }

  const published = () => loaded.map((key) => key.published);

  async function keysNow(): Promise<readonly LoadedKey[]> {
    if (clock.now() - loadedAtMs > reloadAfterMs) await reload();
    return loaded;
  }

  async function findKey(kid: string): Promise<LoadedKey | undefined> {
    const found = (await keysNow()).find((key) => key.kid === kid);
    if (found || clock.now() - loadedAtMs <= reloadForUnknownKidAfterMs)
      return found;
    await reload();
    return loaded.find((key) => key.kid === kid);
  }

  async function sign(kind: TokenKind, claims: JWTPayload): Promise<string> {
    const current = (await keysNow()).find((key) => key.privateKey);
    if (!current?.privateKey) throw new Error("there is no signing key");
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", typ: kind.typ, kid: current.kid })
      .setIssuer(issuer)
      .setAudience(kind.audience)
      .setIssuedAt(Math.floor(clock.now() / 1000))
      .sign(current.privateKey);
  }

  function remember(kind: TokenKind, token: string, claims: JWTPayload) {
    if (kind.isRemembered) remembered.keep(kind, token, { ...claims });
    return claims;
  }

  await ensureSigningKey(deps);
  await reload();

  return {
    sign,
    signCheckpoint: (payload) => sign(checkpointKind, payload),

    async verify(kind, token) {
      const key =
        token.length <= maxTokenLength && (await findKey(kidOf(token)));
      if (!key) return err(identityError("token-invalid"));
      const known = kind.isRemembered && remembered.claimsOf(kind, token);
      if (known) {
        const problem = timeProblem(kind, known, clock.now());
        if (problem === null) return ok({ ...known });
        remembered.forget(token);
        return err(identityError(problem));
      }
      try {
        const { payload } = await jwtVerify(token, key.publicKey, {
          algorithms: ["ES256"],
          issuer,
          audience: kind.audience,
          typ: kind.typ,
          requiredClaims: ["iat", ...kind.requiredClaims],
          clockTolerance: clockToleranceS,
          ...(kind.maxAgeMs !== undefined && {
            maxTokenAge: kind.maxAgeMs / 1000,
          }),
          currentDate: new Date(clock.now()),
        });
        // The tolerance is for the age and not for the end.
        return payload.exp !== undefined && payload.exp * 1000 <= clock.now()
          ? err(identityError("token-expired"))
          : ok(remember(kind, token, payload));
      } catch (cause) {
        return err(identityError(codeOf(cause)));
      }
    },

    async jwks() {
      return { keys: (await keysNow()).map((key) => key.published) };
    },

    async rotate() {
      const kid = await rotateSigningKey(deps);
      await reload();
      return kid;
    },

    async distrust(kid) {
      await distrustSigningKey(deps, kid);
      await reload();
    },

    onChanged(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What time has changed about claims that were in time once; as they are judged when the token is new. */
function timeProblem(
  { maxAgeMs = Infinity }: TokenKind,
  { iat = 0, nbf = 0, exp = Infinity }: Readonly<JWTPayload>,
  nowMs: number,
): IdentityCode | null {
  const nowS = Math.floor(nowMs / 1000);
  const ageS = nowS - iat;
  if (nbf > nowS + clockToleranceS) return "token-invalid";
  if (exp * 1000 <= nowMs) return "token-expired";
  if (ageS - clockToleranceS > maxAgeMs / 1000) return "token-expired";
  return ageS < -clockToleranceS ? "token-invalid" : null;
}

function kidsOf(keys: readonly LoadedKey[]): string {
  return keys.map(({ kid }) => kid).join();
}

function kidOf(token: string): string {
  try {
    return decodeProtectedHeader(token).kid ?? "";
  } catch {
    // Not a JWS at all: no key of ours has the empty name.
    return "";
  }
}

function codeOf(cause: unknown): IdentityCode {
  if (cause instanceof errors.JWTExpired) return "token-expired";
  const isWrongKind =
    cause instanceof errors.JWTClaimValidationFailed &&
    (cause.claim === "aud" || cause.claim === "typ");
  return isWrongKind ? "token-wrong-kind" : "token-invalid";
}

async function importKey(jwk: PublicKey): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, "ES256");
  if (key instanceof Uint8Array) throw new Error("a signing key is an EC key");
  return key;
}
