/**
 * The key that makes this device this device: ES256, made here, its private half never sent anywhere. Tokens are bound to
 * its thumbprint (RFC 7638), so a stolen token is useless without it.
 *
 * The pair is made by WebCrypto, which takes no injected randomness. Browsers keep it non-extractable; the file store of
 * Node clients has to write it down, so there it is extractable.
 */
import {
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  generateKeyPair,
} from "jose";
import type { CryptoKey } from "jose";
import { z } from "zod";

export interface DeviceKeyPair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

const publicJwkSchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
});
export type PublicJwk = Readonly<z.infer<typeof publicJwkSchema>>;

export interface DeviceKey {
  readonly publicJwk: PublicJwk;
  readonly thumbprint: string;
  /** A compact JWS over the payload, ES256, with this key's public half in its header. */
  sign(
    payload: Readonly<Record<string, unknown>>,
    typ: string,
  ): Promise<string>;
}

export async function generateDeviceKeyPair(options: {
  readonly isExtractable: boolean;
}): Promise<DeviceKeyPair> {
  return generateKeyPair("ES256", { extractable: options.isExtractable });
}

export async function openDeviceKey(pair: DeviceKeyPair): Promise<DeviceKey> {
  // A public key can always be exported, and nothing else of it is kept than what names it.
  const publicJwk = publicJwkSchema.parse(await exportJWK(pair.publicKey));
  return {
    publicJwk,
    thumbprint: await calculateJwkThumbprint(publicJwk),
    sign: (payload, typ) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader({ alg: "ES256", typ, jwk: publicJwk })
        .sign(pair.privateKey),
  };
}
