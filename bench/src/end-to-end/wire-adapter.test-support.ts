/**
 * This server's side of automerge-repo's wire (its upgrade, sockets and messages, without the records) as a network adapter, so that
 * automerge-repo's own acceptance tests can be run over it.
 */
import {
  NetworkAdapter,
  type Message,
  type PeerId,
  type PeerMetadata,
} from "@automerge/automerge-repo";
import type { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import {
  decodeRepoMessage,
  encodeRepoMessage,
  identityError,
  repoProtocolVersion,
  type IdentityError,
  type MessageSocket,
  type RepoPeerMessage,
} from "@suture/schema";
import {
  serveAutomerge,
  serveSync,
  silentLog,
  systemTimers,
} from "@suture/server";
import { createServer, type Server } from "node:http";
import { z } from "zod";

const refused = async (): Promise<{ ok: false; error: IdentityError }> => ({
  ok: false,
  error: identityError("ticket-refused"),
});
const holder = {
  personId: "person",
  sessionId: "session",
  deviceId: "device",
  ticketId: "ticket",
  expiresAtMs: Number.MAX_SAFE_INTEGER,
};

export class WireAdapter extends NetworkAdapter {
  readonly #server: Server;
  readonly #sockets = new Map<string, MessageSocket>();
  readonly #waiting = new Set<() => void>();
  #guests: readonly WebSocketClientAdapter[] = [];

  private constructor(server: Server) {
    super();
    this.#server = server;
  }

  /** On a free port. Whoever shows a ticket is let in. */
  static async listen(): Promise<WireAdapter> {
    const server = createServer();
    const adapter = new WireAdapter(server);
    const shared = {
      timers: systemTimers,
      log: silentLog,
      allowedOrigins: new Set<string>(),
    };
    serveSync(server, {
      ...shared,
      identity: { verifySyncRequest: refused, redeemSyncTicket: refused },
      accept: () => undefined,
      answerOther: serveAutomerge({
        ...shared,
        identity: {
          automergeTickets: {
            verify: async () => ({ ok: true, value: holder }),
          } as never,
        },
        accept: (socket) => adapter.#accept(socket),
        pingIntervalMs: 10_000,
      }),
    });
    await new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", resolve),
    );
    return adapter;
  }

  get url(): string {
    const { port } = z.object({ port: z.int() }).parse(this.#server.address());
    return `ws://127.0.0.1:${port}/automerge?ticket=any`;
  }

  /** Tells who may connect. */
  expect(guests: readonly WebSocketClientAdapter[]): void {
    this.#guests = guests;
    for (const guest of guests)
      guest.on("peer-candidate", () =>
        // Not before their repos have taken note of each other, which takes them some turns.
        setImmediate(() => {
          if (this.isReady()) for (const resolve of this.#waiting) resolve();
        }),
      );
  }

  /** Once everybody is here who has set out: before, it could not be said what they have. */
  isReady(): boolean {
    return this.#guests.every(
      ({ peerId, remotePeerId }) => !peerId || remotePeerId !== undefined,
    );
  }

  whenReady(): Promise<void> {
    if (this.isReady()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
    });
  }

  connect(peerId: PeerId, peerMetadata: PeerMetadata = {}): void {
    this.peerId = peerId;
    this.peerMetadata = peerMetadata;
  }

  disconnect(): void {
    for (const socket of this.#sockets.values()) socket.close(1000, "");
  }

  close(): void {
    this.disconnect();
    this.#server.close();
  }

  send(message: Message): void {
    const frame = encodeRepoMessage(message as never);
    this.#sockets.get(message.targetId)?.send(frame);
  }

  #accept(socket: MessageSocket): void {
    let name: string | undefined;
    socket.listen({
      onFrame: (frame) => {
        const message = decodeRepoMessage(frame);
        if (!message.ok) return socket.close(4400, message.error.reason);
        if (message.value.type === "join")
          name = this.#join(socket, message.value);
        else this.emit("message", message.value as never);
      },
      onClose: () => {
        if (name === undefined) return;
        this.#sockets.delete(name);
        this.emit("peer-disconnected", { peerId: name as PeerId });
      },
    });
  }

  #join(
    socket: MessageSocket,
    join: Extract<RepoPeerMessage, { readonly type: "join" }>,
  ): string {
    const { senderId, peerMetadata = {} } = join;
    this.#sockets.set(senderId, socket);
    socket.send(
      encodeRepoMessage({
        type: "peer",
        senderId: this.peerId ?? "",
        targetId: senderId,
        peerMetadata: { isEphemeral: true },
        selectedProtocolVersion: repoProtocolVersion,
      }),
    );
    this.emit("peer-candidate", {
      ...({ peerId: senderId, peerMetadata } as never as {
        peerId: PeerId;
        peerMetadata: PeerMetadata;
      }),
    });
    return senderId;
  }
}
