/**
 * Tokens whose signature was right, so that what is shown with every push is not verified each time. Kept are digests and claims,
 * never a token. Whoever asks still judges what time and people change: its key, its age, its end, whether it was revoked.
 */
import type { JWTPayload } from "jose";
import { digestOf } from "./secrets.ts";

interface Verified<Kind> {
  readonly kind: Kind;
  readonly claims: Readonly<JWTPayload>;
}

export class VerifiedTokens<Kind extends object> {
  /** By digest; the least recently shown first. */
  readonly #byDigest = new Map<string, Verified<Kind>>();
  readonly #maxTokens: number;

  constructor(options: { readonly maxTokens: number }) {
    this.#maxTokens = options.maxTokens;
  }

  /** Of a token that was verified as this very kind. */
  claimsOf(kind: Kind, token: string): Readonly<JWTPayload> | undefined {
    const digest = digestOf(token);
    const found = this.#byDigest.get(digest);
    if (found?.kind !== kind) return undefined;
    this.#byDigest.delete(digest);
    this.#byDigest.set(digest, found);
    return found.claims;
  }

  keep(kind: Kind, token: string, claims: Readonly<JWTPayload>): void {
    this.#byDigest.set(digestOf(token), { kind, claims });
    for (const oldest of this.#byDigest.keys()) {
      if (this.#byDigest.size <= this.#maxTokens) break;
      this.#byDigest.delete(oldest);
    }
  }

  forget(token: string): void {
    this.#byDigest.delete(digestOf(token));
  }

  clear(): void {
    this.#byDigest.clear();
  }
}
