/**
 * One connection through the chaos proxy: the device's socket, the one opened to the server for it, and what the faults of the
 * moment do to the bytes between them. A break that only the device is told of leaves the server's end open and silent.
 */
import type { Clock, Timer, Timers } from "@suture/schema";
import type { Socket } from "node:net";

import type {
  Direction,
  NetworkFault,
  NetworkFaultName,
} from "../network/network-faults.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { ByteLane, type Fate, type Line } from "./byte-lane.ts";
import { fateOfPacket } from "./fate-of-packet.ts";
import { WebSocketFrames } from "./web-socket-frames.ts";

export interface RelayedConnectionDeps {
  readonly device: Socket;
  readonly server: Socket;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: SeededRandom;
  /** What all connections share, each way. */
  readonly lines: Readonly<Record<Direction, Line>>;
  /** Those that are on now. */
  faults(): readonly NetworkFault[];
  onFelt(name: NetworkFaultName): void;
  /** The server has agreed to a WebSocket. */
  onUpgraded(): void;
  /** What the server gets behind a frame of the device's, which is the first on its connection or not. */
  framesBehind(frame: Uint8Array, isFirst: boolean): readonly Uint8Array[];
  /** Both ends are closed. */
  onClosed(): void;
}

/** How long a connection goes on of which it is settled that it breaks. */
const breaksAfterMs = 200;
const longestHeadBytes = 16 * 1_024;

export class RelayedConnection {
  readonly #deps: RelayedConnectionDeps;
  readonly #lanes: Readonly<Record<Direction, ByteLane>>;
  #sentBytes: Record<Direction, number> = { up: 0, down: 0 };
  /** The beginning of what the server has answered, until that says whether it is a WebSocket. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #framesUp: WebSocketFrames | undefined;
  #isFirstFrame = true;
  #isHeldUp = false;
  #hasAskedInVain = false;
  #breaking: Timer | undefined;

  constructor(deps: RelayedConnectionDeps) {
    this.#deps = deps;
    const { device, server, clock, timers, lines } = deps;
    const common = { clock, timers, onBreak: () => this.close() };
    this.#lanes = {
      up: new ByteLane({
        ...common,
        line: lines.up,
        from: device,
        to: server,
        rewrite: (bytes) => this.#addFrames(bytes),
        fateOf: (packet) => this.#fateOf("up", packet.length),
      }),
      down: new ByteLane({
        ...common,
        line: lines.down,
        from: server,
        to: device,
        rewrite: (bytes) => {
          this.#readHead(bytes);
          return [bytes];
        },
        fateOf: (packet) => this.#fateOf("down", packet.length),
      }),
    };
    for (const socket of [device, server]) {
      socket.setNoDelay(true);
      // Its close tells the other side, as far as anything gets there.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (!device.destroyed || !server.destroyed) return;
        this.#breaking?.cancel();
        deps.onClosed();
      });
    }
  }

  get isWebSocket(): boolean {
    return this.#framesUp !== undefined;
  }

  /** Its next byte is byte 0. */
  countAnew(): void {
    this.#sentBytes = { up: 0, down: 0 };
  }

  /** What the device sends stays in front of the server until `letThrough`; soon after, the device sees the connection break. */
  holdUp(): void {
    this.#isHeldUp = true;
  }

  letThrough(): void {
    if (!this.#isHeldUp) return;
    this.#isHeldUp = false;
    this.#lanes.up.hurry();
  }

  /** The line is fast again: what is on its way arrives now. */
  hurry(): void {
    if (!this.#isHeldUp) this.#lanes.up.hurry();
    this.#lanes.down.hurry();
  }

  /** Nothing gets through any more, either way, and nobody is told. */
  silence(): void {
    for (const lane of Object.values(this.#lanes)) lane.close();
  }

  /** The device sees it break; the server is told nothing, but will get what is held up for it. */
  breakOnDevice(): void {
    this.#lanes.down.close();
    if (!this.#isHeldUp) this.#lanes.up.close();
    this.#deps.device.destroy();
  }

  /** Both ends see it break. */
  close(): void {
    this.silence();
    this.#deps.device.destroy();
    this.#deps.server.destroy();
  }

  #fateOf(direction: Direction, bytes: number): Fate {
    const { faults, random, onFelt } = this.#deps;
    if (this.#isHeldUp && direction === "up") {
      onFelt("lateFrames");
      this.#soon(() => this.breakOnDevice());
      return {
        kind: "arrives",
        pace: { delayMs: Infinity, bytesPerSecond: Infinity },
      };
    }
    const behindBytes = this.#sentBytes[direction];
    this.#sentBytes[direction] += bytes;
    if (direction === "up")
      this.#hasAskedInVain = faults().some(({ name }) => name === "answerLost");
    return fateOfPacket(
      { direction, bytes, behindBytes },
      {
        faults: faults(),
        random,
        onFelt: (name) => {
          onFelt(name);
          if (name === "answerLost" && this.#hasAskedInVain)
            this.#soon(() => this.close());
        },
      },
    );
  }

  #soon(happen: () => void): void {
    this.#breaking ??= this.#deps.timers.after(breaksAfterMs, happen);
  }

  #addFrames(bytes: Uint8Array): readonly Uint8Array[] {
    if (this.#framesUp === undefined) return [bytes];
    return this.#framesUp.split(bytes).flatMap(({ bytes: piece, frame }) => {
      if (frame === undefined) return [piece];
      const isFirst = this.#isFirstFrame;
      this.#isFirstFrame = false;
      return [piece, ...this.#deps.framesBehind(frame, isFirst)];
    });
  }

  #readHead(bytes: Uint8Array): void {
    if (this.#head === undefined) return;
    this.#head = Buffer.concat([this.#head, bytes]);
    const isWhole = this.#head.includes("\r\n\r\n");
    if (!isWhole && this.#head.length < longestHeadBytes) return;
    const isUpgraded = this.#head.toString("latin1").startsWith("HTTP/1.1 101");
    this.#head = undefined;
    if (!isWhole || !isUpgraded) return;
    this.#framesUp = new WebSocketFrames();
    this.#deps.onUpgraded();
  }
}
