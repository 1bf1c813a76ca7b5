/**
 * One direction of a link: what all connections of a device share of its bandwidth. They take turns, a packet each; what has
 * left arrives some time later, on each connection in the order in which it was sent. SPEC WO-2.
 */
import type { Timer } from "@suture/schema";

import type { SimulatedTime } from "../simulated-time.ts";

export interface LaneDeps {
  readonly time: SimulatedTime;
  /** Now; `Infinity` where nothing limits it. */
  bytesPerSecond(): number;
  /** For the next parcel. */
  delayMs(): number;
}

/** Something whole that is sent: a frame, a request, the end of a connection. */
export interface Parcel {
  readonly bytes: number;
  /** Its last byte has left. Answers whether it is to arrive. */
  leave(): boolean;
  arrive(): void;
}

/** What is still to leave of one connection. */
class Backlog {
  readonly parcels: Parcel[] = [];
  /** Of the first parcel. */
  leftBytes = 0;
  /** When the latest of its parcels arrives. */
  lastArrivalMs = 0;
}

export const packetBytes = 1_460;
/** On a fast line packets are looked at together, as many as pass in this time. */
const leastStepMs = 20;

export class Lane {
  readonly #deps: LaneDeps;
  /** Whose turn is next comes first. */
  readonly #waiting: Backlog[] = [];
  /** When what has left had all left, to the fraction of a millisecond. */
  #freeAtMs = 0;
  #step:
    | {
        readonly timer: Timer;
        readonly startedAtMs: number;
        readonly bytes: number;
        readonly bytesPerSecond: number;
      }
    | undefined;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
  }

  /** The line of one connection: gives back what sends a parcel over it. */
  open(): (parcel: Parcel) => void {
    const backlog = new Backlog();
    return (parcel) => {
      backlog.parcels.push(parcel);
      if (backlog.parcels.length > 1) return;
      backlog.leftBytes = parcel.bytes;
      this.#waiting.push(backlog);
      this.#advance();
    };
  }

  /** The bandwidth is another from now on. */
  refresh(): void {
    if (this.#step === undefined) return;
    const { timer, startedAtMs, bytes, bytesPerSecond } = this.#step;
    timer.cancel();
    this.#step = undefined;
    const passedMs = this.#deps.time.nowMs - startedAtMs;
    this.#sent(
      Math.min(bytes, Math.floor((passedMs * bytesPerSecond) / 1_000)),
    );
    this.#advance();
  }

  #advance(): void {
    while (this.#step === undefined) {
      const [first] = this.#waiting;
      if (first === undefined) return;
      const bytesPerSecond = this.#deps.bytesPerSecond();
      if (bytesPerSecond === Infinity) {
        this.#sent(first.leftBytes);
        continue;
      }
      const bytes = Math.min(
        first.leftBytes,
        Math.max(
          packetBytes,
          Math.ceil((bytesPerSecond * leastStepMs) / 1_000),
        ),
      );
      // Time passes in whole milliseconds: what one step has more, the next has less.
      const { nowMs } = this.#deps.time;
      const startedAtMs =
        this.#freeAtMs > nowMs - 1 ? Math.min(this.#freeAtMs, nowMs) : nowMs;
      const endsAtMs = startedAtMs + (bytes / bytesPerSecond) * 1_000;
      this.#step = {
        startedAtMs,
        bytes,
        bytesPerSecond,
        timer: this.#deps.time.after(endsAtMs - nowMs, () => {
          this.#freeAtMs = endsAtMs;
          this.#step = undefined;
          this.#sent(bytes);
          this.#advance();
        }),
      };
    }
  }

  /** So much of whoever's turn it was has left: the next one has theirs. */
  #sent(bytes: number): void {
    const backlog = this.#waiting.shift();
    const parcel = backlog?.parcels[0];
    if (backlog === undefined || parcel === undefined) return;
    backlog.leftBytes -= bytes;
    const hasLeft = backlog.leftBytes <= 0;
    if (hasLeft) {
      backlog.parcels.shift();
      backlog.leftBytes = backlog.parcels[0]?.bytes ?? 0;
    }
    if (backlog.parcels.length > 0) this.#waiting.push(backlog);
    // Last: whoever hears of it may send more.
    if (hasLeft) this.#leave(parcel, backlog);
  }

  #leave(parcel: Parcel, backlog: Backlog): void {
    if (!parcel.leave()) return;
    const { time } = this.#deps;
    backlog.lastArrivalMs = Math.max(
      backlog.lastArrivalMs,
      time.nowMs + this.#deps.delayMs(),
    );
    time.after(backlog.lastArrivalMs - time.nowMs, () => parcel.arrive());
  }
}
