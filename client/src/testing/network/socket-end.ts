/** One end of a simulated socket, as `ws` and browsers make it: whole frames, and a close that both ends agree on. */
import type { MessageSocket, SocketListener } from "@suture/schema";

import type { SimulatedTime } from "../simulated-time.ts";
import type { Connection, Side } from "./connection.ts";

export interface SocketEndDeps {
  readonly time: SimulatedTime;
  readonly connection: Connection;
  readonly side: Side;
  other(): SocketEnd;
  /** Sends a frame over the connection, to the other end's `receive`. `bytes` with its header. */
  sendFrame(frame: Uint8Array, bytes: number): void;
}

/** How long each end waits for the other to agree to a close: the server as it ships, a device as `ws` does by itself. */
const closeTimeoutMs: Readonly<Record<Side, number>> = {
  server: 5_000,
  device: 30_000,
};
const closeFrameBytes = 8;

export class SocketEnd implements MessageSocket {
  readonly #deps: SocketEndDeps;
  #listener: SocketListener | undefined;
  readonly #early: Uint8Array[] = [];
  #isOpen = true;
  #isDone = false;

  constructor(deps: SocketEndDeps) {
    this.#deps = deps;
  }

  /** Its side has it, and hears from now on if it is lost. */
  take(): void {
    const { connection, side } = this.#deps;
    connection.whenLost(side, () => this.#end(1006, ""));
  }

  get bufferedBytes(): number {
    const { connection, side } = this.#deps;
    return connection.unarrivedBytes(side === "device" ? "up" : "down");
  }

  listen(listener: SocketListener): void {
    this.#listener = listener;
    for (const frame of this.#early.splice(0)) listener.onFrame(frame);
  }

  send(frame: Uint8Array): void {
    const { connection, sendFrame, side } = this.#deps;
    if (!this.#isOpen || !connection.isOpenFor(side)) return;
    sendFrame(frame.slice(), frameBytes(frame.length, side));
  }

  close(code: number, reason: string): void {
    const { connection, side, time } = this.#deps;
    if (!this.#isOpen || !connection.isOpenFor(side)) return;
    this.#sendClose(code, reason);
    time.after(closeTimeoutMs[side], () => {
      if (!connection.isOpenFor(side)) return;
      connection.abandon(side);
      this.#end(1006, "");
    });
  }

  receive(frame: Uint8Array): void {
    const { connection, side } = this.#deps;
    // A process that died takes nothing more.
    if (this.#isDone || !connection.isOpenFor(side)) return;
    if (this.#listener === undefined) this.#early.push(frame);
    else this.#listener.onFrame(frame);
  }

  #receiveClose(code: number, reason: string): void {
    const { connection, side } = this.#deps;
    if (this.#isDone || !connection.isOpenFor(side)) return;
    if (this.#isOpen) this.#sendClose(code, reason);
    this.#end(code, reason);
  }

  #sendClose(code: number, reason: string): void {
    const { connection, side, other } = this.#deps;
    this.#isOpen = false;
    connection.send(side === "device" ? "up" : "down", closeFrameBytes, () =>
      other().#receiveClose(code, reason),
    );
  }

  #end(code: number, reason: string): void {
    this.#isOpen = false;
    if (this.#isDone) return;
    this.#isDone = true;
    this.#deps.connection.done(this.#deps.side);
    this.#listener?.onClose(code, reason);
  }
}

/** With its header (RFC 6455, 5.2); what a device sends is masked. */
function frameBytes(length: number, side: Side): number {
  const lengthBytes = length > 65_535 ? 8 : length > 125 ? 2 : 0;
  return 2 + lengthBytes + (side === "device" ? 4 : 0) + length;
}
