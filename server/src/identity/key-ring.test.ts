import { createMemoryStore, type Store } from "@suture/schema";
import {
  calculateJwkThumbprint,
  CompactSign,
  createLocalJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import type { JWK, JWTPayload } from "jose";
import { beforeEach, expect, test } from "vitest";
import {
  identityPartition,
  identityTables,
  signingKeysTable,
} from "./identity-tables.ts";
import { HandSetClock, issuer } from "./identity-world.ts";
import { checkpointKind, createKeyRing } from "./key-ring.ts";
import type { KeyRing, TokenKind } from "./key-ring.ts";
import { sessionTokenKind } from "./session-tokens.ts";
import { listSigningKeys } from "./signing-keys.ts";
import { syncTokenKind } from "./sync-tokens.ts";

const kind: TokenKind = {
  audience: "here",
  typ: "here+jwt",
  requiredClaims: ["sub", "exp"],
  maxAgeMs: 2 * 3_600_000,
};

let clock: HandSetClock;
let store: Store;
let keys: KeyRing;
beforeEach(async () => {
  clock = new HandSetClock();
  store = createMemoryStore({ tables: identityTables });
  keys = await createKeyRing({ store, clock, issuer });
});

const inAnHour = () => clock.now() / 1000 + 3600;
const claims = (): JWTPayload => ({ sub: "ann", exp: inAnHour() });

async function codeOf(token: string, ring: KeyRing = keys): Promise<string> {
  const verified = await ring.verify(kind, token);
  return verified.ok ? "ok" : verified.error.code;
}

/** A token made by somebody who copies everything but has no key of ours. */
async function forged(
  key: Parameters<SignJWT["sign"]>[0],
  header: { alg: string; kid?: string; jwk?: JWK },
): Promise<string> {
  return new SignJWT(claims())
    .setProtectedHeader({ typ: kind.typ, ...header })
    .setIssuer(issuer)
    .setAudience(kind.audience)
    .sign(key);
}

test("[ID-6] a token verifies with its claims until it expires, and not from then on", async () => {
  const token = await keys.sign(kind, claims());
  expect(await keys.verify(kind, token)).toMatchObject({
    ok: true,
    value: { sub: "ann", iss: issuer, aud: "here" },
  });
  clock.advance(3_599_000);
  expect(await codeOf(token)).toBe("ok");
  clock.advance(1_000);
  expect(await codeOf(token)).toBe("token-expired");
});

test("[ID-6] another audience, another typ, another issuer are refused", async () => {
  expect(
    await codeOf(await keys.sign({ ...kind, audience: "there" }, claims())),
  ).toBe("token-wrong-kind");
  expect(
    await codeOf(await keys.sign({ ...kind, typ: "there+jwt" }, claims())),
  ).toBe("token-wrong-kind");
  expect(await codeOf(await keys.sign({ ...kind, typ: "JWT" }, claims()))).toBe(
    "token-wrong-kind",
  );
  const stranger = await createKeyRing({
    store,
    clock,
    issuer: "https://other.example",
  });
  expect(await codeOf(await stranger.sign(kind, claims()))).toBe(
    "token-invalid",
  );
});

test("[ID-6] alg none is refused", async () => {
  const unsecured = new UnsecuredJWT(claims())
    .setIssuer(issuer)
    .setAudience(kind.audience)
    .encode();
  expect(await codeOf(unsecured)).toBe("token-invalid");
  const kid = (await keys.jwks()).keys[0]?.kid;
  const header = Buffer.from(
    JSON.stringify({ alg: "none", typ: kind.typ, kid }),
  ).toString("base64url");
  expect(await codeOf(`${header}.${unsecured.split(".")[1]}.`)).toBe(
    "token-invalid",
  );
});

test("[ID-6] an HMAC made with our public key is refused", async () => {
  const [published] = (await keys.jwks()).keys;
  if (!published) throw new Error("no key");
  const publicBytes = new TextEncoder().encode(JSON.stringify(published));
  expect(
    await codeOf(
      await forged(publicBytes, { alg: "HS256", kid: published.kid }),
    ),
  ).toBe("token-invalid");
});

test("[ID-6] another key is refused, under our kid, under its own, and without one", async () => {
  const { privateKey } = await generateKeyPair("ES256");
  const [published] = (await keys.jwks()).keys;
  expect(
    await codeOf(
      await forged(privateKey, { alg: "ES256", kid: published?.kid ?? "" }),
    ),
  ).toBe("token-invalid");
  expect(
    await codeOf(await forged(privateKey, { alg: "ES256", kid: "unknown" })),
  ).toBe("token-invalid");
  expect(await codeOf(await forged(privateKey, { alg: "ES256" }))).toBe(
    "token-invalid",
  );
});

test("[ID-6] a token changed in any part, and text that is no token, are refused", async () => {
  const token = await keys.sign(kind, claims());
  const [header = "", payload = "", signature = ""] = token.split(".");
  const other = Buffer.from(
    JSON.stringify({ ...claims(), sub: "bob", iss: issuer, aud: "here" }),
  ).toString("base64url");
  expect(await codeOf(`${header}.${other}.${signature}`)).toBe("token-invalid");
  expect(await codeOf(`${header}.${payload}.`)).toBe("token-invalid");
  for (const text of ["", "...", "a.b.c", "x".repeat(10_000)])
    expect(await codeOf(text)).toBe("token-invalid");
});

test("[ID-7] the key survives a restart and is named by its thumbprint", async () => {
  const token = await keys.sign(kind, claims());
  const restarted = await createKeyRing({ store, clock, issuer });
  expect(await codeOf(token, restarted)).toBe("ok");
  expect((await restarted.jwks()).keys).toHaveLength(1);
  expect(decodeProtectedHeader(token).kid).toBe(
    (await keys.jwks()).keys[0]?.kid,
  );
});

test("[ID-7] after a rotation the new key signs, and what the old one signed stays good", async () => {
  const before = await keys.sign(kind, claims());
  clock.advance(1_000);
  const kid = await keys.rotate();
  const after = await keys.sign(kind, claims());
  expect(decodeProtectedHeader(after).kid).toBe(kid);
  expect(decodeProtectedHeader(before).kid).not.toBe(kid);
  expect([await codeOf(before), await codeOf(after)]).toEqual(["ok", "ok"]);
  expect((await keys.jwks()).keys[0]?.kid).toBe(kid);
});

test("[ID-7] a retired key's private half is gone", async () => {
  await keys.rotate();
  const rows = await store.read(identityPartition, (tx) =>
    tx.scan(signingKeysTable),
  );
  expect(rows.filter((row) => row.value.privateJwk !== undefined)).toHaveLength(
    1,
  );
  expect(rows).toHaveLength(2);
});

test("[ID-7] another node accepts a key it had not heard of, as soon as it is a second old in its mind", async () => {
  const otherNode = await createKeyRing({ store, clock, issuer });
  await keys.rotate();
  const token = await keys.sign(kind, claims());
  clock.advance(1_001);
  expect(await codeOf(token, otherNode)).toBe("ok");
});

test("[ID-7] a distrusted key's tokens are refused, here at once and on other nodes within a minute", async () => {
  const otherNode = await createKeyRing({ store, clock, issuer });
  const stolen = await keys.sign(kind, claims());
  await keys.distrust(decodeProtectedHeader(stolen).kid ?? "");
  expect(await codeOf(stolen)).toBe("token-invalid");
  expect(await codeOf(await keys.sign(kind, claims()))).toBe("ok");
  clock.advance(60_001);
  expect(await codeOf(stolen, otherNode)).toBe("token-invalid");
});

test("[ID-7] the key set holds public halves only", async () => {
  await keys.rotate();
  const { keys: published } = await keys.jwks();
  expect(published).toHaveLength(2);
  for (const key of published) {
    expect(Object.keys(key).toSorted()).toEqual([
      "alg",
      "crv",
      "kid",
      "kty",
      "use",
      "x",
      "y",
    ]);
    await expect(
      importJWK({ ...key }).then((imported) => exportJWK(imported)),
    ).resolves.not.toHaveProperty("d");
  }
});

test("[ID-7] anyone can check a checkpoint by the key set, also years and rotations later", async () => {
  const checkpoint = await keys.signCheckpoint({ root: "00ff" });
  clock.advance(3 * 365 * 24 * 3_600_000);
  await keys.rotate();
  const keySet = createLocalJWKSet({
    keys: (await keys.jwks()).keys.map((key) => ({ ...key })),
  });
  const { payload } = await jwtVerify(checkpoint, keySet, {
    algorithms: ["ES256"],
    issuer,
    audience: checkpointKind.audience,
    typ: checkpointKind.typ,
    currentDate: new Date(clock.now()),
  });
  expect(payload).toMatchObject({ root: "00ff" });
  expect(await codeOf(checkpoint)).toBe("token-wrong-kind");
});

/** Signed with our own current key, the way only this server could; except for what is given. */
async function signedByUs(
  payload: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const [current] = (await listSigningKeys(store)).filter(
    (key) => key.privateJwk,
  );
  if (!current?.privateJwk) throw new Error("no key");
  const signing = new CompactSign(
    new TextEncoder().encode(
      JSON.stringify({
        ...claims(),
        iss: issuer,
        aud: kind.audience,
        iat: clock.now() / 1000,
        ...payload,
      }),
    ),
  ).setProtectedHeader({
    alg: "ES256",
    typ: kind.typ,
    kid: current.kid,
    ...header,
  });
  return signing.sign(await importJWK({ ...current.privateJwk }, "ES256"), {
    crit: { "urn:strange": true },
  });
}

test("[ID-30] even from our own key a token lacking a claim of its kind, or with one of another form, is refused", async () => {
  expect(await codeOf(await signedByUs({}))).toBe("ok");
  for (const claim of ["iss", "aud", "iat", "sub", "exp"])
    expect(await codeOf(await signedByUs({ [claim]: undefined }))).not.toBe(
      "ok",
    );
  for (const wrong of [
    { exp: "tomorrow" },
    { iat: "now" },
    { iat: null },
    { exp: -1 },
    { nbf: clock.now() / 1000 + 3_600 },
    { iss: [issuer, "https://other.example"] },
    { aud: ["there"] },
  ])
    expect(
      await codeOf(await signedByUs(wrong)),
      JSON.stringify(wrong),
    ).not.toBe("ok");
});

test("[ID-30] a token older than its kind may be is expired, whatever it says of its own end", async () => {
  const far = { exp: clock.now() / 1000 + 365 * 24 * 3_600 };
  const token = await signedByUs(far);
  clock.advance(2 * 3_600_000);
  expect(await codeOf(token)).toBe("ok");
  clock.advance(300_000 + 1_000);
  expect(await codeOf(token)).toBe("token-expired");
});

test("[ID-30] a token from the future is refused, except for as far as a clock may be set back", async () => {
  const nowS = clock.now() / 1000;
  expect(await codeOf(await signedByUs({ iat: nowS + 300 }))).toBe("ok");
  expect(await codeOf(await signedByUs({ iat: nowS + 301 }))).toBe(
    "token-invalid",
  );
});

test("[ID-30] keys and extensions in a token's header are never followed", async () => {
  const stranger = await generateKeyPair("ES256");
  const jwk = await exportJWK(stranger.publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const url = "https://evil.example/keys";
  const theirs = (header: { alg: string; kid?: string; jwk?: JWK }) =>
    forged(stranger.privateKey, header);
  expect(await codeOf(await theirs({ alg: "ES256", jwk }))).toBe(
    "token-invalid",
  );
  expect(await codeOf(await theirs({ alg: "ES256", jwk, kid }))).toBe(
    "token-invalid",
  );
  for (const name of ["../../dev/null", "' OR 1=1 --", "__proto__", "x\0y"])
    expect(await codeOf(await signedByUs({}, { kid: name }))).toBe(
      "token-invalid",
    );
  for (const odd of [7, ["x"], {}, null])
    expect(await codeOf(await signedByUs({}, { kid: odd }))).toBe(
      "token-invalid",
    );
  // Not ours to follow, and no reason to refuse what our own key signed.
  expect(await codeOf(await signedByUs({}, { jku: url, x5u: url }))).toBe("ok");
  const strange = { crit: ["urn:strange"], "urn:strange": 1 };
  expect(await codeOf(await signedByUs({}, strange))).toBe("token-invalid");
});

test("[ID-30] no kind of token stands in for another, over-long ones are not looked at, and each kind pins its claims", async () => {
  const kinds = [sessionTokenKind, syncTokenKind, checkpointKind];
  expect(new Set(kinds.map(({ audience }) => audience)).size).toBe(3);
  expect(new Set(kinds.map(({ typ }) => typ)).size).toBe(3);
  const all = {
    ...claims(),
    ...{ sid: "s", jti: "j", device_id: "d", cnf: { jkt: "k" } },
    ...{ organizationId: "o", number: 1, root: "r" },
  };
  for (const made of kinds) {
    const token = await keys.sign(made, all);
    for (const wanted of kinds) {
      const verified = await keys.verify(wanted, token);
      expect(verified.ok).toBe(made === wanted);
      for (const claim of wanted.requiredClaims) {
        const lacking = await keys.sign(wanted, { ...all, [claim]: undefined });
        expect((await keys.verify(wanted, lacking)).ok).toBe(false);
      }
    }
  }
  const padded = await keys.sign(kind, { ...claims(), pad: "x".repeat(4_096) });
  expect(await codeOf(padded)).toBe("token-invalid");
});

test("[ID-7] whoever holds keys open is told when the set is another: rotated here, or by another process", async () => {
  const otherNode = await createKeyRing({ store, clock, issuer });
  const told: string[] = [];
  keys.onChanged(() => told.push("here"));
  const stop = otherNode.onChanged(() => told.push("there"));
  await keys.rotate();
  expect(told).toEqual(["here"]);
  clock.advance(60_001);
  await otherNode.jwks();
  await keys.jwks();
  expect(told).toEqual(["here", "there"]);
  stop();
  await keys.rotate();
  clock.advance(60_001);
  await otherNode.jwks();
  expect(told).toEqual(["here", "there", "here"]);
});
