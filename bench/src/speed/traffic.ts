import type { WebSocket } from "ws";

import type { Measured } from "./rounds.ts";

/** What passes over one socket: payload of its messages, either way, and when the last of them came. */
export class Traffic {
  messages = 0;
  bytes = 0;
  readonly #startMs = performance.now();
  #lastMs = this.#startMs;

  /** From now on, everything. */
  watch(socket: WebSocket): void {
    socket.on("message", (data: Buffer | ArrayBuffer) =>
      this.note(data.byteLength),
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- passed on as it comes, whichever of its forms it is
    const send = socket.send.bind(socket) as (
      data: Uint8Array,
      ...more: readonly unknown[]
    ) => void;
    socket.send = (data: Uint8Array, ...more: readonly unknown[]) => {
      this.note(data.byteLength);
      send(data, ...more);
    };
  }

  note(bytes: number): void {
    this.messages += 1;
    this.bytes += bytes;
    this.#lastMs = performance.now();
  }

  /** Resolves once nothing has passed for so long, with what has, and how long it took up to the last message. */
  async settle(quietMs: number): Promise<Measured> {
    while (performance.now() - this.#lastMs < quietMs)
      await new Promise((resolve) => setTimeout(resolve, quietMs / 10));
    return {
      "time until the last message": {
        value: this.#lastMs - this.#startMs,
        unit: "ms",
      },
      messages: { value: this.messages, unit: "messages" },
      "payload both ways": { value: this.bytes, unit: "bytes" },
    };
  }
}
