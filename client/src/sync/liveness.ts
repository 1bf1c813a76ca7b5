import type { Timer, Timers } from "@suture/schema";

export const answerDeadlineMs = 15_000;
export const idlePingMs = 20_000;

export interface LivenessDeps {
  readonly timers: Timers;
  sendPing(number: number): void;
  /** An answer is owed for longer than `answerDeadlineMs`. */
  onSilence(): void;
}

/**
 * Judges a line by answers: half-open sockets, throttled Wi-Fi and captive portals all look the same, like no answer.
 * SPEC SY-23.
 */
export class Liveness {
  readonly #deps: LivenessDeps;
  #deadline: Timer | undefined;
  #pause: Timer | undefined;
  #idle: Timer | undefined;
  #nextPing = 0;

  constructor(deps: LivenessDeps) {
    this.#deps = deps;
  }

  /** Something was sent that must be answered. */
  expectAnswer(): void {
    if (this.#pause !== undefined) return;
    this.#deadline?.cancel();
    this.#deadline = this.#deps.timers.after(answerDeadlineMs, () =>
      this.#deps.onSilence(),
    );
  }

  /** Whatever arrives shows that the line is alive. */
  noteAnswer(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
  }

  /** The server has said that it answers no earlier than that: silence until then means nothing. */
  notePause(resumeAfterMs: number): void {
    this.#deadline?.cancel();
    this.#pause?.cancel();
    this.#pause = this.#deps.timers.after(resumeAfterMs, () => {
      this.#pause = undefined;
      this.expectAnswer();
    });
  }

  /** From now on an idle line is asked for a sign of life. */
  startPings(): void {
    this.#idle = this.#deps.timers.after(idlePingMs, () => {
      this.#deps.sendPing(this.#nextPing);
      this.#nextPing += 1;
      this.startPings();
    });
  }

  stop(): void {
    this.#deadline?.cancel();
    this.#pause?.cancel();
    this.#idle?.cancel();
  }
}
