/** A world for tests of identity: a store in memory, a clock set by hand, randomness that is the same in every run. */
import {
  createMemoryStore,
  type Clock,
  type Random,
  type Store,
} from "@suture/schema";
import {
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  generateKeyPair,
} from "jose";
import type { CryptoKey } from "jose";
import type { PasswordHashing } from "./accounts.ts";
import type { ExternalIssuer } from "./external-issuer.ts";
import { createIdentity } from "./identity.ts";
import type { Identity } from "./identity.ts";
import { identityTables } from "./identity-tables.ts";
import { createMemoryAccounts } from "./memory-accounts.ts";
import { publicKeySchema } from "./public-key.ts";
import type { PublicKey } from "./public-key.ts";
import { digestOf } from "./secrets.ts";

export const issuer = "https://suture.example";
export const syncUrl = "https://suture.example/v1/sync";
export const devicesUrl = "https://suture.example/v1/devices";

export class HandSetClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 5, 9);

  now(): number {
    return this.#nowMs;
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
  }
}

/** SHA-256 in counter mode: fine for tests, and nothing repeats. */
export function createTestRandom(seed = "identity"): Random {
  let count = 0;
  return {
    bytes(length) {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, () =>
        Buffer.from(digestOf(`${seed}:${count++}`), "base64url"),
      );
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
    },
  };
}

/** Costs nothing; counts how often it was asked, since "comparable work" is counted in hashes. */
export function createCheapHashing(): PasswordHashing & {
  readonly count: () => number;
} {
  let count = 0;
  const hash = (password: string) => {
    count++;
    return `cheap:${digestOf(password)}`;
  };
  return {
    hash: async (password) => hash(password),
    verify: async (stored, password) => stored === hash(password),
    count: () => count,
  };
}

export interface TestDevice {
  readonly publicKey: PublicKey;
  readonly jkt: string;
  readonly privateKey: CryptoKey;
}

export async function createTestDevice(): Promise<TestDevice> {
  const pair = await generateKeyPair("ES256");
  const { kty, crv, x, y } = await exportJWK(pair.publicKey);
  const publicKey = publicKeySchema.parse({ kty, crv, x, y });
  return {
    publicKey,
    jkt: await calculateJwkThumbprint(publicKey),
    privateKey: pair.privateKey,
  };
}

export interface IdentityWorld {
  readonly clock: HandSetClock;
  readonly random: Random;
  readonly store: Store;
  readonly identity: Identity;
}

export async function createIdentityWorld(
  store: Store = createMemoryStore({ tables: identityTables }),
  externalIssuerOf?: (clock: Clock) => ExternalIssuer,
): Promise<IdentityWorld> {
  const clock = new HandSetClock();
  const random = createTestRandom();
  const accounts = createMemoryAccounts({
    random,
    passwordHashing: createCheapHashing(),
  });
  return {
    clock,
    random,
    store,
    identity: await createIdentity({
      store,
      accounts,
      clock,
      random,
      issuer,
      externalIssuer: externalIssuerOf?.(clock),
    }),
  };
}

export interface ProofParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Signs with another key than the header shows. */
  readonly signedBy?: TestDevice;
}

let proofCount = 0;

/** A right proof, except for the parts given. */
export async function makeProof(
  device: TestDevice,
  request: {
    readonly clock: Clock;
    readonly token: string;
    readonly method?: string;
    readonly url?: string;
  },
  parts: ProofParts = {},
): Promise<string> {
  const payload = {
    jti: `proof-${proofCount++}`,
    htm: request.method ?? "GET",
    htu: request.url ?? syncUrl,
    iat: Math.floor(request.clock.now() / 1000),
    ath: digestOf(request.token),
    ...parts.payload,
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({
      alg: "ES256",
      typ: "dpop+jwt",
      jwk: device.publicKey,
      ...parts.header,
    })
    .sign((parts.signedBy ?? device).privateKey);
}

/** Signs a new person up and in. */
export async function signInSomebody(
  { identity }: IdentityWorld,
  email: string,
) {
  const password = "correct horse battery";
  await identity.signUp({ email, password, name: "Somebody" });
  const grant = await identity.signIn({ email, password });
  if (!grant.ok) throw new Error(grant.error.code);
  return grant.value;
}

/** Puts the person of the session token on the device. */
export async function registerOn(
  world: IdentityWorld,
  device: TestDevice,
  sessionToken: string,
) {
  const proof = await makeProof(device, {
    clock: world.clock,
    token: sessionToken,
    method: "POST",
    url: devicesUrl,
  });
  return world.identity.registerDevice({
    authorization: `Bearer ${sessionToken}`,
    publicKey: device.publicKey,
    name: "Ward tablet",
    dpop: proof,
    method: "POST",
    url: devicesUrl,
  });
}

/** A sync request as an honest device makes it, except for the parts of the proof given. */
export async function syncRequest(
  world: IdentityWorld,
  device: TestDevice,
  token: string,
  parts?: ProofParts,
) {
  return {
    authorization: `DPoP ${token}`,
    dpop: await makeProof(device, { clock: world.clock, token }, parts),
    method: "GET",
    url: syncUrl,
  };
}
