/** Asks a silent session whether it is there, and ends one that is not. SPEC SY-13. */
import type { Timer } from "@suture/schema";
import type { SyncSession } from "./session.ts";
import type { SyncDeps } from "./sync-deps.ts";

type KeepAliveDeps = Pick<SyncDeps, "clock" | "timers" | "limits">;

export class KeepAlive {
  readonly #deps: KeepAliveDeps;
  readonly #session: SyncSession;
  #timer: Timer | undefined;
  #lastHeardAtMs: number;
  #pingNumber = 0;

  constructor(deps: KeepAliveDeps, session: SyncSession) {
    this.#deps = deps;
    this.#session = session;
    this.#lastHeardAtMs = deps.clock.now();
  }

  noteHeard(): void {
    this.#lastHeardAtMs = this.#deps.clock.now();
  }

  start(): void {
    const { timers, limits } = this.#deps;
    this.#timer = timers.after(limits.pingIntervalMs, () => this.#check());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #check(): void {
    const { clock, limits } = this.#deps;
    const session = this.#session;
    const silentMs = clock.now() - this.#lastHeardAtMs;
    if (silentMs >= 2 * limits.pingIntervalMs)
      return session.end("slow-reader");
    session.send({ type: "ping", number: this.#pingNumber });
    this.#pingNumber += 1;
    this.start();
  }
}
