/** Opens sync sockets with `ws`, for Node. */
import {
  err,
  ok,
  type MessageSocket,
  type SocketListener,
} from "@suture/schema";
import { WebSocket } from "ws";

import { systemTimers } from "../system-runtime.ts";
import {
  retryAfterMsOfHeader,
  type Connect,
  type ConnectFailure,
  type ConnectRequest,
} from "./connect.ts";

const handshakeTimeoutMs = 10_000;
const maxBodyBytes = 4_096;

export const connectWebSocket: Connect = async (request) =>
  openWithin(handshakeTimeoutMs, request);

/** Gives up after each of its two steps: until something answers, and until that is read. */
export const openWithin = async (
  timeoutMs: number,
  { url, prove }: ConnectRequest,
): ReturnType<Connect> => {
  const headers = await prove("GET", url);
  return new Promise((resolve) => {
    const socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      handshakeTimeout: timeoutMs,
      followRedirects: false,
    });
    const failed = (failure: ConnectFailure) => resolve(err(failure));
    socket.once("open", () => resolve(ok(new WebSocketSocket(socket))));
    // Stays for the socket's whole life: without a listener an error ends the process.
    socket.on("error", () => failed({ kind: "unreachable" }));
    socket.once("unexpected-response", (_request, response) => {
      let body = "";
      const {
        "content-type": contentType = "",
        "dpop-nonce": nonce,
        "retry-after": retryAfter,
      } = response.headers;
      // `ws` gives up on silence alone; a portal's page may go on and on.
      const patience = systemTimers.after(timeoutMs, () => response.destroy());
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        body += piece;
        if (body.length > maxBodyBytes) response.destroy();
      });
      response.on("error", () => undefined);
      response.on("close", () => {
        patience.cancel();
        failed({
          kind: "answered",
          status: response.statusCode ?? 0,
          contentType,
          body: body.slice(0, maxBodyBytes),
          dpopNonce: typeof nonce === "string" ? nonce : undefined,
          retryAfterMs: retryAfterMsOfHeader(retryAfter),
        });
        socket.terminate();
      });
    });
  });
};

class WebSocketSocket implements MessageSocket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  listen(listener: SocketListener): void {
    this.#socket.on("message", (data, isBinary) => {
      if (isBinary && data instanceof Uint8Array) listener.onFrame(data);
      else this.#socket.close(4400, "message-malformed");
    });
    this.#socket.once("close", (code, reason) =>
      listener.onClose(code, reason.toString()),
    );
  }
}
