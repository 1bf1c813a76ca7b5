/** Whether work can be sent at all, as far as this device knows without asking: who has a token, and whether it is too old. */
import type { PersonId } from "@suture/schema";

/** The app is too old for the server, or the server no longer takes this device's sign-in. */
export type SendObstacle = "update-needed" | "sign-in-needed";

export class SendState {
  #signedIn: ReadonlySet<PersonId> = new Set();
  #obstacle: SendObstacle | null = null;
  readonly #listeners = new Set<() => void>();

  /** Those with a sync token here. */
  get signedIn(): ReadonlySet<PersonId> {
    return this.#signedIn;
  }

  get obstacle(): SendObstacle | null {
    return this.#obstacle;
  }

  setSignedIn(personIds: readonly PersonId[]): void {
    this.#signedIn = new Set(personIds);
    this.#tell();
  }

  /** What the server last said that only a person can do something about. */
  setObstacle(obstacle: SendObstacle | null): void {
    if (obstacle === this.#obstacle) return;
    this.#obstacle = obstacle;
    this.#tell();
  }

  canSend(personId: PersonId | null): boolean {
    if (this.#obstacle !== null) return false;
    return personId === null
      ? this.#signedIn.size > 0
      : this.#signedIn.has(personId);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
