import { limits } from "@suture/schema";
import type { Stopwatch } from "../limits/stopwatch.ts";

/** A line of 2 KiB a second carries it before its device takes the server for silent. */
const firstBytes = 24 * 1024;
const leastBytes = 4 * 1024;
/** Asked for the next page sooner than this, more at a time passes as well. */
const quickMs = 1_000;
const slowMs = 4_000;
/** About what a row takes beside its bytes, deflated. */
const rowBytes = 64;

/**
 * How much of a log or of records one session is sent at a time: what its line carries in a second or a few. A page that a slow
 * line does not carry before the device's patience ends would never arrive, whole as a frame is, however often it is sent.
 * SPEC SY-30.
 */
export class PageSize {
  readonly #stopwatch: Stopwatch;
  #bytes = firstBytes;
  #sentAtMs: number | undefined;

  constructor(stopwatch: Stopwatch) {
    this.#stopwatch = stopwatch;
  }

  /** Of the page that is asked for now. */
  next(): { readonly limitBytes: number; readonly limitChanges: number } {
    this.#learn();
    return {
      limitBytes: this.#bytes,
      limitChanges: Math.min(
        limits.maxPageChanges,
        Math.floor(this.#bytes / rowBytes),
      ),
    };
  }

  /** A page was sent, and the device will ask for the next once it has it. */
  noteSent(): void {
    this.#sentAtMs ??= this.#stopwatch.elapsedMs();
  }

  #learn(): void {
    if (this.#sentAtMs === undefined) return;
    const tookMs = this.#stopwatch.elapsedMs() - this.#sentAtMs;
    this.#sentAtMs = undefined;
    if (tookMs < quickMs)
      this.#bytes = Math.min(limits.maxPageBytes, this.#bytes * 2);
    else if (tookMs > slowMs)
      this.#bytes = Math.max(leastBytes, this.#bytes / 2);
  }
}
