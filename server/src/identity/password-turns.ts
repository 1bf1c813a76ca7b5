/**
 * Hashing a password is dear on purpose, and anybody may ask for it. So a few are hashed at a time and only so many wait: else a
 * thousand made-up e-mails would take the threads that every token and proof is checked on, and nobody could connect. Whoever
 * finds no room is told when to come back, before anything is counted or written. SPEC ID-39.
 */
import { err, identityError } from "@suture/schema";
import type { IdentityError, Result } from "@suture/schema";

export interface PasswordTurns {
  /** Errors: `too-many-requests`; then `work` was not begun. */
  take<T>(
    work: () => Promise<Result<T, IdentityError>>,
  ): Promise<Result<T, IdentityError>>;
}

/** Half of the threads that Node has by default. */
export const passwordsAtOnce = 2;
/** A few seconds of hashing. */
export const maxWaitingPasswords = 64;
const retryAfterMs = 5_000;

export function createPasswordTurns(): PasswordTurns {
  const waiting: (() => void)[] = [];
  let busyCount = 0;

  return {
    async take(work) {
      if (waiting.length >= maxWaitingPasswords)
        return err(identityError("too-many-requests", { retryAfterMs }));
      if (busyCount < passwordsAtOnce) busyCount += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // Whoever waits takes the place over.
        const next = waiting.shift();
        if (next === undefined) busyCount -= 1;
        else next();
      }
    },
  };
}
