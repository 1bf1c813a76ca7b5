/**
 * WebCrypto, answered in turn. The real one works in threads of its own: in which order two of its answers come, and whether
 * one is still to come, nobody can tell. While this is in place, signatures and digests are computed at once by the same
 * OpenSSL, and what still goes to a thread is counted.
 *
 * Keys come from the chance of the world that began last, and signatures from their keys, so that both are the same each time.
 */
import type { Random } from "@suture/schema";
import {
  createHash,
  KeyObject,
  verify as verifyNow,
  type webcrypto,
} from "node:crypto";
import type { CryptoKey } from "jose";

import { generateEs256, signEs256 } from "./repeatable-es256.ts";
import { systemTurn } from "./system-turn.ts";

export interface WebCryptoWatch {
  /** How many answers are still to come. */
  readonly pendingCount: number;
  /** Puts back what was there before, once everyone who asked for it has. */
  restore(): void;
}

type Subtle = typeof crypto.subtle;

/** Of each world that is open, the latest last. */
const chances: Random[] = [];
let pendingCount = 0;
let originals: Partial<Subtle> = {};

/** Replaces methods of the global `crypto.subtle`, for everybody in this process, until restored. */
export function watchWebCrypto(random: Random): WebCryptoWatch {
  chances.push(random);
  if (chances.length === 1) replace();
  let isRestored = false;
  return {
    get pendingCount() {
      return pendingCount;
    },
    restore() {
      if (isRestored) return;
      isRestored = true;
      chances.splice(chances.indexOf(random), 1);
      if (chances.length === 0) Object.assign(crypto.subtle, originals);
    },
  };
}

function replace(): void {
  const { subtle } = crypto;
  const sign = subtle.sign.bind(subtle);
  const verify = subtle.verify.bind(subtle);
  const digest = subtle.digest.bind(subtle);
  const generateKey = subtle.generateKey.bind(subtle);
  const importKey = subtle.importKey.bind(subtle);
  const exportKey = subtle.exportKey.bind(subtle);
  originals = { sign, verify, digest, generateKey, importKey, exportKey };
  const replacements: Partial<Record<keyof Subtle, unknown>> = {
    async sign(...given: Parameters<Subtle["sign"]>) {
      const [algorithm, key, data] = given;
      if (!isEs256(algorithm)) return counted(sign(...given));
      return Uint8Array.from(signEs256(key, bytesOf(data))).buffer;
    },
    async verify(...given: Parameters<Subtle["verify"]>) {
      const [algorithm, key, signature, data] = given;
      if (!isEs256(algorithm)) return counted(verify(...given));
      return rememberedVerdict(key, bytesOf(signature), bytesOf(data));
    },
    async digest(...given: Parameters<Subtle["digest"]>) {
      const [algorithm, data] = given;
      if (algorithm !== "SHA-256") return counted(digest(...given));
      return Uint8Array.from(
        createHash("sha256").update(bytesOf(data)).digest(),
      ).buffer;
    },
    generateKey(...given: Parameters<typeof generateKey>) {
      const [algorithm, isExtractable] = given;
      const chance = chances.at(-1);
      if (!isP256(algorithm) || chance === undefined)
        return counted(generateKey(...given));
      const { d, ...publicJwk } = generateEs256(chance);
      const keyOf = (
        jwk: webcrypto.JsonWebKey,
        extractable: boolean,
        use: webcrypto.KeyUsage,
      ) => importKey("jwk", jwk, es256Key, extractable, [use]);
      return counted(
        Promise.all([
          keyOf({ ...publicJwk, d }, isExtractable, "sign"),
          keyOf(publicJwk, true, "verify"),
        ]).then(([privateKey, publicKey]) => ({ privateKey, publicKey })),
      );
    },
    importKey(...given: Parameters<typeof importKey>) {
      const [format] = given;
      if (String(format) !== "jwk") return counted(importKey(...given));
      const key = rememberedKey(JSON.stringify(given), () =>
        importKey(...given),
      );
      // However it is come by, it comes at the same moment.
      return counted(Promise.all([key, systemTurn()]).then(([it]) => it));
    },
    exportKey: (...given: Parameters<typeof exportKey>) =>
      counted(exportKey(...given)),
  };
  Object.assign(subtle, replacements);
}

const maxRemembered = 500;
const keys = new Map<string, Promise<CryptoKey>>();
const verdicts = new WeakMap<CryptoKey, Map<string, boolean>>();

/** Importing a key takes longer than most of what is done with it, and worlds that began alike import the same ones. */
function rememberedKey(
  name: string,
  importIt: () => Promise<CryptoKey>,
): Promise<CryptoKey> {
  const key = keys.get(name) ?? importIt();
  if (keys.size >= maxRemembered) keys.clear();
  keys.set(name, key);
  return key;
}

/** A token is verified at each use, and its signature stays what it is. */
function rememberedVerdict(
  key: CryptoKey,
  signature: Uint8Array,
  data: Uint8Array,
): boolean {
  const known = verdicts.get(key) ?? new Map<string, boolean>();
  verdicts.set(key, known);
  const name = `${Buffer.from(signature).toString("latin1")} ${Buffer.from(data).toString("latin1")}`;
  const verdict =
    known.get(name) ??
    verifyNow(
      "sha256",
      data,
      { key: KeyObject.from(key), dsaEncoding: "ieee-p1363" },
      signature,
    );
  if (known.size >= maxRemembered) known.clear();
  known.set(name, verdict);
  return verdict;
}

async function counted<T>(work: Promise<T>): Promise<T> {
  pendingCount += 1;
  try {
    return await work;
  } finally {
    pendingCount -= 1;
  }
}

const es256Key = { name: "ECDSA", namedCurve: "P-256" };

function isP256(algorithm: unknown): boolean {
  return (
    typeof algorithm === "object" &&
    algorithm !== null &&
    "name" in algorithm &&
    algorithm.name === es256Key.name &&
    "namedCurve" in algorithm &&
    algorithm.namedCurve === es256Key.namedCurve
  );
}

function isEs256(algorithm: unknown): boolean {
  return (
    typeof algorithm === "object" &&
    algorithm !== null &&
    "name" in algorithm &&
    algorithm.name === "ECDSA" &&
    "hash" in algorithm &&
    (algorithm.hash === "SHA-256" ||
      (typeof algorithm.hash === "object" &&
        algorithm.hash !== null &&
        "name" in algorithm.hash &&
        algorithm.hash.name === "SHA-256"))
  );
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
