/**
 * The WebSocket side of the HTTP server: one path, `/sync`, for devices that prove who they are before there is a socket.
 *
 * Order: path, origin, then `Authorization: DPoP` with the proof in `DPoP` (RFC 9449), or a ticket among the subprotocols (what
 * a browser can send), then the upgrade. Whoever is refused gets an HTTP answer with the code of `identityError` as JSON; no
 * token is ever logged. Cookies are never read: what a browser adds by itself must not authenticate anything (RFC 6455, 10.2).
 * `permessage-deflate` is off (we compress whole messages, where it pays), frames are bounded before they are read, and text
 * frames close the socket. SPEC SY-2, ID-10, ID-25, ID-26.
 */
import { STATUS_CODES } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { err, identityError, limits } from "@suture/schema";
import type {
  IdentityError,
  MessageSocket,
  Result,
  Timers,
} from "@suture/schema";
import { WebSocketServer } from "ws";
import {
  headersOf,
  noStore,
  statusOf,
} from "../../identity/identity-response.ts";
import type { Identity } from "../../identity/identity.ts";
import { externalUrlOf } from "../../identity/routes.ts";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import type { SystemLog } from "../../system-log.ts";
import { wsMessageSocket } from "./ws-message-socket.ts";

export const syncPath = "/sync";

/** What the socket speaks, for clients that offer subprotocols; the version of the messages is agreed on in `hello`. */
export const syncSubprotocol = "suture.v2";
const ticketPrefix = "suture.ticket.";

export interface UpgradeDeps {
  readonly identity: Pick<Identity, "verifySyncRequest" | "redeemSyncTicket">;
  readonly accept: (socket: MessageSocket, caller: VerifiedSyncToken) => void;
  readonly timers: Timers;
  readonly log: SystemLog;
  /** Where clients reach this server, when that is not what requests say (behind a proxy). */
  readonly externalUrl?: string | undefined;
  /** Whose pages may connect. A request without `Origin` is no browser's, and what it may do its token says. */
  readonly allowedOrigins: ReadonlySet<string>;
}

/** Serves sync on an HTTP server until the function given back is called; open sockets are the sessions' to close. */
export function serveSync(server: Server, deps: UpgradeDeps): () => void {
  const { log } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    // Never the ticket: it would be repeated in the answer.
    handleProtocols: (offered) =>
      offered.has(syncSubprotocol) ? syncSubprotocol : false,
  });

  async function authenticate(
    request: IncomingMessage,
    url: URL,
  ): Promise<Result<VerifiedSyncToken, IdentityError>> {
    const { origin, authorization } = request.headers;
    if (origin !== undefined && !deps.allowedOrigins.has(origin))
      return err(identityError("origin-refused"));
    const offered = (request.headers["sec-websocket-protocol"] ?? "")
      .split(",")
      .map((one) => one.trim());
    const [ticket, ...more] = offered.filter((one) =>
      one.startsWith(ticketPrefix),
    );
    if (ticket === undefined)
      return deps.identity.verifySyncRequest({
        authorization,
        dpop: headerOf(request, "dpop"),
        method: request.method ?? "GET",
        url: externalUrlOf(url.href, deps.externalUrl),
      });
    // Two ways to say who one is may say two people.
    const isAlone = more.length === 0 && authorization === undefined;
    return isAlone && offered.includes(syncSubprotocol)
      ? deps.identity.redeemSyncTicket(ticket.slice(ticketPrefix.length))
      : err(identityError("ticket-refused"));
  }

  async function upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const url = addressedUrl(request);
    if (url?.pathname !== syncPath) return refuse(socket, 404, null);
    const verified = await authenticate(request, url);
    if (socket.destroyed) return;
    if (!verified.ok) {
      log.info("sync.refused", { code: verified.error.code });
      return refuse(socket, statusOf(verified.error), verified.error);
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const after = deps.timers.after.bind(deps.timers);
      deps.accept(wsMessageSocket(webSocket, { after }), verified.value);
    });
  }

  const onUpgrade = (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ) => {
    // For good: a reset of the connection would otherwise end the process, also while a refusal is on its way.
    socket.on("error", () => socket.destroy());
    upgrade(request, socket, head).catch((cause: unknown) => {
      log.error("upgrade.failed", {}, cause);
      refuse(socket, 500, null);
    });
  };
  server.on("upgrade", onUpgrade);
  return () => void server.off("upgrade", onUpgrade);
}

function addressedUrl(request: IncomingMessage): URL | undefined {
  const host = request.headers.host ?? "localhost";
  const base = `http://${host}`;
  return URL.canParse(request.url ?? "", base)
    ? new URL(request.url ?? "", base)
    : undefined;
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function refuse(
  socket: Duplex,
  status: number,
  error: IdentityError | null,
): void {
  if (socket.destroyed) return;
  const body = error === null ? "" : JSON.stringify(error);
  const headers = {
    ...(error === null ? noStore : headersOf(error)),
    ...(status === 401 && { "www-authenticate": "DPoP" }),
  };
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Connection: close",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ];
  // Whoever does not hang up in turn would keep the connection for ever: it is no longer the HTTP server's, whose timeouts end others.
  socket.once("finish", () => socket.destroy());
  socket.end(lines.join("\r\n"));
}
