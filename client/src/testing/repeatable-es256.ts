/**
 * ES256 keys and signatures that are the same in every run: the key from given chance, the number that a signature needs from
 * the key and the message (as RFC 6979 does it, more simply). How many bytes a compressed frame has, and so when it arrives and
 * where it is cut, depends on them. Any verifier takes them; nothing but tests should make them.
 */
import type { Random } from "@suture/schema";
import { createECDH, createHash, createHmac, KeyObject } from "node:crypto";
import type { CryptoKey } from "jose";

/** The order of P-256. */
const order =
  0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

export interface PrivateJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

export function generateEs256(random: Random): PrivateJwk {
  const secret = bytesOf((numberOf(random.bytes(40)) % (order - 1n)) + 1n);
  const { x, y } = pointOf(secret);
  return {
    kty: "EC",
    crv: "P-256",
    x: x.toString("base64url"),
    y: y.toString("base64url"),
    d: secret.toString("base64url"),
  };
}

/** As WebCrypto gives it: both numbers, 32 bytes each. */
export function signEs256(key: CryptoKey, data: Uint8Array): Uint8Array {
  const secret = secretOf(key);
  const digest = createHash("sha256").update(data).digest();
  const seed = createHmac("sha512", secret).update(digest).digest();
  const { r, inverse } = onceOf(seed.readUInt16BE() % onceCount);
  const sum = (numberOf(digest) + r * numberOf(secret)) % order;
  return Buffer.concat([bytesOf(r), bytesOf((sum * inverse) % order)]);
}

/** What a signature needs of the number that must be used only once. */
interface Once {
  readonly r: bigint;
  readonly inverse: bigint;
}

/** Few, and used again: it would give a key away, and here there is nothing to give away but time. */
const onceCount = 512;
const onces = new Map<number, Once>();

function onceOf(index: number): Once {
  const known = onces.get(index);
  if (known !== undefined) return known;
  const seed = createHash("sha512").update(`once ${index}`).digest();
  const number = (numberOf(seed) % (order - 1n)) + 1n;
  const once = {
    r: numberOf(pointOf(bytesOf(number)).x) % order,
    inverse: inverseOf(number),
  };
  onces.set(index, once);
  return once;
}

const secrets = new WeakMap<CryptoKey, Buffer>();

function secretOf(key: CryptoKey): Buffer {
  const known = secrets.get(key);
  if (known !== undefined) return known;
  const { d = "" } = KeyObject.from(key).export({ format: "jwk" });
  const secret = Buffer.from(d, "base64url");
  secrets.set(key, secret);
  return secret;
}

/** The curve's base point, so many times. */
function pointOf(secret: Buffer): { readonly x: Buffer; readonly y: Buffer } {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey();
  return { x: point.subarray(1, 33), y: point.subarray(33) };
}

function inverseOf(value: bigint): bigint {
  let [rest, next] = [order, value];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [factor, nextFactor] = [nextFactor, factor - times * nextFactor];
  }
  return factor < 0n ? factor + order : factor;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}
