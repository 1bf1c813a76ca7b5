/**
 * What nobody waits for: one task after the other, each in a turn of its own, so that whatever devices ask for meanwhile is answered
 * first. SPEC SY-1.
 */
export class LaterWork {
  readonly #yieldTurn: () => Promise<void>;
  #tail: Promise<void> = Promise.resolve();

  constructor(yieldTurn: () => Promise<void>) {
    this.#yieldTurn = yieldTurn;
  }

  /** `task` never rejects. */
  add(task: () => Promise<void>): void {
    this.#tail = this.#tail.then(this.#yieldTurn).then(task);
  }

  /** Resolves once everything added until now is done. */
  settle(): Promise<void> {
    return this.#tail;
  }
}
