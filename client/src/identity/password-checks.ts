/**
 * What lets a person back to a device that is locked, without a network: a check of their password, made when the server last took
 * it. SPEC AP-104.
 *
 * PBKDF2 with SHA-256 (RFC 8018, 5.2), which every browser does by itself, under a salt of its own. A try counts before it is
 * judged, so that neither a reload nor a second tab brings further ones; after three that were wrong each has to wait, longer each
 * time. The clock is the device's: one that was set back makes whoever tries wait anew.
 */
import {
  bytesToHex,
  encodeUtf8,
  err,
  hexToBytes,
  ok,
  type Clock,
  type PersonId,
  type Random,
  type Result,
} from "@suture/schema";

import {
  passwordChecksTable,
  type PasswordCheckRow,
} from "../store/client-tables.ts";
import type { LocalLog } from "../store/local-log.ts";

/** Of a password that is tried after it was wrong several times. */
export interface TooManyTries {
  readonly code: "too-many-tries";
  readonly retryAfterMs: number;
}

/** A try that counts as wrong until it is said to be right. */
export interface Try {
  /** Null for somebody whose password the server never had. */
  readonly email: string | null;
  isRight(password: string): Promise<boolean>;
}

/** Before one has to wait. */
const freeTries = 3;
const firstWaitMs = 30_000;
const longestWaitMs = 15 * 60_000;

interface PasswordCheckDeps {
  readonly log: Pick<LocalLog, "read" | "write">;
  readonly clock: Clock;
  readonly random: Random;
  /** Of PBKDF2, for checks that are made from now on. */
  readonly rounds: number;
}

export class PasswordChecks {
  readonly #deps: PasswordCheckDeps;

  constructor(deps: PasswordCheckDeps) {
    this.#deps = deps;
  }

  /** In the place of an earlier one; wrong tries are forgotten. */
  async keep(
    personId: PersonId,
    { email, password }: { email: string | null; password: string },
  ): Promise<void> {
    const { log, random, rounds } = this.#deps;
    const salt = bytesToHex(random.bytes(16));
    const digest = await digestOf(password, { salt, rounds });
    await log.write((tx) =>
      tx.put(passwordChecksTable, [personId], {
        ...{ email, salt, rounds, digest },
        wrongTries: 0,
        lastTryAtMs: 0,
      }),
    );
  }

  /** Undefined where there is no check of this person's. */
  begin(personId: PersonId): Promise<Result<Try | undefined, TooManyTries>> {
    const { log, clock } = this.#deps;
    return log.write(async (tx) => {
      const check = await tx.get(passwordChecksTable, [personId]);
      if (check === undefined) return ok(undefined);
      const nowMs = clock.now();
      const waitMs = waitAfter(check.wrongTries);
      const isSetBack = nowMs < check.lastTryAtMs;
      const leftMs = isSetBack ? waitMs : check.lastTryAtMs + waitMs - nowMs;
      if (leftMs > 0) {
        if (isSetBack)
          await tx.put(passwordChecksTable, [personId], {
            ...check,
            lastTryAtMs: nowMs,
          });
        return err({ code: "too-many-tries" as const, retryAfterMs: leftMs });
      }
      await tx.put(passwordChecksTable, [personId], {
        ...check,
        wrongTries: check.wrongTries + 1,
        lastTryAtMs: nowMs,
      });
      const { email } = check;
      return ok({
        email,
        isRight: (password: string) => this.#judge(personId, password, check),
      });
    });
  }

  async #judge(
    personId: PersonId,
    password: string,
    check: PasswordCheckRow,
  ): Promise<boolean> {
    if ((await digestOf(password, check)) !== check.digest) return false;
    await this.#deps.log.write(async (tx) => {
      const now = await tx.get(passwordChecksTable, [personId]);
      if (now !== undefined)
        await tx.put(passwordChecksTable, [personId], {
          ...now,
          wrongTries: 0,
        });
    });
    return true;
  }
}

function waitAfter(wrongTries: number): number {
  if (wrongTries < freeTries) return 0;
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (wrongTries - freeTries));
}

async function digestOf(
  password: string,
  { salt, rounds }: Pick<PasswordCheckRow, "salt" | "rounds">,
): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    // The same letters, however a keyboard puts them together.
    new Uint8Array(encodeUtf8(password.normalize("NFC"))),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const bits = await crypto.subtle.deriveBits(
    {
      name: "PBKDF2",
      hash: "SHA-256",
      salt: new Uint8Array(hexToBytes(salt)),
      iterations: rounds,
    },
    key,
    256,
  );
  return bytesToHex(new Uint8Array(bits));
}
