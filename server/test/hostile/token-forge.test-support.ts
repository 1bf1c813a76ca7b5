/**
 * Makes tokens and proofs with anything about them wrong. Unlike any attacker it has the server's own signing key, read from
 * the store's file: so that a token is wrong in exactly the one thing a case is about.
 */
import { createHmac } from "node:crypto";
import Database from "better-sqlite3";
import { CompactSign, importJWK } from "jose";
import { z } from "zod";
import { digestOf } from "../../src/identity/secrets.ts";
import {
  createTestDevice,
  type TestDevice,
} from "../../src/identity/identity-world.ts";
import { storeFileIn } from "../../src/store/data-lock.ts";
import type { House } from "./house.test-support.ts";

const storedKey = z.object({
  publicJwk: z.record(z.string(), z.string()),
  privateJwk: z.record(z.string(), z.string()),
});
type Parts = Readonly<Record<string, unknown>>;

export interface Forge {
  /** The public key, as anyone can read it at /.well-known/jwks.json. */
  readonly publicJwk: Readonly<Record<string, string>>;
  /** Signed by the server's own key: right in everything but the parts given. */
  sign(
    token: string,
    parts: { header?: Parts; payload?: Parts },
  ): Promise<string>;
  /** Signed by a key of the attacker's. */
  signByStranger(token: string, header?: Parts): Promise<string>;
  /** HMAC over the public key's own text: what a library that takes the algorithm from the token verifies. */
  signByHmac(token: string): string;
  /** No signature, and says so. */
  unsigned(token: string, alg: string): string;
}

export function openForge({ dataDir }: House): Forge {
  const file = new Database(storeFileIn(dataDir), { readonly: true });
  const rows = file
    .prepare(`SELECT value FROM "kv_identity_signing_keys"`)
    .all() as { readonly value: string }[];
  file.close();
  const text = rows.find(({ value }) => value.includes("privateJwk"))?.value;
  const { publicJwk, privateJwk } = storedKey.parse(JSON.parse(text ?? ""));

  return {
    publicJwk,
    async sign(token, { header = {}, payload = {} }) {
      const key = await importJWK(privateJwk, "ES256");
      return signed(
        { ...payloadOf(token), ...payload },
        { ...headerOf(token), ...header },
        key,
      );
    },
    async signByStranger(token, header = {}) {
      const { privateKey, publicKey } = await createTestDevice();
      const named = "jwk" in header ? { jwk: publicKey } : {};
      return signed(
        payloadOf(token),
        { ...headerOf(token), ...header, ...named },
        privateKey,
      );
    },
    signByHmac(token) {
      const head = encode({ ...headerOf(token), alg: "HS256" });
      const body = `${head}.${token.split(".")[1] ?? ""}`;
      const secret = JSON.stringify(publicJwk);
      const mac = createHmac("sha256", secret).update(body);
      return `${body}.${mac.digest("base64url")}`;
    },
    unsigned(token, alg) {
      const head = encode({ ...headerOf(token), alg });
      return `${head}.${token.split(".")[1] ?? ""}.`;
    },
  };
}

/** A proof of possession (RFC 9449) whose claims are exactly these. */
export async function signProof(
  device: TestDevice,
  claims: Parts,
  header: Parts = {},
): Promise<string> {
  return signed(
    claims,
    { alg: "ES256", typ: "dpop+jwt", jwk: device.publicKey, ...header },
    device.privateKey,
  );
}

export function claimsFor(url: string, token: string, atMs: number): Parts {
  proofCount += 1;
  return {
    jti: `hostile-${proofCount}`,
    htm: "GET",
    htu: `${url}/sync`,
    iat: Math.floor(atMs / 1000),
    ath: digestOf(token),
  };
}

let proofCount = 0;

export function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function signed(
  payload: Parts,
  header: Parts,
  key: Parameters<CompactSign["sign"]>[0],
): Promise<string> {
  // Members that are undefined are left out: a claim is taken away that way.
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: "ES256", ...header })
    .sign(key);
}

function headerOf(token: string): { readonly kid?: string } {
  return part(token, 0);
}

function payloadOf(token: string): Parts {
  return part(token, 1);
}

function part(token: string, at: number): Parts {
  const text = token.split(".")[at] ?? "";
  if (text === "") return {};
  return z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(Buffer.from(text, "base64url").toString()));
}
