/** PM-8, PM-9: what reaches others was admitted, and everything is admitted once. */
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName } from "./held-changes.ts";

export class OnlyAdmitted implements Check {
  readonly #evidence: Evidence;
  /** Other people's work, by the device it was found on, while the server could not be asked. */
  readonly #unproven = new Map<string, string>();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  afterStep({ disks, committed }: News): BrokenPromise | undefined {
    for (const [device, { written }] of disks)
      for (const { recordId, hash, personId } of written)
        if (personId === null)
          this.#unproven.set(changeName(recordId, hash), device);
    if (committed === undefined) return undefined;
    for (const [name, device] of this.#unproven)
      if (!this.#evidence.server.everHeld(name))
        return {
          promise: "PM-8",
          words: `${device} was sent change ${name}, which the server never admitted`,
        };
    this.#unproven.clear();
    return this.#admittedTwice(committed);
  }

  #admittedTwice(
    committed: NonNullable<News["committed"]>,
  ): BrokenPromise | undefined {
    for (const { recordId, hash } of committed) {
      const name = changeName(recordId, hash);
      const rows = this.#evidence.server.committed.get(name) ?? [];
      const scopes = new Set(rows.map(({ scopeId }) => scopeId));
      if (scopes.size < rows.length)
        return {
          promise: "PM-9",
          words: `change ${name} stands ${rows.length} times in the server's logs`,
        };
    }
    return undefined;
  }
}
