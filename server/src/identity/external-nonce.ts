/**
 * The nonces that bind an ID token to one attempt to sign in: random, ours by an HMAC with the time inside, so that beginning an
 * attempt stores nothing, however often strangers begin one. A nonce is written down when it is used, and so used once. SPEC ID-32.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock, Random, WriteTransaction } from "@suture/schema";
import { usedNoncesTable } from "./identity-tables.ts";
import { digestOf, drawSecret } from "./secrets.ts";

/** As long as a person may take at the other service. */
export const externalNonceLifetimeMs = 15 * 60_000;

export interface ExternalNonces {
  issue(): string;
  /** Whether it is ours and its time is not over; it may have been used. */
  isOurs(nonce: string): boolean;
  /** Of one that is ours. */
  issuedAtMs(nonce: string): number;
  /** Within the transaction of the sign-in. False for one that was used before. */
  use(tx: WriteTransaction, nonce: string): Promise<boolean>;
  /** Within a transaction: forgets used ones that would no longer be accepted; the count of them. */
  removeExpired(tx: WriteTransaction): Promise<number>;
}

export function createExternalNonces(deps: {
  readonly clock: Clock;
  readonly random: Random;
  readonly secret: string;
}): ExternalNonces {
  const { clock, random, secret } = deps;
  // The number ends where its point stands.
  const issuedAtMs = (nonce: string) => parseInt(nonce, 36);
  const seal = (content: string) =>
    createHmac("sha256", secret)
      .update(`suture-external-nonce:${content}`)
      .digest("base64url");

  return {
    issue() {
      const content = `${clock.now().toString(36)}.${drawSecret(random, 16)}`;
      return `${content}.${seal(content)}`;
    },

    isOurs(nonce) {
      const end = nonce.lastIndexOf(".");
      const content = nonce.slice(0, Math.max(0, end));
      const expected = Buffer.from(seal(content));
      const given = Buffer.from(nonce.slice(end + 1));
      if (expected.length !== given.length || !timingSafeEqual(expected, given))
        return false;
      const ageMs = clock.now() - issuedAtMs(nonce);
      // A little into the future: another node's clock.
      return ageMs > -60_000 && ageMs < externalNonceLifetimeMs;
    },

    issuedAtMs,

    async use(tx, nonce) {
      const key = [digestOf(nonce)];
      if (await tx.get(usedNoncesTable, key)) return false;
      const expiresAtMs = clock.now() + externalNonceLifetimeMs + 60_000;
      await tx.put(usedNoncesTable, key, { expiresAtMs });
      return true;
    },

    async removeExpired(tx) {
      const rows = (await tx.scan(usedNoncesTable)).filter(
        ({ value }) => value.expiresAtMs <= clock.now(),
      );
      for (const { key } of rows) await tx.delete(usedNoncesTable, key);
      return rows.length;
    },
  };
}
