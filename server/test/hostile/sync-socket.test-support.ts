/** A raw socket to a server: sends whatever bytes it is given, and says in one line what came back. */
import { once } from "node:events";
import {
  changeHashSchema,
  closeNameOf,
  decodeServerFrame,
  encodeFrame,
  protocolVersion,
  recordIdFromBytes,
  schemaVersion,
} from "@suture/schema";
import type {
  ClientMessage,
  HelloMessage,
  ServerMessage,
} from "@suture/schema";
import { WebSocket } from "ws";
import { nothingUnsynced } from "../../src/gateway/sync/sync-world.test-support.ts";
import { makeProof } from "../../src/identity/identity-world.ts";
import type { Device } from "../../src/running-server.test-support.ts";
import { systemClock } from "../../src/system-runtime.ts";

export interface Closed {
  readonly type: "closed";
  readonly code: number;
}

type Event = ServerMessage | Closed;

/** A change that is nowhere. */
const marker = {
  recordId: recordIdFromBytes(new Uint8Array(16)),
  hash: changeHashSchema.parse("0".repeat(64)),
};

export class SyncSocket {
  readonly socket: WebSocket;
  /** Everything the server has sent, in order, and the end. */
  readonly events: Event[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      const message = decodeServerFrame(new Uint8Array(data));
      if (!message.ok) throw new Error(message.error.reason);
      this.#note(message.value);
    });
    socket.on("close", (code) => this.#note({ type: "closed", code }));
  }

  /** Opened by an honest upgrade; nothing is sent yet. */
  static async open(url: string, device: Device): Promise<SyncSocket> {
    const socket = new WebSocket(syncUrlOf(url), {
      headers: await headersOf(url, device),
      perMessageDeflate: false,
    });
    const opened = new SyncSocket(socket);
    await once(socket, "open");
    return opened;
  }

  /** Opened and welcomed. */
  static async welcomed(url: string, device: Device): Promise<SyncSocket> {
    const socket = await SyncSocket.open(url, device);
    socket.send(helloOf(device));
    // The reviews follow what is sent first; what comes later comes by itself.
    await socket.next(({ type }) => type === "reviews" || type === "closed");
    return socket;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  send(message: ClientMessage): void {
    this.socket.send(encodeFrame(message));
  }

  /** The first event, of those to come, that fits; the end always does. */
  async next(
    fits: (event: Event) => boolean,
    from = this.events.length,
  ): Promise<Event> {
    for (let at = from; ; at += 1) {
      while (at >= this.events.length)
        await new Promise<void>((resolve) => {
          this.#waiting.add(resolve);
        });
      const event = this.events[at];
      if (event !== undefined && (fits(event) || event.type === "closed"))
        return event;
    }
  }

  /** Sends bytes (or text, as a text frame) and says how the session ended, or that it goes on. */
  async answerTo(...frames: readonly (Uint8Array | string)[]): Promise<string> {
    const from = this.events.length;
    for (const frame of frames) this.socket.send(frame);
    return this.ending(from);
  }

  /** `close <name>: <sentence>`; `goes on` if a request sent now is answered behind everything sent before. */
  async ending(from = 0): Promise<string> {
    if (this.isOpen) this.send({ type: "fetch", items: [marker] });
    const end = await this.next(
      (event) =>
        event.type === "fetched" && event.items[0]?.hash === marker.hash,
      from,
    );
    return end.type === "closed" ? this.#describeEnd(end) : "goes on";
  }

  /** Asks, and gives the first answer of the type, or how the session ended. */
  async ask<T extends ServerMessage["type"]>(
    message: ClientMessage,
    type: T,
  ): Promise<Extract<ServerMessage, { readonly type: T }> | string> {
    const from = this.events.length;
    this.send(message);
    const event = await this.next((found) => found.type === type, from);
    if (event.type === "closed") return this.#describeEnd(event);
    // Found by its type.
    return event as Extract<ServerMessage, { readonly type: T }>;
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, "close");
    this.socket.terminate();
    await closed;
  }

  #describeEnd({ code }: Closed): string {
    const name = closeNameOf(code) ?? String(code);
    const told = this.events.findLast((event) => event.type === "error");
    return told?.type === "error"
      ? `close ${name}: ${told.message}`
      : `close ${name}`;
  }

  #note(event: Event): void {
    this.events.push(event);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

export function syncUrlOf(url: string): string {
  return `${url.replace("http", "ws")}/sync`;
}

/** What an honest device shows at the door. */
export async function headersOf(
  url: string,
  { syncToken, device }: Device,
): Promise<{ readonly authorization: string; readonly dpop: string }> {
  const dpop = await makeProof(device, {
    clock: systemClock,
    token: syncToken,
    url: `${url}/sync`,
  });
  return { authorization: `DPoP ${syncToken}`, dpop };
}

export function helloOf({ deviceId }: Device): HelloMessage {
  return {
    type: "hello",
    protocolVersion,
    schemaVersion,
    appVersion: "test",
    deviceId,
    cursors: {},
    unsynced: nothingUnsynced,
  };
}
