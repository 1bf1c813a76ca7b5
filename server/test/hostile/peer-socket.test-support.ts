/** A raw socket at `/automerge`: sends whatever bytes it is given, and says in one line what came of it. */
import { once } from "node:events";
import {
  closeNameOf,
  decodeEphemeral,
  recordIdFromBytes,
  sha256,
  type RecordId,
} from "@suture/schema";
import { WebSocket } from "ws";
import { z } from "zod";
import type { Actor } from "./actor.test-support.ts";
import { ask, signIn } from "./ask-http.test-support.ts";
import { joined, write, type Item } from "./cbor.test-support.ts";
import type { House } from "./house.test-support.ts";

const eventSchema = z.looseObject({
  type: z.string(),
  documentId: z.string().optional(),
  message: z.string().optional(),
  data: z.custom<Uint8Array>().optional(),
});
type Event = z.infer<typeof eventSchema>;
const refusalSchema = z.object({ code: z.string(), message: z.string() });

/** A record that is nowhere: what is asked of it is answered behind everything before. */
const nowhere = recordIdFromBytes(new Uint8Array(16));
/** Heads, needs and haves of nobody who has anything. */
export const emptySync = Uint8Array.of(0x42, 0, 0, 0, 0);

/** A sync message of whoever has these changes and wants to be rid of them. */
export function syncOf(...chunks: readonly Uint8Array[]): Uint8Array {
  const heads = chunks.slice(-1).map((chunk) => sha256(chunk.subarray(8)));
  return joined([
    0x42,
    heads.length,
    ...heads,
    0,
    0,
    ...uleb(chunks.length),
    ...chunks.flatMap((chunk) => [...uleb(chunk.length), chunk]),
  ]);
}

function uleb(number: number): readonly number[] {
  const low = number & 0x7f;
  return number < 0x80 ? [low] : [low | 0x80, ...uleb(number >> 7)];
}

export async function ticketOf(house: House, actor: Actor): Promise<string> {
  const { sessionToken: token } = await signIn(house, actor);
  const { body } = await ask(house, "/v1/automerge-tickets", {
    method: "POST",
    token,
  });
  return z.object({ ticket: z.string() }).parse(JSON.parse(body)).ticket;
}

export function automergeUrl({ url }: House, ticket: string): string {
  return `${url.replace("http", "ws")}/automerge?ticket=${ticket}`;
}

export class PeerSocket {
  readonly socket: WebSocket;
  readonly name: string;
  /** Everything the server has said, in order, and the end. */
  readonly events: Event[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(socket: WebSocket, name: string) {
    this.socket = socket;
    this.name = name;
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) =>
      this.#note(eventSchema.parse(decodeEphemeral(new Uint8Array(data)))),
    );
    socket.on("close", (code) =>
      this.#note({ type: "closed", message: closeNameOf(code) ?? `${code}` }),
    );
  }

  /** Nothing is sent yet. */
  static async open(
    house: House,
    actor: Actor,
    name = "peer",
  ): Promise<PeerSocket> {
    const url = automergeUrl(house, await ticketOf(house, actor));
    const peer = new PeerSocket(new WebSocket(url), name);
    await once(peer.socket, "open");
    return peer;
  }

  /** Joined and answered. */
  static async joined(
    house: House,
    actor: Actor,
    name = "peer",
  ): Promise<PeerSocket> {
    const peer = await PeerSocket.open(house, actor, name);
    peer.say({ type: "join" });
    await peer.next(({ type }) => type === "peer");
    return peer;
  }

  send(...frames: readonly (Uint8Array | string)[]): void {
    for (const frame of frames) this.socket.send(frame);
  }

  /** A message in this peer's name, unless it says another. */
  say(message: { readonly [key: string]: Item }): void {
    const names = { senderId: this.name, targetId: "server" };
    this.send(write({ ...names, ...message }));
  }

  sync(documentId: string, data: Uint8Array, type = "sync"): void {
    this.say({ type, documentId, data });
  }

  /** The first event from there on that fits; the end always does. */
  async next(fits: (event: Event) => boolean, from = 0): Promise<Event> {
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

  /** `close <name>: <sentence>`, `refused <code>: <sentence>`, or the answers about a record; `goes on` without any. */
  async outcome(recordId?: RecordId): Promise<string> {
    if (this.socket.readyState === WebSocket.OPEN)
      this.sync(nowhere, emptySync, "request");
    const end = await this.next(({ documentId }) => documentId === nowhere);
    if (end.type === "closed") {
      const told = this.events.findLast(({ type }) => type === "error");
      return `close ${end.message}${told ? `: ${told.message}` : ""}`;
    }
    const about = this.events.filter(
      ({ documentId }) => documentId !== undefined && documentId !== nowhere,
    );
    const refusal = about.find(({ type }) => type === "ephemeral");
    if (refusal !== undefined) return describeRefusal(refusal);
    const types = about
      .filter(({ documentId }) => documentId === (recordId ?? documentId))
      .map(({ type }) => type);
    return types.join() || "goes on";
  }

  close(): void {
    this.socket.terminate();
  }

  #note(event: Event): void {
    this.events.push(event);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function describeRefusal({ data }: Event): string {
  const { code, message } = refusalSchema.parse(
    decodeEphemeral(new Uint8Array(data ?? [])),
  );
  return `refused ${code}: ${message}`;
}
