/** Random secrets that every node and every start must share: drawn once, kept in the store beside the signing keys. */
import { createHash } from "node:crypto";
import type { Random, Store } from "@suture/schema";
import { identityPartition, secretsTable } from "./identity-tables.ts";

export type SecretName = "accounts" | "dpop-nonce" | "external-nonce";

/** 256 bits as base64url, the same at every call for a name. */
export function loadSecret(
  store: Store,
  random: Random,
  name: SecretName,
): Promise<string> {
  const fresh = drawSecret(random, 32);
  return store.write(identityPartition, async (tx) => {
    const row = await tx.get(secretsTable, [name]);
    if (row) return row.secret;
    await tx.put(secretsTable, [name], { secret: fresh });
    return fresh;
  });
}

export function drawSecret(random: Random, byteLength: number): string {
  return Buffer.from(random.bytes(byteLength)).toString("base64url");
}

/** How a secret with 128 bits or more of its own randomness is kept: nothing slower than SHA-256 is needed. */
export function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
