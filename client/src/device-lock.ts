/**
 * A shared device behind everybody's own sign-in: it is locked by whoever hands it over, and by itself once nobody was at it for a
 * while, in any tab or with all of them closed. Then nobody uses it, and their password opens it for one of those who are signed in
 * on it; work that waits goes out meanwhile. SPEC AP-103 to AP-105.
 *
 * It keeps colleagues from reading and signing as one another through the app. The rows are sealed for the device, not for the
 * person: see docs/SECURITY.md.
 */
import {
  err,
  ok,
  type Clock,
  type PersonId,
  type Random,
  type Result,
  type Timers,
} from "@suture/schema";

import type { RequestError } from "./identity/identity-request.ts";
import {
  PasswordChecks,
  type SpareNumbers,
  type TooManyTries,
} from "./identity/password-checks.ts";
import type { CurrentPerson } from "./records/record-deps.ts";
import { changeDevice, readDevice } from "./store/device-row.ts";
import type { LocalLog } from "./store/local-log.ts";

export interface LockOptions {
  /** Of PBKDF2, for each check of a password. */
  readonly passwordRounds: number;
  /** How long a device that nobody touches stays open. */
  readonly unusedMs: number;
}

export type OpenProblem =
  | TooManyTries
  | { readonly code: "password-wrong" }
  /** This device cannot judge a password of theirs: they sign in as on a new one. */
  | { readonly code: "sign-in-needed" }
  | RequestError;

export interface PasswordLogin {
  readonly email: string;
  readonly password: string;
  readonly deviceName: string;
}

export interface DeviceLockDeps {
  readonly log: LocalLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  /** Says to the other tabs, which have no other way to know of a lock that cannot be stored, to `closeHere`. */
  readonly tellLocked?: () => void;
  readonly spareNumbers?: SpareNumbers | undefined;
  /** Without them nothing is locked by itself, and no password can be judged here. */
  readonly options: LockOptions | undefined;
  person(): CurrentPerson | null;
  /** Whether the server was answering just now. */
  isServerAnswering(): boolean;
  /** Gives up soon: whoever waits is in front of the device. */
  signIn(login: PasswordLogin): Promise<Result<unknown, RequestError>>;
  usePerson(personId: PersonId): Promise<boolean>;
  /** In this tab; whatever the store does. */
  leaveToNobody(): Promise<void>;
  /** In all tabs. */
  readPersonsAnew(): Promise<void>;
}

/** Is not written down more often than this. */
const worthNotingMs = 30_000;
/** After a lock that could not be stored. */
const storeAgainMs = 10_000;
/** Of the spare numbers. */
const closedNumber = "closed";
const probeNumber = "probe";

export class DeviceLock {
  readonly #deps: DeviceLockDeps;
  readonly #checks: PasswordChecks | undefined;
  #usedAtMs = -Infinity;
  #notedAtMs = -Infinity;
  #isClosedHere = false;
  /** Whether a lock was made here that the store has not taken yet. */
  #isToStore = false;
  #storingAgain: { cancel(): void } | undefined;

  constructor(deps: DeviceLockDeps) {
    this.#deps = deps;
    const rounds = deps.options?.passwordRounds;
    if (rounds !== undefined)
      this.#checks = new PasswordChecks({ ...deps, rounds });
  }

  /**
   * Nobody uses the device any more, in any tab, until somebody opens it or signs in. That holds over restarts once it is stored: what
   * the store does not take now is brought to it again.
   */
  async close(): Promise<void> {
    this.#isToStore = true;
    this.#deps.tellLocked?.();
    await this.closeHere();
    await this.#storeLock();
  }

  /** In this tab alone: the one that locked the device stores it. */
  async closeHere(): Promise<void> {
    this.#isClosedHere = true;
    await this.#deps.leaveToNobody();
  }

  /** Whether it is closed here though the store may not say so. */
  get isClosedHere(): boolean {
    return this.#isClosedHere;
  }

  /**
   * After a start, before anybody is let in: closes it here where it was closed and its row does not say so, as on a device that was
   * full. One that takes nothing at all may have been closed, too. SPEC AP-169.
   */
  async closeIfLeftClosed(): Promise<void> {
    const { log, options } = this.#deps;
    if (options === undefined) return;
    if (await this.#isMarkedClosed()) return this.closeHere();
    const row = await log.read(readDevice);
    if (row.personId === undefined || row.isLocked === true) return;
    await log.space.look();
    if (!log.space.isFull || (await this.#wouldBeMarked())) return;
    await this.closeHere();
    // Loading it again once there is space is not to open it either.
    this.#isToStore = true;
    this.#storeLater();
  }

  /** Somebody opened the device in another tab: for all of them where that is stored, else in that tab alone. */
  async wasOpenedElsewhere(isStored: boolean): Promise<void> {
    this.#giveUpStoring();
    if (isStored) this.#isClosedHere = false;
    else await this.closeHere();
  }

  /** Over restarts, where the row cannot say so. */
  async markClosed(): Promise<void> {
    // Where this is not kept either, whoever starts it finds that out.
    await this.#deps.spareNumbers
      ?.raise(closedNumber, 0, 1)
      .catch(() => undefined);
  }

  /** The row says who uses the device. */
  async unmark(): Promise<void> {
    // What cannot be taken back is, when the device is opened the next time.
    await this.#deps.spareNumbers?.clear(closedNumber).catch(() => undefined);
  }

  /** From now on the store's word counts, here as in the other tabs. */
  wasStored(): void {
    this.#isClosedHere = false;
  }

  /**
   * Opens the device for somebody who is signed in on it. Where the server answers, it judges the password; else, and where nothing
   * that it says could be kept, the check that was kept here when it last did.
   */
  async open({
    personId,
    password,
    deviceName,
  }: {
    readonly personId: PersonId;
    readonly password: string;
    readonly deviceName: string;
  }): Promise<Result<void, OpenProblem>> {
    const begun = await this.#checks?.begin(personId);
    if (begun?.ok === false) return begun;
    const attempt = begun?.value;
    if (attempt === undefined) return err({ code: "sign-in-needed" });
    const { email, isStored } = attempt;
    if (email !== null && isStored && this.#deps.isServerAnswering()) {
      const asked = await this.#deps.signIn({ email, password, deviceName });
      if (asked.ok) return ok(undefined);
      if (isAboutThePassword(asked.error)) return asked;
    }
    if (!(await attempt.isRight(password)))
      return err({ code: "password-wrong" });
    const isHere = await this.#deps.usePerson(personId);
    return isHere ? ok(undefined) : err({ code: "sign-in-needed" });
  }

  /**
   * With this password the person opens the device from now on. `email` is null for one that only this device knows: nobody judged
   * that, so it is kept only for whoever uses the device now. False where it was not.
   */
  async keepCheck(
    personId: PersonId,
    login: { readonly email: string | null; readonly password: string },
  ): Promise<boolean> {
    const isTheirs = this.#deps.person()?.personId === personId;
    if (login.email === null && !isTheirs) return false;
    await this.#checks?.keep(personId, login);
    return true;
  }

  /** Somebody is at the device. Told of everything they do, it writes seldom. */
  noteUse(): void {
    const nowMs = this.#deps.clock.now();
    // A touch that wakes a device which nobody had used for long does not keep it open.
    if (this.#isOver(nowMs - this.#usedAtMs)) {
      void this.closeIfUnused().catch(() => undefined);
      return;
    }
    this.#usedAtMs = nowMs;
    if (nowMs - this.#notedAtMs < worthNotingMs) return;
    this.#notedAtMs = nowMs;
    this.#deps.log
      .write((tx) => changeDevice(tx, (row) => ({ ...row, usedAtMs: nowMs })))
      // The device then closes too early, which loses nothing.
      .catch(() => undefined);
  }

  /** Closes the device if nobody was at it for too long. Gives back after how long to look again; null for never. */
  async closeIfUnused(): Promise<number | null> {
    const { options, log, clock, person } = this.#deps;
    if (options === undefined || person() === null) return null;
    const device = await log.read(readDevice);
    const nowMs = clock.now();
    // Before it was noted for the first time, somebody is at it now.
    const notedAtMs = device.usedAtMs ?? nowMs;
    this.#usedAtMs = Math.max(this.#usedAtMs, notedAtMs);
    const unusedMs = nowMs - this.#usedAtMs;
    if (!this.#isOver(unusedMs))
      return options.unusedMs - Math.max(0, unusedMs);
    await this.close();
    return null;
  }

  /** The person begins now. */
  begin(): void {
    this.#usedAtMs = this.#deps.clock.now();
    this.#isClosedHere = false;
    this.#giveUpStoring();
  }

  /** Before the store is closed: a lock that it did not take is brought to it no more. */
  stop(): void {
    this.#giveUpStoring();
  }

  #giveUpStoring(): void {
    this.#isToStore = false;
    this.#storingAgain?.cancel();
  }

  async #storeLock(): Promise<void> {
    this.#storingAgain?.cancel();
    try {
      await this.#deps.log.write((tx) =>
        changeDevice(tx, (row) => ({ ...row, isLocked: true })),
      );
      await this.#deps.readPersonsAnew();
      this.#isToStore = false;
    } catch {
      if (!this.#isToStore) return;
      await this.markClosed();
      this.#storeLater();
    }
  }

  /** Nobody gets further here meanwhile. */
  #storeLater(): void {
    if (!this.#isToStore) return;
    this.#storingAgain = this.#deps.timers.after(
      storeAgainMs,
      () => void this.#storeLock(),
    );
  }

  async #isMarkedClosed(): Promise<boolean> {
    const { spareNumbers } = this.#deps;
    if (spareNumbers === undefined) return false;
    // Where that cannot be read, a password opens what perhaps nobody closed.
    return spareNumbers.read(closedNumber).then(
      (number) => number > 0,
      () => true,
    );
  }

  /** Whether a full device would keep that it is closed. */
  async #wouldBeMarked(): Promise<boolean> {
    const { spareNumbers } = this.#deps;
    if (spareNumbers === undefined) return false;
    try {
      // One that is there already proves nothing.
      await spareNumbers.clear(probeNumber);
      await spareNumbers.raise(probeNumber, 0, 1);
      await spareNumbers.clear(probeNumber);
      return true;
    } catch {
      return false;
    }
  }

  #isOver(unusedMs: number): boolean {
    const { options } = this.#deps;
    return (
      options !== undefined &&
      Number.isFinite(unusedMs) &&
      unusedMs >= options.unusedMs
    );
  }
}

/**
 * Not what the same password may pass later, such as a failure of the server's, or that somebody tried too often for this e-mail:
 * strangers can bring that about from anywhere.
 */
function isAboutThePassword({ code, isRetryable }: RequestError): boolean {
  return !isRetryable && code !== "wrong-server";
}
