/**
 * Opens sync sockets in a browser, which can send no header with one: a ticket is asked for over HTTP, with the sync token and a
 * proof, and offered as a subprotocol (SPEC ID-25). A ticket is good for one socket, so each attempt asks for its own.
 *
 * Why a socket did not open a browser does not tell, for other pages' sake; the answer to the ticket does: whatever stands in the
 * way of HTTP stands in the way of the socket, too. Where a ticket came and no socket, the socket's place is asked over HTTP whether
 * the line is still there: if so, something between lets no WebSocket through.
 */
import {
  err,
  ok,
  type MessageSocket,
  type SocketListener,
  type Timers,
} from "@suture/schema";
import { z } from "zod";

import type { Fetch } from "../identity/identity-request.ts";
import {
  retryAfterMsOfHeader,
  type Connect,
  type ConnectFailure,
} from "../sync/connect.ts";

export interface ConnectBrowserDeps {
  /** Gives up by itself. */
  readonly fetch: Fetch;
  readonly timers: Timers;
}

const handshakeTimeoutMs = 10_000;
const maxBodyLength = 4_096;
const ticketSchema = z.object({ ticket: z.string() });
/** Answered by a server that knows tickets; the other subprotocol is the ticket. */
const subprotocol = "suture.v2";

/** Asks where the socket is, at the ticket's path: `https:` for `wss:`. */
export function connectBrowser(deps: ConnectBrowserDeps): Connect {
  return async ({ url, prove }) => {
    const ticketUrl = new URL("/v1/sync-tickets", url.replace(/^ws/, "http"));
    const headers = await prove("POST", ticketUrl.href);
    let response: Response;
    let body: string;
    try {
      response = await deps.fetch(ticketUrl.href, {
        method: "POST",
        redirect: "manual",
        headers,
      });
      body = await response.text();
    } catch {
      return err({ kind: "unreachable" });
    }
    const ticket = response.ok ? ticketOf(body) : undefined;
    if (ticket === undefined) return err(failureOf(response, body));
    const socket = await openSocket(deps, url, ticket);
    return socket === undefined
      ? err(await whyNoSocket(deps, url))
      : ok(socket);
  };
}

function ticketOf(body: string): string | undefined {
  try {
    return ticketSchema.parse(JSON.parse(body)).ticket;
  } catch {
    // A page in the server's place: reported by what it says.
    return undefined;
  }
}

function failureOf(response: Response, body: string): ConnectFailure {
  const { headers, status } = response;
  return {
    kind: "answered",
    // A redirect that is not followed shows a page nothing, not even that.
    status: response.type === "opaqueredirect" ? 302 : status,
    contentType: headers.get("content-type") ?? "",
    body: body.slice(0, maxBodyLength),
    dpopNonce: headers.get("dpop-nonce") ?? undefined,
    retryAfterMs: retryAfterMsOfHeader(headers.get("retry-after") ?? undefined),
  };
}

function openSocket(
  { timers }: ConnectBrowserDeps,
  url: string,
  ticket: string,
): Promise<MessageSocket | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, [subprotocol, `suture.ticket.${ticket}`]);
    socket.binaryType = "arraybuffer";
    const patience = timers.after(handshakeTimeoutMs, () => socket.close());
    socket.addEventListener("open", () => {
      patience.cancel();
      resolve(new BrowserSocket(socket));
    });
    // Settled already where it had opened.
    socket.addEventListener("close", () => {
      patience.cancel();
      resolve(undefined);
    });
  });
}

/** Without an upgrade the server answers 426 there (RFC 9110, 15.5.22), which is what it would say had somebody taken it out. */
async function whyNoSocket(
  { fetch }: ConnectBrowserDeps,
  url: string,
): Promise<ConnectFailure> {
  try {
    const response = await fetch(url.replace(/^ws/, "http"), {
      redirect: "manual",
    });
    return failureOf(response, await response.text());
  } catch {
    return { kind: "unreachable" };
  }
}

class BrowserSocket implements MessageSocket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN)
      this.#socket.send(new Uint8Array(frame));
  }

  /** A page may close with 1000 or a code of an application's own (3000 to 4999), and a reason of 123 bytes. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  listen(listener: SocketListener): void {
    this.#socket.addEventListener("message", ({ data }: MessageEvent) => {
      if (data instanceof ArrayBuffer) listener.onFrame(new Uint8Array(data));
      else this.#socket.close(4400, "message-malformed");
    });
    this.#socket.addEventListener("close", ({ code, reason }) =>
      listener.onClose(code, reason),
    );
  }
}
