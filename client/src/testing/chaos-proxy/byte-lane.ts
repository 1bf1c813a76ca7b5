/**
 * One direction of a relayed connection. Bytes come out in the order in which they went in: at once, later, or, from the first
 * one that vanished on, never, since nothing can be read behind a gap. Nothing is read from the sender while much is on its
 * way, so that the sender feels a slow network as it would feel a real one.
 */
import type { Clock, Timer, Timers } from "@suture/schema";
import type { Socket } from "node:net";

export interface ByteLaneDeps {
  /** Each may end before the other does. */
  readonly from: Socket;
  readonly to: Socket;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly line: Line;
  /** What is sent on for what came: the same, or more. */
  rewrite(bytes: Uint8Array): readonly Uint8Array[];
  /** Asked once for each packet, in order, until one does not arrive whole. */
  fateOf(packet: Uint8Array): Fate;
  /** The last byte before a break has arrived. */
  onBreak(): void;
}

/** What several lanes of one direction share: one packet leaves after another. */
export interface Line {
  freeAtMs: number;
}

/** What becomes of a packet. */
export type Fate =
  | { readonly kind: "arrives"; readonly pace: Pace }
  /** It is lost, and so is everything behind it, the end of the connection too. */
  | { readonly kind: "vanishes" }
  /** So many of its bytes arrive, and there the connection breaks. */
  | { readonly kind: "breaks"; readonly afterBytes: number };

export interface Pace {
  /** Infinity: it waits for `hurry`. */
  readonly delayMs: number;
  /** Infinity where the line is as fast as the machine. */
  readonly bytesPerSecond: number;
}

/** What an Ethernet frame carries of a TCP connection. */
const packetBytes = 1_460;
const mostOnTheWayBytes = 64 * 1_024;

interface OnTheWay {
  atMs: number;
  readonly what: Uint8Array | "end" | "reset" | "break";
}

export class ByteLane {
  readonly #deps: ByteLaneDeps;
  readonly #onTheWay: OnTheWay[] = [];
  #bytesOnTheWay = 0;
  #lastAtMs = 0;
  #next: Timer | undefined;
  /** Whatever comes now comes behind a gap or a break. */
  #isOver = false;

  constructor(deps: ByteLaneDeps) {
    this.#deps = deps;
    const { from, to } = deps;
    from.on("data", (bytes: Buffer) => this.#take(bytes));
    from.on("end", () => this.#enqueue("end", 0, 0));
    from.on("close", () => {
      if (!from.readableEnded) this.#enqueue("reset", 0, 0);
    });
    to.on("drain", () => this.#deliver());
    to.on("close", () => this.close());
  }

  /** Everything that is on its way arrives now. */
  hurry(): void {
    for (const one of this.#onTheWay) one.atMs = 0;
    this.#deps.line.freeAtMs = 0;
    this.#lastAtMs = 0;
    this.#deliver();
  }

  /** Nothing that is on its way arrives any more. */
  close(): void {
    this.#isOver = true;
    this.#next?.cancel();
    this.#onTheWay.length = 0;
    this.#bytesOnTheWay = 0;
    this.#deps.from.resume();
  }

  #take(bytes: Uint8Array): void {
    if (this.#isOver) return;
    for (const piece of this.#deps.rewrite(bytes))
      for (let at = 0; at < piece.length && !this.#isOver; at += packetBytes)
        this.#send(piece.subarray(at, at + packetBytes));
    if (this.#bytesOnTheWay > mostOnTheWayBytes) this.#deps.from.pause();
  }

  #send(packet: Uint8Array): void {
    const fate = this.#deps.fateOf(packet);
    switch (fate.kind) {
      case "arrives":
        this.#enqueue(
          packet,
          (packet.length / fate.pace.bytesPerSecond) * 1_000,
          fate.pace.delayMs,
        );
        return;
      case "breaks":
        this.#enqueue(packet.subarray(0, fate.afterBytes), 0, 0);
        this.#enqueue("break", 0, 0);
        this.#isOver = true;
        return;
      case "vanishes":
        this.#isOver = true;
    }
  }

  #enqueue(what: OnTheWay["what"], sendingMs: number, delayMs: number): void {
    if (this.#isOver) return;
    const { line, clock } = this.#deps;
    line.freeAtMs = Math.max(line.freeAtMs, clock.now()) + sendingMs;
    this.#lastAtMs = Math.max(this.#lastAtMs, line.freeAtMs + delayMs);
    this.#onTheWay.push({ atMs: this.#lastAtMs, what });
    if (typeof what === "object") this.#bytesOnTheWay += what.length;
    if (this.#onTheWay.length === 1) this.#deliver();
  }

  #deliver(): void {
    this.#next?.cancel();
    const { from, to, clock, timers } = this.#deps;
    const nowMs = clock.now();
    for (;;) {
      const [first] = this.#onTheWay;
      // It goes on when the receiver has taken what it was given.
      if (first === undefined || to.writableNeedDrain) break;
      if (first.atMs > nowMs) {
        if (first.atMs < Infinity)
          this.#next = timers.after(first.atMs - nowMs, () => this.#deliver());
        break;
      }
      this.#onTheWay.shift();
      this.#hand(first.what);
    }
    if (this.#bytesOnTheWay <= mostOnTheWayBytes) from.resume();
  }

  #hand(what: OnTheWay["what"]): void {
    if (what === "end") this.#deps.to.end();
    else if (what === "reset") this.#deps.to.destroySoon();
    else if (what === "break") this.#deps.onBreak();
    else {
      this.#bytesOnTheWay -= what.length;
      this.#deps.to.write(what);
    }
  }
}
