/**
 * The WebSocket side of `/automerge`: a ticket in the query, the one place where a URL says who somebody is. SPEC PA-2.
 *
 * The ticket is read here and goes no further: no log, no answer and no error holds a URL. Whoever shows one that does not hold gets
 * a socket that says so and closes: the stock client throws at a refused upgrade, which ends its process. A page of another origin
 * is refused before that. Frames are bounded before they are read, none is compressed, and text closes the socket.
 */
import {
  closeCodes,
  encodeRepoMessage,
  identityError,
  limits,
} from "@suture/schema";
import type { MessageSocket, Timers } from "@suture/schema";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { TicketHolder } from "../../identity/automerge-tickets.ts";
import type { Identity } from "../../identity/identity.ts";
import type { SystemLog } from "../../system-log.ts";
import { refusedUpgrade } from "../sync/answer-upgrade.ts";
import { closeSentences } from "../sync/close-sentences.ts";
import { refuseUpgrade } from "../sync/refuse-upgrade.ts";
import type { OtherUpgrade } from "../sync/upgrade.ts";
import { wsMessageSocket } from "../sync/ws-message-socket.ts";

export const automergePath = "/automerge";
const ticketParameter = "ticket";

export interface ServeAutomergeDeps {
  readonly identity: Pick<Identity, "automergeTickets">;
  readonly accept: (socket: MessageSocket, holder: TicketHolder) => void;
  readonly timers: Timers;
  readonly log: SystemLog;
  readonly allowedOrigins: ReadonlySet<string>;
  /** How often a peer is asked whether it is there, in WebSocket's own way; one that says nothing until the next time is gone. */
  readonly pingIntervalMs: number;
}

/** To be given to `serveSync` as `answerOther`. */
export function serveAutomerge(
  deps: ServeAutomergeDeps,
): (upgrade: OtherUpgrade) => boolean {
  const { identity, timers, log, allowedOrigins } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxFrameBytes,
    handleProtocols: () => false,
  });

  async function open({ request, socket, head, url }: OtherUpgrade) {
    const { origin } = request.headers;
    if (origin !== undefined && !allowedOrigins.has(origin))
      return refuseUpgrade(
        socket,
        refusedUpgrade(403, identityError("origin-refused")),
      );
    const shown = url.searchParams.getAll(ticketParameter);
    // Two tickets may say two people.
    const [ticket = ""] = shown.length === 1 ? shown : [];
    const holder = await identity.automergeTickets.verify(ticket);
    if (socket.destroyed) return;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const after = timers.after.bind(timers);
      const messages = wsMessageSocket(webSocket, { after });
      if (!holder.ok) return turnAway(messages, log);
      pingWhileOpen(webSocket, deps);
      deps.accept(messages, holder.value);
    });
  }

  return (upgrade) => {
    if (upgrade.url.pathname !== automergePath) return false;
    open(upgrade).catch((cause: unknown) => {
      log.error("automerge.upgrade-failed", {}, cause);
      refuseUpgrade(upgrade.socket, refusedUpgrade(500, null));
    });
    return true;
  };
}

function turnAway(socket: MessageSocket, log: SystemLog): void {
  const name = "not-authenticated";
  log.info("automerge.turned-away", { reason: name });
  socket.listen({ onFrame: () => undefined, onClose: () => undefined });
  socket.send(
    encodeRepoMessage({
      type: "error",
      senderId: "suture",
      targetId: "",
      message: closeSentences[name],
    }),
  );
  socket.close(closeCodes[name], name);
}

function pingWhileOpen(
  socket: WebSocket,
  {
    timers,
    pingIntervalMs,
  }: Pick<ServeAutomergeDeps, "pingIntervalMs" | "timers">,
): void {
  let isHeard = true;
  const hear = () => {
    isHeard = true;
  };
  socket.on("pong", hear);
  socket.on("message", hear);
  const ask = () => {
    if (!isHeard) return socket.terminate();
    isHeard = false;
    socket.ping();
    timer = timers.after(pingIntervalMs, ask);
  };
  let timer = timers.after(pingIntervalMs, ask);
  socket.on("close", () => timer.cancel());
}
