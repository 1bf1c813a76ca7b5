/**
 * How often a password may be guessed: ten failures for one e-mail within fifteen minutes, then nothing for that e-mail
 * until the oldest of them is fifteen minutes old. Counted per e-mail and never per address: a hospital is one. SPEC ID-4.
 *
 * An attempt counts from its start, so that many at once gain nothing. E-mails are held as digests, at most `maxEmails`;
 * beyond that the one that failed longest ago is forgotten.
 */
import { err, identityError, ok } from "@suture/schema";
import type { Clock, IdentityError, Result } from "@suture/schema";
import { digestOf } from "./secrets.ts";

export interface SignInLimits {
  /** Errors: `too-many-attempts` with `retryAfterMs`. */
  begin(email: string): Result<void, IdentityError>;
  succeeded(email: string): void;
}

export const maxFailedSignIns = 10;
export const failedSignInsWindowMs = 15 * 60_000;

export function createSignInLimits(deps: {
  readonly clock: Clock;
  readonly maxEmails?: number;
}): SignInLimits {
  const { clock, maxEmails = 100_000 } = deps;
  const attemptsByEmail = new Map<string, readonly number[]>();

  return {
    begin(email) {
      const key = keyOf(email);
      const nowMs = clock.now();
      const recent = (attemptsByEmail.get(key) ?? []).filter(
        (atMs) => nowMs - atMs < failedSignInsWindowMs,
      );
      const [oldestMs = nowMs] = recent;
      if (recent.length >= maxFailedSignIns) {
        return err(
          identityError("too-many-attempts", {
            retryAfterMs: oldestMs + failedSignInsWindowMs - nowMs,
          }),
        );
      }
      // Deleted first, so that the map's order is that of the last attempts.
      attemptsByEmail.delete(key);
      attemptsByEmail.set(key, [...recent, nowMs]);
      const [leastRecent] = attemptsByEmail.keys();
      if (attemptsByEmail.size > maxEmails && leastRecent !== undefined)
        attemptsByEmail.delete(leastRecent);
      return ok(undefined);
    },
    succeeded(email) {
      attemptsByEmail.delete(keyOf(email));
    },
  };
}

const keyOf = (email: string) => digestOf(email.trim().toLowerCase());
