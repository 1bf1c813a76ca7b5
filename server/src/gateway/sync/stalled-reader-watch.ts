/**
 * Watches that what a session is sent is also taken. One with much unsent that takes next to nothing of it for as long as
 * `stalledReaderMs` holds memory that others need, and is closed. SPEC LM-6.
 */
import type { Timer } from "@suture/schema";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

/** Who is sent something. */
type Reader = Pick<SyncSession, "bufferedBytes" | "end">;

export class StalledReaderWatch {
  readonly #deps: Pick<SyncDeps, "timers" | "limits">;
  readonly #session: Reader;
  #timer: Timer | undefined;
  #sentBytes = 0;

  constructor(deps: Pick<SyncDeps, "timers" | "limits">, session: Reader) {
    this.#deps = deps;
    this.#session = session;
  }

  noteSent(byteCount: number): void {
    this.#sentBytes += byteCount;
    if (this.#isBehind()) this.#timer ??= this.#watch(this.#takenBytes());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #watch(takenBytes: number): Timer {
    const { timers, limits } = this.#deps;
    return timers.after(limits.stalledReaderMs, () => {
      this.#timer = undefined;
      if (!this.#isBehind()) return;
      const nowTaken = this.#takenBytes();
      if (nowTaken - takenBytes < limits.stalledReaderBytes)
        this.#session.end("slow-reader");
      else this.#timer = this.#watch(nowTaken);
    });
  }

  #isBehind(): boolean {
    return this.#session.bufferedBytes > this.#deps.limits.stalledReaderBytes;
  }

  #takenBytes(): number {
    return this.#sentBytes - this.#session.bufferedBytes;
  }
}
