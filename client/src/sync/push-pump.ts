/**
 * What of the log is on its way over one socket: batches by one author each, most critical first, a few in flight at a time.
 * Forgotten with the socket; the log still holds everything, and whatever was sent twice is harmless. SPEC CL-7, SY-5.
 */
import type {
  ClientMessage,
  PersonId,
  Timer,
  Timers,
  Verdict,
} from "@suture/schema";

import type { LocalLog } from "../store/local-log.ts";
import { changeKey } from "../store/push-order.ts";

const maxPushesInFlight = 4;
/** What a link of 2 KiB a second carries before a server counts as silent: whatever is larger would never get through. */
const maxPushBytes = 24 * 1024;
/** What was answered "not now" is offered again that much later: who lifts the reason (an admin, a colleague's device) tells nobody. */
export const reofferMs = 60_000;

export interface PushPumpDeps {
  readonly log: LocalLog;
  readonly timers: Timers;
  /** Whose token carries other people's work that is being brought back. */
  readonly personId: PersonId;
  tokens(): Promise<ReadonlyMap<PersonId, string>>;
  send(message: Extract<ClientMessage, { type: "push" }>): void;
  /** The time that the server asked to wait is over: pump again. */
  onResume(): void;
}

export class PushPump {
  readonly #deps: PushPumpDeps;
  readonly #inFlight = new Map<number, readonly string[]>();
  /** Answered "not now" on this socket: offered again once something else was accepted, or rights or time have changed. */
  readonly #held = new Set<string>();
  /** Refused for good: other people's work is offered once on each socket, because from this device it may be refused again and again. */
  readonly #refused = new Set<string>();
  #withRestores = false;
  #nextPushId = 0;
  #isPumping = false;
  /** While the server has asked not to be pushed to. */
  #deferral: Timer | undefined;
  #reoffer: Timer | undefined;

  constructor(deps: PushPumpDeps) {
    this.#deps = deps;
  }

  /** Nothing is on its way, and nothing waits for its time to be sent. */
  get isEmpty(): boolean {
    return this.#inFlight.size === 0 && this.#deferral === undefined;
  }

  /** The server has taken the proof of what it lost: it may be pushed again. */
  allowRestores(): void {
    this.#withRestores = true;
  }

  /** Takes note of an answer; tells whether something became durable on the server. */
  settle(pushId: number | null, verdicts: readonly Verdict[]): boolean {
    if (pushId !== null) this.#inFlight.delete(pushId);
    const isAnyDurable = verdicts.some(
      ({ verdict }) => verdict === "accepted" || verdict === "duplicate",
    );
    if (isAnyDurable) this.offerAgain();
    for (const verdict of verdicts) {
      const key = changeKey(verdict.recordId, verdict.hash);
      if (verdict.verdict === "waiting") this.#held.add(key);
      if (verdict.verdict === "refused")
        (verdict.isRetryable ? this.#held : this.#refused).add(key);
    }
    if (this.#held.size > 0)
      this.#reoffer ??= this.#deps.timers.after(reofferMs, () => {
        this.offerAgain();
        this.#deps.onResume();
      });
    return isAnyDurable;
  }

  /** What was answered "not now" may go with the next `pump`. */
  offerAgain(): void {
    this.#held.clear();
    this.#reoffer?.cancel();
    this.#reoffer = undefined;
  }

  /** The server did not look at a push and asks for time: everything of it is sent again, nothing before that. */
  defer(pushId: number, retryAfterMs: number): void {
    if (!this.#inFlight.delete(pushId)) return;
    this.#deferral?.cancel();
    this.#deferral = this.#deps.timers.after(retryAfterMs, () => {
      this.#deferral = undefined;
      this.#deps.onResume();
    });
  }

  stop(): void {
    this.#deferral?.cancel();
    this.#reoffer?.cancel();
  }

  /** Sends as many batches as may be in flight. */
  async pump(): Promise<void> {
    if (this.#isPumping || this.#deferral !== undefined) return;
    this.#isPumping = true;
    try {
      const tokens = await this.#deps.tokens();
      while (this.#inFlight.size < maxPushesInFlight) {
        if (!(await this.#pushNext(tokens))) return;
      }
    } finally {
      this.#isPumping = false;
    }
  }

  async #pushNext(tokens: ReadonlyMap<PersonId, string>): Promise<boolean> {
    const { log, personId, send } = this.#deps;
    const onTheirWay = [...this.#inFlight.values()].flat();
    const batch = await log.nextPush({
      except: new Set([...onTheirWay, ...this.#held, ...this.#refused]),
      personIds: new Set(tokens.keys()),
      withRestores: this.#withRestores,
      maxBytes: maxPushBytes,
    });
    const token = tokens.get(batch?.personId ?? personId);
    // Reading the log takes time, in which a push may have been put off.
    if (this.#deferral !== undefined) return false;
    if (batch === null || token === undefined) return false;
    const pushId = this.#nextPushId;
    this.#nextPushId += 1;
    const keys = batch.changes.map(({ recordId, hash }) =>
      changeKey(recordId, hash),
    );
    this.#inFlight.set(pushId, keys);
    const changes = batch.changes.map(({ recordId, bytes }) => ({
      recordId,
      bytes,
    }));
    const unsynced = await log.manifest(new Set([...onTheirWay, ...keys]));
    send({ type: "push", pushId, token, changes, unsynced });
    return true;
  }
}
