/** PM-8, PM-9: what reaches others was admitted, and everything is admitted once. */
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { changeName } from "./held-changes.ts";

export class OnlyAdmitted implements Check {
  readonly #evidence: Evidence;
  /** Other people's work, by the device it was found on, while the server could not be asked. */
  readonly #unproven = new Map<string, string>();
  #lastLook = 0;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  afterStep({ disks, committed }: News): BrokenPromise | undefined {
    for (const [device, { written }] of disks)
      for (const { recordId, hash, personId } of written)
        if (personId === null)
          this.#unproven.set(changeName(recordId, hash), device);
    const unlike = this.#refusedThoughHeld(disks);
    this.#lastLook = this.#evidence.server.lookCount;
    if (unlike !== undefined) return unlike;
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

  /** A device that lost the answer says it again, and is told the same. */
  #refusedThoughHeld(disks: News["disks"]): BrokenPromise | undefined {
    const { server } = this.#evidence;
    // What a restored server refuses, another device may have brought back since.
    if (server.setBackCount > 0) return undefined;
    for (const [device, { written }] of disks)
      for (const { recordId, hash, personId, progress } of written) {
        if (personId === null || progress.state !== "refused") continue;
        const name = changeName(recordId, hash);
        const rows = server.committed.get(name) ?? [];
        if (rows.some(({ look }) => look <= this.#lastLook))
          return {
            promise: "PM-9",
            words: `${device} was refused change ${name}, which the server had admitted before`,
          };
      }
    return undefined;
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
