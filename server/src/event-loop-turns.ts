/**
 * When work that was put off goes on: after the rest of this turn of the event loop and what has arrived meanwhile, and behind the
 * connections that wait to be taken. Node takes one of them a turn (libuv since 1.45, its pull request 3696), so a hospital that
 * comes back at once would be let in device by device, between pieces of work. SPEC SY-33.
 */
import type { Defer } from "@suture/schema";

/** Then work goes on for a turn: whoever does nothing but connect holds nobody up. */
const maxTurnsHeld = 100;

export class EventLoopTurns {
  readonly #nextTurn: Defer;
  #due: (() => void)[] = [];
  #hasConnected = false;
  #heldCount = 0;

  /** `nextTurn` calls a task once, after what has arrived in this turn. */
  constructor(nextTurn: Defer) {
    this.#nextTurn = nextTurn;
  }

  /** To be called for each connection that a listening socket has taken: behind it there may be more. */
  noteConnection(): void {
    this.#hasConnected = true;
  }

  readonly defer: Defer = (task) => {
    this.#due.push(task);
    if (this.#due.length === 1) this.#startSoon();
  };

  #startSoon(): void {
    this.#nextTurn(() => {
      const isHeld = this.#hasConnected && this.#heldCount < maxTurnsHeld;
      this.#hasConnected = false;
      this.#heldCount = isHeld ? this.#heldCount + 1 : 0;
      if (isHeld) return this.#startSoon();
      const due = this.#due;
      this.#due = [];
      for (const task of due) queueMicrotask(task);
    });
  }
}
