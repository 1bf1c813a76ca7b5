/**
 * Keeps one form of one person. Somebody who types fast is not written down letter by letter: while one state is being written, of
 * those that follow only the last is written next.
 */
import type { Client } from "@suture/client";
import type { JsonValue, PersonId } from "@suture/schema";

export class FormKeeper {
  readonly #forms: Client["forms"];
  readonly #key: string;
  readonly personId: PersonId | undefined;
  #next: { readonly value: JsonValue } | null = null;
  #isWriting = false;

  constructor(
    forms: Client["forms"],
    key: string,
    personId: PersonId | undefined,
  ) {
    this.#forms = forms;
    this.#key = key;
    this.personId = personId;
  }

  load(): Promise<JsonValue | undefined> {
    return this.#forms.load(this.#key);
  }

  /** Null keeps nothing any more. */
  keep(value: JsonValue): void {
    this.#next = { value };
    if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#next !== null) {
      const { value } = this.#next;
      this.#next = null;
      try {
        if (value === null) await this.#forms.drop(this.#key);
        else await this.#forms.keep(this.#key, value);
      } catch {
        // What cannot be kept is still in front of the person, who hears of it when the save fails as well.
      }
    }
    this.#isWriting = false;
  }
}
