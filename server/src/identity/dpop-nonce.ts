/**
 * The nonces of RFC 9449, section 8: "the time, as this server sees it", so that a device whose clock is wrong can prove
 * that its proof is new. A nonce is its own issue time under an HMAC; nothing is stored, and every node with the same
 * secret accepts it.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "@suture/schema";

export interface DpopNonces {
  issue(): string;
  /** When the nonce was issued, or undefined if it is not ours or no longer valid. */
  issuedAtMs(nonce: string): number | undefined;
}

export const dpopNonceLifetimeMs = 5 * 60_000;

export function createDpopNonces(deps: {
  readonly clock: Clock;
  readonly secret: string;
}): DpopNonces {
  const seal = (time: string) =>
    createHmac("sha256", deps.secret)
      .update(`suture-dpop-nonce:${time}`)
      .digest("base64url");
  return {
    issue() {
      const time = deps.clock.now().toString(36);
      return `${time}.${seal(time)}`;
    },
    issuedAtMs(nonce) {
      const [time = "", given = ""] = nonce.split(".");
      const expected = Buffer.from(seal(time));
      const actual = Buffer.from(given);
      if (
        expected.length !== actual.length ||
        !timingSafeEqual(expected, actual)
      )
        return undefined;
      const issuedAtMs = parseInt(time, 36);
      const ageMs = deps.clock.now() - issuedAtMs;
      // A little into the future: another node's clock.
      return ageMs > -60_000 && ageMs <= dpopNonceLifetimeMs
        ? issuedAtMs
        : undefined;
    },
  };
}
