/** Sessions and devices over HTTP. OWASP API security top ten. */
import { samplePassword } from "../../src/sample/sample-people.ts";
import { ask, asked, signIn, type Session } from "./ask-http.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { claimsFor, openForge, signProof } from "./token-forge.test-support.ts";

/** A request to `/v1/devices` with this for a token. */
const withToken =
  (token: (house: House) => Promise<string> | string): HostileCase["attack"] =>
  async (house) => {
    const { line } = await ask(house, "/v1/devices", {
      token: await token(house),
    });
    return line;
  };

const renew = (house: House, refreshToken: string) =>
  ask(house, "/v1/session/renew", { method: "POST", body: { refreshToken } });

async function renewed(house: House, refreshToken: string): Promise<Session> {
  const { body } = await renew(house, refreshToken);
  return JSON.parse(body) as Session;
}

/** By this one, and by the next. */
async function renewTwice(house: House, refreshToken: string) {
  const next = await renewed(house, refreshToken);
  return renewed(house, next.refreshToken);
}

const sessions: readonly HostileCase[] = [
  {
    name: "no session",
    attacks: "broken authentication (API2)",
    check: "server/src/identity/require-session.ts",
    expected: "http 401 token-missing",
    attack: async (house) => (await ask(house, "/v1/devices")).line,
  },
  {
    name: "a sync token at the API",
    attacks: "180 days of sync made into HTTP",
    check: "server/src/identity/key-ring.ts: audience and typ",
    expected: "http 401 token-wrong-kind",
    attack: withToken(({ clinician }) => clinician.device.syncToken),
  },
  {
    name: "a session token without a signature (alg none)",
    attacks: "verification that is asked not to verify (RFC 8725, 2.1)",
    check: "server/src/identity/key-ring.ts: algorithms",
    expected: "http 401 token-invalid",
    attack: withToken(async (house) => {
      const { sessionToken } = await signIn(house, house.clinician);
      return openForge(house).unsigned(sessionToken, "none");
    }),
  },
  {
    name: "an expired session token",
    attacks: "lifetimes",
    check: "server/src/identity/key-ring.ts: currentDate",
    expected: "http 401 token-expired",
    attack: withToken(async (house) => {
      const { sessionToken } = await signIn(house, house.clinician);
      const exp = Math.floor(Date.now() / 1000) - 60;
      return openForge(house).sign(sessionToken, { payload: { exp } });
    }),
  },
  {
    name: "a session token in somebody else's name",
    attacks: "who one is: signed by us, but kept nowhere",
    check: "server/src/identity/session-tokens.ts: row",
    expected: "http 401 token-revoked",
    attack: withToken(async (house) => {
      const { sessionToken } = await signIn(house, house.clinician);
      const sub = house.manager.personId;
      return openForge(house).sign(sessionToken, { payload: { sub } });
    }),
  },
  {
    name: "a session that was signed out",
    attacks: "tokens that outlive their session",
    check: "server/src/identity/session-tokens.ts: row",
    expected: "http 401 token-revoked",
    attack: withToken(async (house) => {
      const { sessionToken: token } = await signIn(house, house.clinician);
      await ask(house, "/v1/session/sign-out", { method: "POST", token });
      return token;
    }),
  },
  {
    name: "a refresh token that comes back",
    attacks: "copied refresh tokens",
    check: "server/src/identity/session-tokens.ts: renewedBy",
    expected: "http 401 refresh-reused",
    attack: async (house) => {
      const { refreshToken } = await signIn(house, house.clinician);
      await renewTwice(house, refreshToken);
      return (await renew(house, refreshToken)).line;
    },
  },
  {
    name: "the session of a refresh token that came back",
    attacks: "whoever of the two copied it",
    check: "server/src/identity/session-tokens.ts: renewedBy",
    expected: "http 401 token-revoked",
    attack: withToken(async (house) => {
      const { refreshToken } = await signIn(house, house.clinician);
      const { sessionToken } = await renewTwice(house, refreshToken);
      await renew(house, refreshToken);
      return sessionToken;
    }),
  },
  {
    name: "both of two refresh tokens that one gave",
    attacks: "a refresh token copied before it was used",
    check: "server/src/identity/session-tokens.ts: givenFor",
    expected: "http 401 refresh-reused",
    attack: async (house) => {
      const { refreshToken } = await signIn(house, house.clinician);
      const copied = await renewed(house, refreshToken);
      await renewTwice(house, refreshToken);
      return (await renew(house, copied.refreshToken)).line;
    },
  },
  {
    name: "an eleventh guess at a password",
    attacks: "passwords",
    check: "server/src/identity/sign-in-limits.ts",
    expected: "http 429 too-many-attempts",
    attack: (house) => guess(house, "nobody@hostile.example", 11),
  },
  {
    name: "a wrong password and an unknown e-mail answer alike",
    attacks: "who has an account",
    check: "server/src/identity/better-auth-accounts.ts",
    expected: "http 401 sign-in-refused",
    attack: async (house) => {
      const known = await guess(house, house.auditor.email, 1);
      const unknown = await guess(house, "no-one@hostile.example", 1);
      return known === unknown ? known : `${known} / ${unknown}`;
    },
  },
  {
    name: "a password of two hundred characters",
    attacks: "CPU, by hashing",
    check: "server/src/identity/account-routes.ts: maxPasswordLength",
    expected: "http 400 request-invalid",
    attack: async (house) => {
      const body = { email: house.auditor.email, password: "x".repeat(200) };
      const { line } = await ask(house, "/v1/sign-in", {
        method: "POST",
        body,
      });
      return line;
    },
  },
  {
    name: "a sign-up with somebody's e-mail, in capitals",
    attacks: "their account",
    check: "server/src/identity/better-auth-accounts.ts",
    expected: "http 409 sign-up-refused",
    attack: async (house) => {
      const email = house.auditor.email.toUpperCase();
      const { line } = await ask(house, "/v1/sign-up", {
        method: "POST",
        body: { email, password: samplePassword, name: "Somebody" },
      });
      return line;
    },
  },
];

async function guess(
  house: House,
  email: string,
  times: number,
): Promise<string> {
  let last = "";
  for (let count = 0; count < times; count += 1) {
    const { line } = await ask(house, "/v1/sign-in", {
      method: "POST",
      body: { email, password: `wrong-password-${count}` },
    });
    last = line;
  }
  return last;
}

/** Registering the clinician's device again, with something about it wrong. */
function registered(
  change: (
    house: House,
    honest: { dpop: string; publicJwk: object },
  ) =>
    | {
        readonly dpop?: string | undefined;
        readonly publicJwk?: object;
      }
    | Promise<{
        readonly dpop?: string | undefined;
        readonly publicJwk?: object;
      }>,
): HostileCase["attack"] {
  return async (house) => {
    const { sessionToken: token } = await signIn(house, house.clinician);
    const { device } = house.clinician.device;
    const claims = {
      ...claimsFor(house.url, token, Date.now()),
      htm: "POST",
      htu: `${house.url}/v1/devices`,
    };
    const honest = {
      dpop: await signProof(device, claims),
      publicJwk: device.publicKey,
    };
    const { dpop, publicJwk } = { ...honest, ...(await change(house, honest)) };
    const { line } = await ask(house, "/v1/devices", {
      method: "POST",
      token,
      ...(dpop !== undefined && { headers: { dpop } }),
      body: { publicJwk, name: "Tablet" },
    });
    return line;
  };
}

const devices: readonly HostileCase[] = [
  {
    name: "a device registered without a proof of its key",
    attacks: "devices made of other people's keys",
    check: "server/src/identity/dpop-proof.ts: proof-missing",
    expected: "http 401 proof-missing",
    attack: registered(() => ({ dpop: undefined })),
  },
  {
    name: "a device registered with another's key",
    attacks: "devices made of other people's keys",
    check: "server/src/identity/identity.ts: registerDevice",
    expected: "http 401 proof-invalid",
    attack: registered(({ manager }) => ({
      publicJwk: manager.device.device.publicKey,
    })),
  },
  {
    name: "a device registered with its private key",
    attacks: "keys that should never travel",
    check: "server/src/identity/public-key.ts",
    expected: "http 400 request-invalid",
    attack: registered((_, { publicJwk }) => ({
      publicJwk: { ...publicJwk, d: "A".repeat(43) },
    })),
  },
  {
    name: "a device registered with a key of another curve",
    attacks: "verification",
    check: "server/src/identity/public-key.ts",
    expected: "http 400 request-invalid",
    attack: registered((_, { publicJwk }) => ({
      publicJwk: { ...publicJwk, crv: "P-521" },
    })),
  },
  {
    name: "somebody else's device renamed",
    attacks: "broken object level authorization (API1)",
    check: "server/src/identity/devices.ts: personIds",
    expected: "http 404 device-unknown",
    attack: asked(
      ({ stranger }) => stranger,
      ({ clinician }) => `/v1/devices/${clinician.device.deviceId}`,
      () => ({ method: "PATCH", body: { name: "Mine" } }),
    ),
  },
  {
    name: "somebody else's device revoked",
    attacks: "a ward, cut off",
    check: "server/src/identity/devices.ts: personIds",
    expected: "http 404 device-unknown",
    attack: asked(
      ({ stranger }) => stranger,
      ({ clinician }) => `/v1/devices/${clinician.device.deviceId}/revoke`,
      () => ({ method: "POST" }),
    ),
  },
  {
    name: "a copied sync token renewed without its key",
    attacks: "180 days for whoever copied one",
    check: "server/src/identity/dpop-proof.ts: proof-missing",
    expected: "http 401 proof-missing",
    attack: async (house) => {
      const authorization = `DPoP ${house.clinician.device.syncToken}`;
      const { line } = await ask(house, "/v1/sync-token/renew", {
        method: "POST",
        headers: { authorization },
      });
      return line;
    },
  },
];

export const httpSessionCases: readonly HostileCase[] = [
  ...sessions,
  ...devices,
];
