/* oxlint-disable house/one-way-imports -- The timers set by hand are the gateway's. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HandTimers } from "../gateway/sync/hand-timers.test-support.ts";
import {
  createExternalIssuer,
  externalFetchBounds,
} from "./external-issuer.ts";
import type { ExternalIssuer } from "./external-issuer.ts";
import { createIdentityWorld, signInSomebody } from "./identity-world.ts";
import {
  clientId,
  newIssuerKey,
  OidcIssuer,
  type IssuerKey,
} from "./oidc-issuer.test-support.ts";

const firstKey = await newIssuerKey("first");
const cooldownMs = 30_000;
const nonce = "the nonce of an attempt";

let timers: HandTimers;
let servers: Server[];
let issuers: OidcIssuer[];
beforeEach(() => {
  timers = new HandTimers();
  servers = [];
  issuers = [];
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  for (const issuer of issuers) await issuer.stop();
});

async function started(key: IssuerKey, port?: number): Promise<OidcIssuer> {
  const issuer = await OidcIssuer.start(key, port);
  issuers.push(issuer);
  return issuer;
}

async function stopped(issuer: OidcIssuer): Promise<void> {
  issuers.splice(issuers.indexOf(issuer), 1);
  await issuer.stop();
}

function trusting(url: string, options = {}): ExternalIssuer {
  return createExternalIssuer({
    issuer: url,
    clientId,
    fetch: (asked, init) => fetch(asked, init),
    clock: timers,
    timers,
    ...options,
  });
}

function tokenOf(issuer: OidcIssuer, key?: IssuerKey): Promise<string> {
  const iat = Math.floor(timers.now() / 1000);
  const about = { iss: issuer.url, aud: clientId, sub: "ann", nonce };
  return issuer.sign({ ...about, iat, exp: iat + 3_600 }, {}, key);
}

async function outcomeOf(trusted: ExternalIssuer, token: string) {
  const verified = await trusted.verify(token, nonce);
  return verified.ok ? "ok" : verified.error.code;
}

/** Something else at the issuer's address. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

const unavailable = "external-issuer-unavailable";

test("[ID-34] an issuer that does not answer is said to be unavailable, is left alone for a while, and is asked again after it", async () => {
  const issuer = await started(firstKey);
  const token = await tokenOf(issuer);
  await stopped(issuer);
  const trusted = trusting(issuer.url);
  expect(await trusted.verify(token, nonce)).toMatchObject({
    error: { code: unavailable, isRetryable: true, retryAfterMs: cooldownMs },
  });
  const back = await started(firstKey, issuer.port);
  timers.advance(10_000);
  expect(await trusted.verify(token, nonce)).toMatchObject({
    error: { code: unavailable, retryAfterMs: cooldownMs - 10_000 },
  });
  expect(back.requests).toEqual([]);
  timers.advance(20_000);
  expect(await outcomeOf(trusted, token)).toBe("ok");
});

test("[ID-34] an issuer that takes for ever is given up on after five seconds, by all who wait for it together", async () => {
  let asked = 0;
  const url = await answering(() => void (asked += 1));
  const waiting = Promise.all([
    trustedOutcome(url),
    // Begins to answer, and never ends.
    trustedOutcome(
      await answering((_request, response) => response.write("{")),
    ),
  ]);
  const trusted = trusting(url);
  const together = Promise.all(
    Array.from({ length: 5 }, () => outcomeOf(trusted, "x")),
  );
  await untilAsked(() => asked === 2);
  timers.advance(externalFetchBounds.timeoutMs);
  expect(await waiting).toEqual([unavailable, unavailable]);
  expect(new Set(await together)).toEqual(new Set([unavailable]));
  expect(asked).toBe(2);
});

const trustedOutcome = (url: string) => outcomeOf(trusting(url), "x");

async function untilAsked(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  // What the server has begun to send is on its way.
  for (let turn = 0; turn < 50; turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
}

test("[ID-34] what answers at the address, but not as that issuer, is no issuer", async () => {
  const good = await started(firstKey);
  const token = await tokenOf(good);
  const described = (changes: object) => (own: string) => ({
    issuer: own,
    jwks_uri: `${good.url}/jwks`,
    id_token_signing_alg_values_supported: ["RS256"],
    ...changes,
  });
  const json = (content: (own: string) => unknown): RequestListener =>
    function answer(request, response) {
      response.end(
        JSON.stringify(content(`http://${request.headers.host ?? ""}`)),
      );
    };
  const strangers: Readonly<Record<string, RequestListener>> = {
    "another issuer": json(described({ issuer: good.url })),
    "no keys": json(described({ jwks_uri: undefined })),
    "keys at no URL": json(described({ jwks_uri: "keys" })),
    "keys in a file": json(described({ jwks_uri: "file:///etc/passwd" })),
    "keys that are not there": json(
      described({ jwks_uri: `${good.url}/nowhere` }),
    ),
    "no algorithms named": json(
      described({ id_token_signing_alg_values_supported: undefined }),
    ),
    "a page": (_request, response) => response.end("<html>"),
    "an error": (_request, response) => response.writeHead(500).end("{}"),
    "a redirect": (_request, response) =>
      response
        .writeHead(302, {
          location: `${good.url}/.well-known/openid-configuration`,
        })
        .end(),
    "more than it may say": (request, response) =>
      response.end(
        JSON.stringify({
          ...described({})(`http://${request.headers.host ?? ""}`),
          more: "x".repeat(externalFetchBounds.maxBytes),
        }),
      ),
  };
  const outcomes: Record<string, string> = {};
  for (const [name, listener] of Object.entries(strangers))
    outcomes[name] = await outcomeOf(
      trusting(await answering(listener)),
      token,
    );
  expect(new Set(Object.values(outcomes)), JSON.stringify(outcomes)).toEqual(
    new Set([unavailable]),
  );
});

test("[ID-33] an issuer that names no asymmetric algorithm of its own signs nobody in", async () => {
  const good = await started(firstKey);
  const url = await answering((request, response) =>
    response.end(
      JSON.stringify({
        issuer: `http://${request.headers.host ?? ""}`,
        jwks_uri: `${good.url}/jwks`,
        id_token_signing_alg_values_supported: ["none", "HS256"],
      }),
    ),
  );
  const iat = Math.floor(timers.now() / 1000);
  const about = { iss: url, aud: clientId, sub: "ann", nonce };
  const token = await good.sign({ ...about, iat, exp: iat + 3_600 });
  expect(await outcomeOf(trusting(url), token)).toBe(
    "external-sign-in-refused",
  );
});

test("[ID-33] keys of an https issuer are not fetched over plain http", async () => {
  const asked: string[] = [];
  const issuer = "https://accounts.example";
  const trusted = trusting(issuer, {
    fetch: async (url: string) => {
      asked.push(url);
      return Response.json({
        issuer,
        jwks_uri: "http://accounts.example/jwks",
        id_token_signing_alg_values_supported: ["RS256"],
      });
    },
  });
  expect(await outcomeOf(trusted, "x")).toBe(unavailable);
  expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`]);
});

test("[ID-33] a key that the issuer rotates to is found, and one it has dropped is forgotten", async () => {
  const issuer = await started(firstKey);
  const trusted = trusting(issuer.url, { cooldownMs: 0 });
  const before = await tokenOf(issuer);
  expect(await outcomeOf(trusted, before)).toBe("ok");
  await stopped(issuer);
  const secondKey = await newIssuerKey("second");
  const rotated = await started(secondKey, issuer.port);
  expect(await outcomeOf(trusted, await tokenOf(rotated))).toBe("ok");
  expect(await outcomeOf(trusted, before)).toBe("external-sign-in-refused");
});

test("[ID-34] while an issuer is silent, those whose key is known sign in, and everybody else signs in with their password", async () => {
  const issuer = await started(firstKey);
  const trusted = trusting(issuer.url, { cooldownMs: 1 });
  expect(await outcomeOf(trusted, await tokenOf(issuer))).toBe("ok");
  const unknown = await newIssuerKey("unknown");
  const good = await tokenOf(issuer);
  const strange = await tokenOf(issuer, unknown);
  await stopped(issuer);
  expect(await outcomeOf(trusted, good)).toBe("ok");
  expect(await outcomeOf(trusted, strange)).not.toBe("ok");
  expect(await outcomeOf(trusted, good)).toBe("ok");

  const world = await createIdentityWorld(undefined, () => trusted);
  expect(await signInSomebody(world, "ann@clinic.example")).toMatchObject({
    sessionToken: expect.any(String),
  });
});

test("[ID-41] a token endpoint that fails is left alone for half a minute, and keeps nobody out whose ID token is there", async () => {
  const good = await started(firstKey);
  let exchanges = 0;
  const url = await answering((request, response) => {
    if (request.url !== "/token")
      return response.end(
        JSON.stringify({
          issuer: `http://${request.headers.host ?? ""}`,
          jwks_uri: `${good.url}/jwks`,
          token_endpoint: `http://${request.headers.host ?? ""}/token`,
          id_token_signing_alg_values_supported: ["RS256"],
        }),
      );
    exchanges += 1;
    return response.writeHead(500).end();
  });
  const trusted = trusting(url);
  const odd = { code: "odd", codeVerifier: "v", redirectUri: "r" };
  const silent = (retryAfterMs: number) => ({
    error: { code: unavailable, isRetryable: true, retryAfterMs },
  });
  expect(await trusted.exchange(odd)).toMatchObject(silent(cooldownMs));
  timers.advance(10_000);
  expect(await trusted.exchange(odd)).toMatchObject(silent(20_000));
  expect(exchanges).toBe(1);
  const iat = Math.floor(timers.now() / 1000);
  const about = { iss: url, aud: clientId, sub: "ann", nonce };
  const token = await good.sign({ ...about, iat, exp: iat + 3_600 });
  expect(await outcomeOf(trusted, token)).toBe("ok");
  timers.advance(20_000);
  expect(await trusted.exchange(odd)).toMatchObject(silent(cooldownMs));
  expect(exchanges).toBe(2);
});

test("[ID-41] an issuer that names no place for codes, or none to begin at, still signs people in", async () => {
  const good = await started(firstKey);
  const url = await answering((request, response) =>
    response.end(
      JSON.stringify({
        issuer: `http://${request.headers.host ?? ""}`,
        jwks_uri: `${good.url}/jwks`,
        id_token_signing_alg_values_supported: ["RS256"],
      }),
    ),
  );
  const trusted = trusting(url);
  const odd = { code: "odd", codeVerifier: "v", redirectUri: "r" };
  for (const answer of [
    await trusted.exchange(odd),
    await trusted.authorizationEndpoint(),
  ])
    expect(answer).toMatchObject({ error: { code: unavailable } });
  const iat = Math.floor(timers.now() / 1000);
  const about = { iss: url, aud: clientId, sub: "ann", nonce };
  const token = await good.sign({ ...about, iat, exp: iat + 3_600 });
  expect(await outcomeOf(trusted, token)).toBe("ok");
});
