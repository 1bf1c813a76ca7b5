/**
 * A WebSocket client that sends whatever it is told to, frame by frame or byte by byte (RFC 6455), over a TCP connection of its
 * own. It understands just enough of what comes back: the answer to the upgrade, whole messages, and the close code.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { joined } from "./mutate-bytes.ts";

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9 } as const;

/** How a connection ended; `code` is null where no close frame came. */
export interface Ended {
  readonly code: number | null;
}

export interface ConnectionListener {
  onMessage(message: Uint8Array): void;
  onEnd(ended: Ended): void;
}

export class RawConnection {
  readonly #socket: Socket;
  readonly #listener: ConnectionListener;
  #received: Uint8Array = new Uint8Array(0);
  #status: number | null = null;
  #onStatus: () => void = () => undefined;
  #closeCode: number | null = null;
  #fragments: Uint8Array[] = [];
  #isEnded = false;

  private constructor(socket: Socket, listener: ConnectionListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.setNoDelay(true);
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    // What a reset connection says is that it ended; `close` follows.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#finish());
  }

  static async open(
    port: number,
    listener: ConnectionListener,
  ): Promise<RawConnection> {
    const socket = connect(port, "127.0.0.1");
    const connection = new RawConnection(socket, listener);
    await Promise.race([once(socket, "connect"), once(socket, "close")]);
    return connection;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sends a request and resolves with the status of its answer; null where the connection ended first. */
  async request(head: Uint8Array | string): Promise<number | null> {
    this.write(head);
    if (this.#status === null && !this.#isEnded)
      await new Promise<void>((resolve) => {
        this.#onStatus = resolve;
      });
    return this.#status;
  }

  write(bytes: Uint8Array | string): void {
    if (!this.#isEnded) this.#socket.write(bytes);
  }

  sendBinary(payload: Uint8Array): void {
    this.write(webSocketFrame(opcodes.binary, payload));
  }

  destroy(): void {
    this.#socket.destroy();
    this.#finish();
  }

  #finish(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onStatus();
    this.#listener.onEnd({ code: this.#closeCode });
  }

  #receive(bytes: Uint8Array): void {
    this.#received =
      this.#received.length === 0 ? bytes : joined(this.#received, bytes);
    if (this.#status === null) this.#readHead();
    if (this.#status === 101) while (this.#readFrame());
  }

  #readHead(): void {
    const text = Buffer.from(this.#received).toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) return;
    this.#status = Number(text.slice(9, 12));
    this.#received = this.#received.subarray(end + 4);
    this.#onStatus();
  }

  /** Takes one whole frame off what was received; false when there is none. */
  #readFrame(): boolean {
    const bytes = this.#received;
    const [first = 0, second = 0] = bytes;
    if (bytes.length < 2) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const short = second & 0x7f;
    const start = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < start) return false;
    const length =
      short === 126
        ? view.getUint16(2)
        : short === 127
          ? Number(view.getBigUint64(2))
          : short;
    if (bytes.length < start + length) return false;
    const payload = bytes.slice(start, start + length);
    this.#received = bytes.subarray(start + length);
    this.#take(first & 0x0f, (first & 0x80) !== 0, payload);
    return true;
  }

  #take(opcode: number, isLast: boolean, payload: Uint8Array): void {
    if (opcode === opcodes.close) {
      this.#closeCode = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
      // The server ends the connection once it has read this.
      this.write(webSocketFrame(opcodes.close, payload.subarray(0, 2)));
      this.#socket.end();
      return;
    }
    if (opcode > opcodes.binary) return;
    this.#fragments.push(payload);
    if (!isLast) return;
    const message = joined(...this.#fragments);
    this.#fragments = [];
    this.#listener.onMessage(message);
  }
}

/** A masked frame, as clients send them; with `flags` other than 0x80 it is a fragment, or has reserved bits. */
export function webSocketFrame(
  opcode: number,
  payload: Uint8Array,
  flags = 0x80,
): Uint8Array {
  const { length } = payload;
  const head = new DataView(
    new ArrayBuffer(length < 126 ? 6 : length < 65_536 ? 8 : 14),
  );
  head.setUint8(0, flags | opcode);
  if (length < 126) head.setUint8(1, 0x80 | length);
  else if (length < 65_536) {
    head.setUint8(1, 0x80 | 126);
    head.setUint16(2, length);
  } else {
    head.setUint8(1, 0x80 | 127);
    head.setBigUint64(2, BigInt(length));
  }
  // Masked with zeros, which leave the payload as it is.
  return joined(new Uint8Array(head.buffer), payload);
}
