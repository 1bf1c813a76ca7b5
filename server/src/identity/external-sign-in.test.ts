/* oxlint-disable house/one-way-imports -- The timers set by hand are the gateway's. */
import { identityErrorSchema } from "@suture/schema";
import { decodeJwt, SignJWT } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import { createExternalIssuer } from "./external-issuer.ts";
import { externalNonceLifetimeMs } from "./external-nonce.ts";
import { createIdentityWorld, signInSomebody } from "./identity-world.ts";
import type { IdentityWorld } from "./identity-world.ts";
import {
  clientId,
  newIssuerKey,
  OidcIssuer,
} from "./oidc-issuer.test-support.ts";
import { createIdentityRoutes } from "./routes.ts";

const firstKey = await newIssuerKey("first");

let issuer: OidcIssuer;
let world: IdentityWorld;
beforeEach(async () => {
  issuer = await OidcIssuer.start(firstKey);
  world = await createIdentityWorld(undefined, (clock) =>
    createExternalIssuer({
      issuer: issuer.url,
      clientId,
      fetch: (url, init) => fetch(url, init),
      clock,
      timers: new HandTimers(),
    }),
  );
});
afterEach(() => issuer.stop());

function begin(): string {
  const attempt = world.identity.beginExternalSignIn();
  if (!attempt.ok) throw new Error(attempt.error.code);
  return attempt.value.nonce;
}

/** The issuer has a clock of its own; here it is then the time at which the token was made. */
function setClockBy(idToken: string): void {
  const { iat = 0 } = decodeJwt(idToken);
  world.clock.advance(iat * 1000 - world.clock.now());
}

async function codeOf(idToken: string, nonce: string): Promise<string> {
  const grant = await world.identity.signInExternally({ idToken, nonce });
  return grant.ok ? "ok" : grant.error.code;
}

async function signIn(login: string): Promise<string> {
  setClockBy(await issuer.signIn(login, "to hear its time"));
  const nonce = begin();
  const idToken = await issuer.signIn(login, nonce);
  setClockBy(idToken);
  const grant = await world.identity.signInExternally({ idToken, nonce });
  if (!grant.ok) throw new Error(grant.error.code);
  return grant.value.personId;
}

/** Claims of an ID token as the issuer makes it, at the time set here. */
function claimsOf(nonce: string): Readonly<Record<string, unknown>> {
  const iat = Math.floor(world.clock.now() / 1000);
  return {
    ...{ iss: issuer.url, aud: clientId, sub: "ann", nonce },
    ...{ iat, exp: iat + 3_600 },
  };
}

test("[ID-31] a person signs in at the issuer, by code and PKCE, and has a session; the next time they are the same person", async () => {
  const first = await signIn("ann");
  const again = await signIn("ann");
  const other = await signIn("bob");
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test("[ID-31] an e-mail brings nobody into an account: not one of ours, nor another's at the issuer", async () => {
  const ours = await signInSomebody(world, "ann@clinic.example");
  const ann = await signIn("ann");
  const bob = await signIn("bob");
  expect(new Set([ours.personId, ann, bob]).size).toBe(3);
});

test("[ID-32] a nonce is for one sign-in, at its time, and only ours", async () => {
  const nonce = begin();
  const idToken = await issuer.sign(claimsOf(nonce));
  const refused = "external-sign-in-refused";
  expect(await codeOf(idToken, begin())).toBe(refused);
  expect(await codeOf(await issuer.sign(claimsOf("made up")), "made up")).toBe(
    refused,
  );
  const changed = nonce.replace(/^./, "0");
  expect(await codeOf(await issuer.sign(claimsOf(changed)), changed)).toBe(
    refused,
  );
  expect(await codeOf(idToken, nonce)).toBe("ok");
  expect(await codeOf(idToken, nonce)).toBe(refused);
  expect(await codeOf(await issuer.sign(claimsOf(nonce)), nonce)).toBe(refused);

  const late = begin();
  world.clock.advance(externalNonceLifetimeMs);
  expect(await codeOf(await issuer.sign(claimsOf(late)), late)).toBe(refused);
});

test("[ID-32] of two sign-ins with one token at once, one succeeds; beginning stores nothing", async () => {
  const nonce = begin();
  const idToken = await issuer.sign(claimsOf(nonce));
  const codes = await Promise.all([
    codeOf(idToken, nonce),
    codeOf(idToken, nonce),
  ]);
  expect(codes.toSorted()).toEqual(["external-sign-in-refused", "ok"]);
  expect(await world.identity.removeExpired()).toBe(0);
  for (let count = 0; count < 50; count += 1) begin();
  world.clock.advance(externalNonceLifetimeMs + 60_000);
  expect(await world.identity.removeExpired()).toBe(1);
});

test("[ID-33] what is not the issuer's word, for us, now, about one person, is refused", async () => {
  const stranger = await newIssuerKey("first");
  const unknown = await newIssuerKey("unknown");
  const nowS = Math.floor(world.clock.now() / 1000);
  const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "another issuer": { iss: "https://accounts.evil.example" },
    "the issuer with a slash": { iss: `${issuer.url}/` },
    "another audience": { aud: "somebody else" },
    "no audience": { aud: undefined },
    "for others too, and not said for whom": { aud: [clientId, "other"] },
    "for us, but given to another": { azp: "other" },
    "for others too, and given to one": {
      aud: [clientId, "other"],
      azp: "other",
    },
    expired: { exp: nowS - 61 },
    "without an end": { exp: undefined },
    "of a while ago": { iat: nowS - 661 },
    "of the future": { iat: nowS + 61 },
    "without a time": { iat: undefined },
    "not valid yet": { nbf: nowS + 61 },
    "without a person": { sub: undefined },
    "with an empty person": { sub: "" },
    "with an over-long person": { sub: "x".repeat(256) },
    "with a person of another form": { sub: 7 },
    "without a nonce": { nonce: undefined },
    "with two nonces": { nonce: ["a", "b"] },
  };
  const nonce = begin();
  const codes: Record<string, string> = {};
  for (const [name, claims] of Object.entries(wrong))
    codes[name] = await codeOf(
      await issuer.sign({ ...claimsOf(nonce), ...claims }),
      nonce,
    );
  const signed = await issuer.sign(claimsOf(nonce));
  const [, payload = ""] = signed.split(".");
  const headerOf = (header: object) =>
    Buffer.from(JSON.stringify(header)).toString("base64url");
  const texts = {
    "another key under the same name": await issuer.sign(
      claimsOf(nonce),
      {},
      stranger,
    ),
    "an unknown key": await issuer.sign(claimsOf(nonce), {}, unknown),
    "no signature": `${headerOf({ alg: "none" })}.${payload}.`,
    "an access token": await issuer.sign(claimsOf(nonce), { typ: "at+jwt" }),
    "a logout token": await issuer.sign(claimsOf(nonce), { typ: "logout+jwt" }),
    "a changed signature": signed.slice(0, -8),
    "no token": "x",
  };
  for (const [name, text] of Object.entries(texts))
    codes[name] = await codeOf(text, nonce);
  expect(new Set(Object.values(codes)), JSON.stringify(codes)).toEqual(
    new Set(["external-sign-in-refused"]),
  );
  expect(await codeOf(signed, nonce)).toBe("ok");
});

test("[ID-33] an HMAC made with the issuer's public key is refused", async () => {
  const nonce = begin();
  const { n, e, kty } = firstKey.jwk;
  const forged = await new SignJWT({ ...claimsOf(nonce) })
    .setProtectedHeader({ alg: "HS256", kid: "first" })
    .sign(new TextEncoder().encode(JSON.stringify({ n, e, kty })));
  expect(await codeOf(forged, nonce)).toBe("external-sign-in-refused");
});

test("[ID-33] the issuer's keys are fetched once, however many sign in, and not again for every made-up key", async () => {
  for (let count = 0; count < 5; count += 1) {
    const nonce = begin();
    expect(await codeOf(await issuer.sign(claimsOf(nonce)), nonce)).toBe("ok");
  }
  const nonce = begin();
  for (let count = 0; count < 5; count += 1) {
    const unknown = await issuer.sign(claimsOf(nonce), { kid: `k${count}` });
    expect(await codeOf(unknown, nonce)).toBe("external-sign-in-refused");
  }
  expect(issuer.countOf("/.well-known/openid-configuration")).toBe(1);
  expect(issuer.countOf("/jwks")).toBe(1);
});

test("[ID-33] over HTTP: a session for an ID token, and where to begin; without an issuer nothing", async () => {
  const app = createIdentityRoutes({ identity: world.identity });
  const post = (path: string, body: unknown, to = app) =>
    to.request(`https://suture.example${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const begun = await post("/v1/sign-in/external/begin", {});
  expect(begun.status).toBe(200);
  const attempt = (await begun.json()) as { readonly nonce: string };
  expect(attempt).toMatchObject({ issuer: issuer.url, clientId });
  const { nonce } = attempt;
  const idToken = await issuer.sign(claimsOf(nonce));
  const granted = await post("/v1/sign-in/external", { idToken, nonce });
  expect(granted.status).toBe(200);
  expect(await granted.json()).toMatchObject({
    sessionToken: expect.any(String),
    refreshToken: expect.any(String),
  });
  const again = await post("/v1/sign-in/external", { idToken, nonce });
  expect(again.status).toBe(401);
  const text = await again.text();
  expect(identityErrorSchema.parse(JSON.parse(text)).code).toBe(
    "external-sign-in-refused",
  );
  expect(text).not.toContain(nonce);
  const { identity } = await createIdentityWorld();
  const without = createIdentityRoutes({ identity });
  for (const path of ["/v1/sign-in/external/begin", "/v1/sign-in/external"])
    expect((await post(path, { idToken, nonce }, without)).status).toBe(401);
});

test("[AP-108] a code is exchanged at the issuer's token endpoint with its verifier, and says who the person is as an ID token does", async () => {
  const ann = await signIn("ann");
  setClockBy(await issuer.signIn("ann", "to hear its time"));
  const nonce = begin();
  const brought = await issuer.codeOf("ann", nonce);
  const wrong = { ...brought, codeVerifier: "w".repeat(64), nonce };
  const asked = issuer.countOf("/token");
  for (const [answer, count] of [
    [wrong, 1],
    // Bound to another attempt, so nobody is asked.
    [{ ...brought, nonce: "somebody's" }, 1],
  ] as const) {
    expect(await world.identity.signInExternally(answer)).toMatchObject({
      error: { code: "external-sign-in-refused" },
    });
    expect(issuer.countOf("/token")).toBe(asked + count);
  }
  const anew = begin();
  const code = await issuer.codeOf("ann", anew);
  const app = createIdentityRoutes({ identity: world.identity });
  const post = () =>
    app.request("https://suture.example/v1/sign-in/external", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...code, nonce: anew }),
    });
  const granted = await post();
  expect(granted.status).toBe(200);
  expect(await granted.json()).toMatchObject({ personId: ann });
  expect((await post()).status).toBe(401);
});

test("[AP-108] the server says whom people may sign in with, and where a browser begins as long as the issuer says so", async () => {
  const providerOf = async (identity: IdentityWorld["identity"]) => {
    const app = createIdentityRoutes({ identity });
    const response = await app.request(
      "https://suture.example/v1/sign-in/external",
    );
    expect(response.status).toBe(200);
    return response.json() as unknown;
  };
  const { identity } = await createIdentityWorld();
  expect(await providerOf(identity)).toEqual({
    issuer: null,
    authorizationEndpoint: null,
  });
  expect(await providerOf(world.identity)).toEqual({
    issuer: issuer.url,
    authorizationEndpoint: `${issuer.url}/auth`,
  });
  const later = await createIdentityWorld(undefined, (clock) =>
    createExternalIssuer({
      issuer: issuer.url,
      clientId,
      fetch: () => Promise.reject(new Error("no answer")),
      clock,
      timers: new HandTimers(),
    }),
  );
  expect(await providerOf(later.identity)).toEqual({
    issuer: issuer.url,
    authorizationEndpoint: null,
  });
  const attempt = later.identity.beginExternalSignIn();
  const { nonce } = attempt.ok ? attempt.value : { nonce: "" };
  expect(
    await later.identity.signInExternally({
      ...{ code: "a code", codeVerifier: "v".repeat(64), nonce },
      redirectUri: "https://suture.example/sign-in/external",
    }),
  ).toMatchObject({ error: { code: "external-issuer-unavailable" } });
});

test("[AP-108] made-up codes are brought to the issuer a few at a time", async () => {
  let answer: () => void = () => undefined;
  const silent = new Promise<void>((resolve) => (answer = resolve));
  const held = await createIdentityWorld(undefined, (clock) =>
    createExternalIssuer({
      issuer: issuer.url,
      clientId,
      fetch: async (url, init) => {
        if (url.endsWith("/token")) await silent;
        return fetch(url, init);
      },
      clock,
      timers: new HandTimers(),
    }),
  );
  const attempt = held.identity.beginExternalSignIn();
  const { nonce } = attempt.ok ? attempt.value : { nonce: "" };
  const bring = () =>
    held.identity.signInExternally({
      ...{ code: "made up", codeVerifier: "v".repeat(64), nonce },
      redirectUri: "https://suture.example/sign-in/external",
    });
  const first = Array.from({ length: 8 }, bring);
  expect(await bring()).toMatchObject({ error: { code: "too-many-requests" } });
  answer();
  expect(await Promise.all(first)).toEqual(
    first.map(() =>
      expect.objectContaining({
        error: expect.objectContaining({ code: "external-sign-in-refused" }),
      }),
    ),
  );
  expect(await bring()).toMatchObject({
    error: { code: "external-sign-in-refused" },
  });
});

test("[AP-162] where the issuer says when somebody showed who they are, a code for which that was before the attempt is refused", async () => {
  setClockBy(await issuer.signIn("ann", "to hear its time"));
  const finish = async (more: Readonly<Record<string, string>>) => {
    const nonce = begin();
    const brought = await issuer.codeOf("ann", nonce, more);
    const grant = await world.identity.signInExternally({ ...brought, nonce });
    return grant.ok ? "ok" : grant.error.code;
  };
  // What the app asks.
  const anew = { prompt: "login", max_age: "0" };
  expect(await finish(anew)).toBe("ok");
  // By the issuer's clock the attempt begins later than this.
  world.clock.advance(120_000);
  expect(await finish(anew)).toBe("external-sign-in-refused");
  expect(await finish({})).toBe("ok");
});
