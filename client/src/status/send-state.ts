/** Whether work can be sent at all, as far as this device knows without asking: who has a token, and whether it is too old. */
import type { PersonId } from "@suture/schema";

export class SendState {
  #signedIn: ReadonlySet<PersonId> = new Set();
  #isUpdateNeeded = false;
  readonly #listeners = new Set<() => void>();

  /** Those with a sync token here. */
  get signedIn(): ReadonlySet<PersonId> {
    return this.#signedIn;
  }

  get isUpdateNeeded(): boolean {
    return this.#isUpdateNeeded;
  }

  setSignedIn(personIds: readonly PersonId[]): void {
    this.#signedIn = new Set(personIds);
    this.#tell();
  }

  /** The server no longer takes what this version writes, or the other way round. */
  setUpdateNeeded(isUpdateNeeded: boolean): void {
    if (isUpdateNeeded === this.#isUpdateNeeded) return;
    this.#isUpdateNeeded = isUpdateNeeded;
    this.#tell();
  }

  canSend(personId: PersonId | null): boolean {
    if (this.#isUpdateNeeded) return false;
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
