/**
 * Lets a session outlive the token that opened it, if its device brings a renewed one: asks for it in good time, again and again,
 * and at the end; ends the session when the grace is over. What is on its way meanwhile goes on. SPEC SY-14, SY-27.
 */
import type { Timer } from "@suture/schema";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

/** Timers of the machine hold no more than about 24 days. */
const longestTimerMs = 24 * 3_600_000;

type TokenWatchDeps = Pick<SyncDeps, "clock" | "timers" | "limits">;

export class TokenWatch {
  readonly #deps: TokenWatchDeps;
  readonly #session: SyncSession;
  #timer: Timer | undefined;

  constructor(deps: TokenWatchDeps, session: SyncSession) {
    this.#deps = deps;
    this.#session = session;
  }

  /** From the welcome on, and anew with each token. */
  start(): void {
    this.#timer?.cancel();
    this.#check();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #check(): void {
    const { clock, timers, limits } = this.#deps;
    const session = this.#session;
    const { expiresAtMs } = session.caller;
    const leftMs = expiresAtMs - clock.now();
    if (leftMs <= -limits.tokenGraceMs) return session.end("not-authenticated");
    const isNeeded = leftMs <= limits.tokenWarningMs;
    if (isNeeded) session.send({ type: "token-needed", expiresAtMs });
    const untilNextMs =
      leftMs <= 0
        ? leftMs + limits.tokenGraceMs
        : isNeeded
          ? Math.min(leftMs, limits.tokenReminderMs)
          : leftMs - limits.tokenWarningMs;
    const delayMs = Math.min(untilNextMs, longestTimerMs);
    this.#timer = timers.after(delayMs, () => this.#check());
  }
}
