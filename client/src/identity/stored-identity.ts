/** How token stores that keep text write a device's key and a person's grant down, and read them back. */
import { deviceIdSchema, personIdSchema } from "@suture/schema";
import { exportJWK, importJWK } from "jose";
import type { CryptoKey } from "jose";
import { z } from "zod";
import type { DeviceKeyPair } from "./device-key.ts";
import type { Grant } from "./token-store.ts";

export const privateJwkSchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
export type PrivateJwk = z.infer<typeof privateJwkSchema>;

export const storedGrantSchema = z
  .object({
    personId: personIdSchema,
    deviceId: deviceIdSchema,
    syncToken: z.string(),
    syncTokenExpiresAtMs: z.number(),
    refreshToken: z.string().optional(),
  })
  // JSON leaves out what is undefined.
  .transform((grant): Grant => ({ refreshToken: undefined, ...grant }));

/** Throws for a key that may not be exported: see `TokenStore.needsExtractableKey`. */
export async function keyPairToJwk(pair: DeviceKeyPair): Promise<PrivateJwk> {
  return privateJwkSchema.parse(await exportJWK(pair.privateKey));
}

export async function jwkToKeyPair(
  privateJwk: PrivateJwk,
): Promise<DeviceKeyPair> {
  const { d: _secret, ...publicJwk } = privateJwk;
  return {
    privateKey: await importKey(privateJwk),
    publicKey: await importKey(publicJwk),
  };
}

async function importKey(
  jwk: PrivateJwk | Omit<PrivateJwk, "d">,
): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk, ext: true }, "ES256");
  if (key instanceof Uint8Array)
    throw new Error("a device key is an EC key pair");
  return key;
}
