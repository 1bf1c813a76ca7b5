/**
 * What lets a person back to a device that is locked, without a network: a check of their password, made when the server last took
 * it. SPEC AP-104.
 *
 * PBKDF2 with SHA-256 (RFC 8018, 5.2), which every browser does by itself, under a salt of its own. A try counts before it is
 * judged, so that neither a reload nor a second tab brings further ones; after three that were wrong each has to wait, longer each
 * time. The clock is the device's: one that was set back makes whoever tries wait anew.
 *
 * Where a full device takes no row, a try is counted in a spare number; where not even that is taken, each waits the longest. SPEC AP-167, AP-183.
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
import { isFull } from "../store/store-space.ts";

/** Of a password that is tried after it was wrong several times. */
export interface TooManyTries {
  readonly code: "too-many-tries";
  readonly retryAfterMs: number;
}

/** A try that counts as wrong until it is said to be right. */
export interface Try {
  /** Null for somebody whose password the server never had. */
  readonly email: string | null;
  /** Whether the device takes what is stored: else nothing of a sign-in can be kept either. */
  readonly isStored: boolean;
  isRight(password: string): Promise<boolean>;
}

/** Whole numbers that a device keeps where it has no space for rows; 0 until they are raised. Each call rejects where that fails. */
export interface SpareNumbers {
  read(name: string): Promise<number>;
  /** Durable once it resolves. False where it was not `from` any more, or somebody else has raised it. */
  raise(name: string, from: number, to: number): Promise<boolean>;
  clear(name: string): Promise<void>;
}

/** Before one has to wait. */
const freeTries = 3;
const firstWaitMs = 30_000;
const longestWaitMs = 15 * 60_000;

/** A spare number says how many tries there were, and in which second the last one was. */
const secondsInNumber = 2 ** 33;

interface PasswordCheckDeps {
  readonly log: Pick<LocalLog, "read" | "write">;
  readonly clock: Clock;
  readonly random: Random;
  /** Of PBKDF2, for checks that are made from now on. */
  readonly rounds: number;
  readonly spareNumbers?: SpareNumbers | undefined;
}

export class PasswordChecks {
  readonly #deps: PasswordCheckDeps;
  /** When the last try began that is counted nowhere, by person. */
  readonly #uncountedAtMs = new Map<PersonId, number>();

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
    await this.#forgetUnstored(personId);
  }

  /** Undefined where there is no check of this person's. */
  async begin(
    personId: PersonId,
  ): Promise<Result<Try | undefined, TooManyTries>> {
    // One that cannot be read is not needed where tries can be stored.
    const number = await this.#deps.spareNumbers?.read(personId).catch(() => 0);
    try {
      return await this.#beginStored(personId, spareTriesIn(number ?? 0));
    } catch (cause) {
      if (!isFull(cause)) throw cause;
    }
    const { log } = this.#deps;
    const check = await log.read((tx) =>
      tx.get(passwordChecksTable, [personId]),
    );
    if (check === undefined) return ok(undefined);
    const waitMs = await this.#countUnstored(personId, check).catch(() =>
      this.#waitUncounted(personId),
    );
    return waitMs > 0
      ? err({ code: "too-many-tries", retryAfterMs: waitMs })
      : ok(this.#tryOf(personId, check, false));
  }

  #beginStored(
    personId: PersonId,
    spare: SpareTries,
  ): Promise<Result<Try | undefined, TooManyTries>> {
    const { log, clock } = this.#deps;
    return log.write(async (tx) => {
      const check = await tx.get(passwordChecksTable, [personId]);
      if (check === undefined) return ok(undefined);
      const nowMs = clock.now();
      const { isSetBack, leftMs } = waitNow(check, spare, nowMs);
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
      return ok(this.#tryOf(personId, check, true));
    });
  }

  #tryOf(personId: PersonId, check: PasswordCheckRow, isStored: boolean): Try {
    const { email } = check;
    return {
      ...{ email, isStored },
      isRight: (password) => this.#judge(personId, password, check),
    };
  }

  /** Gives back how long to wait; 0 where the try is counted, on top of those that were stored. */
  async #countUnstored(
    personId: PersonId,
    check: PasswordCheckRow,
  ): Promise<number> {
    const { spareNumbers, clock } = this.#deps;
    if (spareNumbers === undefined) return this.#waitUncounted(personId);
    for (;;) {
      const number = await spareNumbers.read(personId);
      const spare = spareTriesIn(number);
      const nowMs = clock.now();
      const { isSetBack, leftMs } = waitNow(check, spare, nowMs);
      if (leftMs > 0 && !isSetBack) return leftMs;
      const nowSeconds = Math.floor(nowMs / 1_000);
      const next = (spare.tries + 1) * secondsInNumber + nowSeconds;
      // Where another tab was faster, its try counts first.
      if (await spareNumbers.raise(personId, number, next))
        return Math.max(0, leftMs);
    }
  }

  /** Whoever loads the page again waits anew: nothing else remembers. */
  #waitUncounted(personId: PersonId): number {
    const nowMs = this.#deps.clock.now();
    const lastMs = this.#uncountedAtMs.get(personId);
    const leftMs =
      lastMs === undefined || nowMs < lastMs
        ? longestWaitMs
        : lastMs + longestWaitMs - nowMs;
    if (leftMs <= 0 || leftMs === longestWaitMs)
      this.#uncountedAtMs.set(personId, nowMs);
    return Math.max(0, leftMs);
  }

  async #forgetUnstored(personId: PersonId): Promise<void> {
    this.#uncountedAtMs.delete(personId);
    // Who cannot be forgiven waits longer after the next wrong try.
    await this.#deps.spareNumbers?.clear(personId).catch(() => undefined);
  }

  async #judge(
    personId: PersonId,
    password: string,
    check: PasswordCheckRow,
  ): Promise<boolean> {
    if ((await digestOf(password, check)) !== check.digest) return false;
    const forget = this.#deps.log.write(async (tx) => {
      const now = await tx.get(passwordChecksTable, [personId]);
      if (now !== undefined)
        await tx.put(passwordChecksTable, [personId], {
          ...now,
          wrongTries: 0,
        });
    });
    await forget.catch((cause: unknown) => {
      if (!isFull(cause)) throw cause;
    });
    await this.#forgetUnstored(personId);
    return true;
  }
}

/** Wrong ones that a full device counted, on top of those of the row. */
interface SpareTries {
  readonly tries: number;
  /** 0 for none. */
  readonly lastAtMs: number;
}

function spareTriesIn(number: number): SpareTries {
  return {
    tries: Math.floor(number / secondsInNumber),
    lastAtMs: (number % secondsInNumber) * 1_000,
  };
}

function waitNow(
  { wrongTries, lastTryAtMs }: PasswordCheckRow,
  spare: SpareTries,
  nowMs: number,
): { isSetBack: boolean; leftMs: number } {
  const waitMs = waitAfter(wrongTries + spare.tries);
  const told = [lastTryAtMs, spare.lastAtMs].filter((atMs) => atMs > 0);
  // A clock that was set back leaves a try in the future, and only one of the two can be written over now.
  const past = told.filter((atMs) => atMs <= nowMs);
  const isSetBack = past.length === 0 && told.length > 0;
  const leftMs = isSetBack ? waitMs : Math.max(0, ...past) + waitMs - nowMs;
  return { isSetBack, leftMs };
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
