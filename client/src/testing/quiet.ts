/** Knows when nothing in this process has anything left to do but wait for time to pass. */
import type { Defer, Random } from "@suture/schema";

import { systemTurn } from "./system-turn.ts";
import { watchWebCrypto, type WebCryptoWatch } from "./system-webcrypto.ts";

export class Quiet {
  readonly #crypto: WebCryptoWatch;
  #deferredCount = 0;

  /** `random` is for keys. */
  constructor(random: Random) {
    this.#crypto = watchWebCrypto(random);
  }

  /** For what a store puts off until everything that arrived has been looked at. */
  readonly defer: Defer = (task) => {
    this.#deferredCount += 1;
    void systemTurn().then(() => {
      this.#deferredCount -= 1;
      task();
    });
  };

  /** Resolves when everything that could run has run. */
  async settle(): Promise<void> {
    do await systemTurn();
    while (this.#deferredCount > 0 || this.#crypto.pendingCount > 0);
  }

  release(): void {
    this.#crypto.restore();
  }
}
