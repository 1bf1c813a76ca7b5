/**
 * The keys this server signs with: ES256, kept in the store, named by their RFC 7638 thumbprint.
 *
 * - One key is current and signs. `rotate` retires it: its private half is deleted at once, its public half stays, so that
 *   tokens live out their time and checkpoints of the audit log can be checked for ever. SPEC ID-7.
 * - `distrust` is for a key that leaked: what it signed is refused from then on.
 * - Every verification pins algorithm, issuer, audience and `typ`; the key is found by `kid` among ours, never in the token.
 *   So `alg: none`, an HMAC made with our public key, and a token made for another purpose are all refused. SPEC ID-6.
 *
 * Other nodes notice a rotation at the first unknown `kid`, and a distrusted key within a minute.
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
  calculateJwkThumbprint,
  decodeProtectedHeader,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
} from "jose";
import type { CryptoKey, JWTPayload } from "jose";
import { identityPartition, signingKeysTable } from "./identity-tables.ts";
import { publicKeySchema } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";

/** What a token is for. Two kinds never share an audience or a `typ`, so neither can stand in for the other. */
export interface TokenKind {
  readonly audience: string;
  readonly typ: string;
}

export const checkpointKind: TokenKind = {
  audience: "suture-audit",
  typ: "suture-checkpoint+jwt",
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
}

interface LoadedKey {
  readonly kid: string;
  readonly published: PublishedKey;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey | undefined;
}

const reloadAfterMs = 60_000;
/** So that made-up `kid`s cost a read of the store at most once a second. */
const reloadForUnknownKidAfterMs = 1_000;

export async function createKeyRing(deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly issuer: string;
}): Promise<KeyRing> {
  const { store, clock, issuer } = deps;
  let loaded: readonly LoadedKey[] = [];
  let loadedAtMs = -Infinity;

  async function reload(): Promise<void> {
    const rows = await store.read(identityPartition, (tx) =>
      tx.scan(signingKeysTable),
    );
    const newestFirst = rows.toSorted(
      (left, right) => right.value.createdAtMs - left.value.createdAtMs,
    );
    loadedAtMs = clock.now();
    loaded = await Promise.all(
      newestFirst.map(async ({ key, value }): Promise<LoadedKey> => {
        const kid = String(key[0]);
        return {
          kid,
          published: { ...value.publicJwk, kid, alg: "ES256", use: "sig" },
          publicKey: await importKey(value.publicJwk),
          privateKey: value.privateJwk && (await importKey(value.privateJwk)),
        };
      }),
    );
  }

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

  async function addKey(
    when: "always" | "if-none-is-current",
  ): Promise<string> {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const publicJwk = publicKeySchema.parse(
      strippedOf(await exportJWK(pair.publicKey)),
    );
    const { d } = await exportJWK(pair.privateKey);
    if (d === undefined)
      throw new Error("the private key could not be exported");
    const kid = await calculateJwkThumbprint(publicJwk);
    await store.write(identityPartition, async (tx) => {
      const current = (await tx.scan(signingKeysTable)).filter(
        (row) => row.value.privateJwk,
      );
      if (when === "if-none-is-current" && current.length > 0) return;
      for (const { key, value } of current) {
        const { privateJwk: _deleted, ...rest } = value;
        await tx.put(signingKeysTable, key, {
          ...rest,
          retiredAtMs: clock.now(),
        });
      }
      await tx.put(signingKeysTable, [kid], {
        publicJwk,
        privateJwk: { ...publicJwk, d },
        createdAtMs: clock.now(),
      });
    });
    await reload();
    return kid;
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

  await addKey("if-none-is-current");

  return {
    sign,
    signCheckpoint: (payload) => sign(checkpointKind, payload),

    async verify(kind, token) {
      const key = await findKey(kidOf(token));
      if (!key) return err(identityError("token-invalid"));
      try {
        const { payload } = await jwtVerify(token, key.publicKey, {
          algorithms: ["ES256"],
          issuer,
          audience: kind.audience,
          typ: kind.typ,
          currentDate: new Date(clock.now()),
        });
        return ok(payload);
      } catch (cause) {
        return err(identityError(codeOf(cause)));
      }
    },

    async jwks() {
      return { keys: (await keysNow()).map((key) => key.published) };
    },

    rotate: () => addKey("always"),

    async distrust(kid) {
      if ((await findKey(kid))?.privateKey) await addKey("always");
      await store.write(identityPartition, (tx) =>
        tx.delete(signingKeysTable, [kid]),
      );
      await reload();
    },
  };
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

function strippedOf({
  kty,
  crv,
  x,
  y,
}: Awaited<ReturnType<typeof exportJWK>>): unknown {
  return { kty, crv, x, y };
}

async function importKey(jwk: PublicKey): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, "ES256");
  if (key instanceof Uint8Array) throw new Error("a signing key is an EC key");
  return key;
}
