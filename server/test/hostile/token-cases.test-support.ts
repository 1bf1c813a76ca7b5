/** Tokens of every wrong kind, with a right proof: RFC 8725. What a token must be stands in `key-ring.ts`. */
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { knock } from "./knock.test-support.ts";
import { headersOf } from "./sync-socket.test-support.ts";
import { encode, type Forge, openForge } from "./token-forge.test-support.ts";

const keys = "server/src/identity/key-ring.ts";
const invalid = "http 401 token-invalid";
const nowS = () => Math.floor(Date.now() / 1000);

/** With a token that `forged` makes of the clinician's own, and a right proof for it. */
function token(
  forged: (
    forge: Forge,
    honest: string,
    house: House,
  ) => Promise<string> | string,
): HostileCase["attack"] {
  return async (house) => {
    const { device } = house.clinician;
    const syncToken = await forged(openForge(house), device.syncToken, house);
    return knock(house, await headersOf(house.url, { ...device, syncToken }));
  };
}

const tokens: readonly HostileCase[] = [
  {
    name: "a token that is no JWT",
    attacks: "the token's reader",
    check: `${keys}: kidOf`,
    expected: invalid,
    attack: token(() => "not.a.token"),
  },
  {
    name: "a token without a signature (alg none)",
    attacks: "verification that is asked not to verify (RFC 8725, 2.1)",
    check: `${keys}: algorithms`,
    expected: invalid,
    attack: token((forge, honest) => forge.unsigned(honest, "none")),
  },
  {
    name: "a token whose signature was cut off",
    attacks: "verification of nothing",
    check: `${keys}: jwtVerify`,
    expected: invalid,
    attack: token((forge, honest) => forge.unsigned(honest, "ES256")),
  },
  {
    name: "an HMAC made with the public key (alg HS256)",
    attacks: "libraries that take the algorithm from the token (RFC 8725, 2.1)",
    check: `${keys}: algorithms`,
    expected: invalid,
    attack: token((forge, honest) => forge.signByHmac(honest)),
  },
  {
    name: "a token signed by a stranger under our key's name",
    attacks: "verification",
    check: `${keys}: jwtVerify`,
    expected: invalid,
    attack: token((forge, honest) => forge.signByStranger(honest)),
  },
  {
    name: "a token that brings its own key (jwk)",
    attacks: "verification by what is to be verified (RFC 8725, 3.10)",
    check: `${keys}: findKey`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.signByStranger(honest, { kid: "mine", jwk: true }),
    ),
  },
  {
    name: "a token that says where its key is (jku)",
    attacks: "the server, made to fetch (RFC 8725, 3.10)",
    check: `${keys}: findKey`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.signByStranger(honest, {
        kid: "mine",
        jku: "http://127.0.0.1:9/keys",
      }),
    ),
  },
  {
    name: "a kid that is a path",
    attacks: "keys found by file name (RFC 8725, 3.10)",
    check: `${keys}: findKey`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { header: { kid: "../../../../dev/null" } }),
    ),
  },
  {
    name: "a kid that is SQL",
    attacks: "keys found by query (RFC 8725, 3.10)",
    check: `${keys}: findKey`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { header: { kid: "' OR 1=1 --" } }),
    ),
  },
  {
    name: "no kid",
    attacks: "keys that are tried one after the other",
    check: `${keys}: findKey`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { header: { kid: undefined } }),
    ),
  },
  {
    name: "a payload changed under an honest signature",
    attacks: "who one is",
    check: `${keys}: jwtVerify`,
    expected: invalid,
    attack: token((_, honest, { manager }) => {
      const [head = "", body = "", signature = ""] = honest.split(".");
      const claims = JSON.parse(
        Buffer.from(body, "base64url").toString(),
      ) as object;
      return `${head}.${encode({ ...claims, sub: manager.personId })}.${signature}`;
    }),
  },
  {
    name: "another issuer's token",
    attacks: "trust between servers (RFC 8725, 3.8)",
    check: `${keys}: issuer`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { iss: "https://other.example" } }),
    ),
  },
  {
    name: "a token without an issuer",
    attacks: "claims that are compared only where they are there",
    check: `${keys}: issuer`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { iss: undefined } }),
    ),
  },
  {
    name: "a token for the HTTP API",
    attacks: "substitution (RFC 8725, 2.8)",
    check: `${keys}: audience`,
    expected: "http 401 token-wrong-kind",
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { aud: "suture-api" } }),
    ),
  },
  {
    name: "a token without an audience",
    attacks: "substitution (RFC 8725, 3.9)",
    check: `${keys}: audience`,
    expected: "http 401 token-wrong-kind",
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { aud: undefined } }),
    ),
  },
  {
    name: "a token of another type",
    attacks: "substitution (RFC 8725, 3.11)",
    check: `${keys}: typ`,
    expected: "http 401 token-wrong-kind",
    attack: token((forge, honest) =>
      forge.sign(honest, { header: { typ: "suture-session+jwt" } }),
    ),
  },
  {
    name: "a token without a type",
    attacks: "substitution (RFC 8725, 3.11)",
    check: `${keys}: typ`,
    expected: "http 401 token-wrong-kind",
    attack: token((forge, honest) =>
      forge.sign(honest, { header: { typ: undefined } }),
    ),
  },
  {
    name: "a real session token",
    attacks: "fifteen minutes of HTTP made into 180 days of sync",
    check: `${keys}: audience and typ`,
    expected: "http 401 token-wrong-kind",
    attack: token(async (_, __, { clinician }) => sessionOf(clinician)),
  },
  {
    name: "an expired token",
    attacks: "devices lost long ago",
    check: `${keys}: currentDate`,
    expected: "http 401 token-expired",
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { exp: nowS() - 60 } }),
    ),
  },
  {
    name: "a token that never expires",
    attacks: "lifetimes that end only where they are said",
    check: "server/src/identity/sync-tokens.ts: claims",
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { exp: undefined } }),
    ),
  },
  {
    name: "a token that is not valid yet",
    attacks: "tokens made to be used later",
    check: `${keys}: jwtVerify`,
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { nbf: nowS() + 3_600 } }),
    ),
  },
  {
    name: "a token that asks for an extension to be understood (crit)",
    attacks: "readers that skip what they do not know (RFC 7515, 4.1.11)",
    check: "jose",
    expected: invalid,
    attack: token(async (forge, honest) => {
      const whole = await forge.sign(honest, {});
      const [, body = "", signature = ""] = whole.split(".");
      return `${encode({ alg: "ES256", kid: "k", crit: ["x"], x: 1 })}.${body}.${signature}`;
    }),
  },
  {
    name: "a token of a device that was never given one",
    attacks: "who one is: signed by us, but kept nowhere",
    check: "server/src/identity/sync-tokens.ts: rowOf",
    expected: "http 401 token-revoked",
    attack: token((forge, honest) =>
      forge.sign(honest, {
        payload: { jti: "00000000-0000-4000-8000-000000000000" },
      }),
    ),
  },
  {
    name: "a token in the name of somebody else on the same device",
    attacks: "who one is",
    check: "server/src/identity/sync-tokens.ts: rowOf",
    expected: "http 401 token-revoked",
    attack: token((forge, honest, { manager }) =>
      forge.sign(honest, { payload: { sub: manager.personId } }),
    ),
  },
  {
    name: "a token without its key's thumbprint",
    attacks: "proof of possession",
    check: "server/src/identity/sync-tokens.ts: claims",
    expected: invalid,
    attack: token((forge, honest) =>
      forge.sign(honest, { payload: { cnf: undefined } }),
    ),
  },
  {
    name: "the token of a device that was revoked",
    attacks: "lost and stolen devices",
    check: "server/src/identity/sync-tokens.ts: rowOf",
    expected: "http 401 token-revoked",
    attack: async (house) => {
      const lost = await house.onFreshDevice(house.clinician);
      await house.running.server.identity.devices.revoke(lost.device.deviceId);
      return knock(house, await headersOf(house.url, lost.device));
    },
  },
];

async function sessionOf({ url, email }: Actor): Promise<string> {
  const answer = await fetch(`${url}/v1/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "sample-password" }),
  });
  const { sessionToken } = (await answer.json()) as { sessionToken: string };
  return sessionToken;
}

export const tokenCases: readonly HostileCase[] = tokens;
