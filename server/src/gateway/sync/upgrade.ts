/**
 * The WebSocket side of the HTTP server: one path, for devices that prove who they are before there is a socket. Whoever
 * `answerUpgrade` refuses gets an HTTP answer with the code of `identityError` as JSON.
 *
 * `permessage-deflate` is off (we compress whole messages, where it pays), frames are bounded before they are read, and text
 * frames close the socket. SPEC SY-2.
 */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { limits } from "@suture/schema";
import type { MessageSocket, Timers } from "@suture/schema";
import { WebSocketServer } from "ws";
import type { VerifiedSyncToken } from "../../identity/sync-tokens.ts";
import {
  answerUpgrade,
  refusedUpgrade,
  syncSubprotocol,
} from "./answer-upgrade.ts";
import type { AnswerUpgradeDeps } from "./answer-upgrade.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import { wsMessageSocket } from "./ws-message-socket.ts";

export interface UpgradeDeps extends AnswerUpgradeDeps {
  readonly accept: (socket: MessageSocket, caller: VerifiedSyncToken) => void;
  readonly timers: Timers;
  /** Answers what is addressed to another path of its own, and says so. Default: there is none. */
  readonly answerOther?: (request: OtherUpgrade) => boolean;
}

export interface OtherUpgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly url: URL;
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

  async function upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const url = addressedUrl(request);
    if (url && deps.answerOther?.({ request, socket, head, url }) === true)
      return;
    const answer = await answerUpgrade(
      {
        method: request.method ?? "GET",
        url,
        header: (name) => headerOf(request, name),
      },
      deps,
    );
    if (socket.destroyed) return;
    if (!answer.ok) return refuseUpgrade(socket, answer.error);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const after = deps.timers.after.bind(deps.timers);
      deps.accept(wsMessageSocket(webSocket, { after }), answer.value);
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
      refuseUpgrade(socket, refusedUpgrade(500, null));
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
