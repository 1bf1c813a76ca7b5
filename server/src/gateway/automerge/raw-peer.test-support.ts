/** A plain Automerge client without a memory of its own: what it says is what a test says. */
import {
  closeNameOf,
  decodeEphemeral,
  encodeEphemeral,
  deviceIdSchema,
  randomUuid,
  readPeerSyncMessage,
  sha256,
  type CloseName,
  type DeviceId,
  type PersonId,
  type RecordId,
  type SocketPair,
} from "@suture/schema";
import { z } from "zod";
import type { TicketHolder } from "../../identity/automerge-tickets.ts";
import type { SyncWorld } from "../sync/sync-world.test-support.ts";

const saidSchema = z.looseObject({
  type: z.string(),
  documentId: z.string().optional(),
  message: z.string().optional(),
  data: z.custom<Uint8Array>().optional(),
});

export interface Told {
  readonly recordId: string;
  readonly code: string;
  readonly hash: string | null;
}

export class RawPeer {
  readonly said: z.infer<typeof saidSchema>[] = [];
  readonly holder: TicketHolder;
  closed: CloseName | undefined;
  readonly #pair: SocketPair;

  private constructor(pair: SocketPair, holder: TicketHolder) {
    this.#pair = pair;
    this.holder = holder;
    pair.client.listen({
      onFrame: (frame) => {
        this.said.push(saidSchema.parse(decodeEphemeral(frame)));
      },
      onClose: (code) => {
        this.closed = closeNameOf(code);
      },
    });
  }

  /** Connected, in the person's name, on a session of its own. */
  static async connect(
    world: SyncWorld,
    { personId }: { readonly personId: PersonId },
    ticketed?: TicketHolder,
  ): Promise<RawPeer> {
    const holder = ticketed ?? (await holderOf(world, personId));
    const pair = world.newSockets();
    world.server.acceptAutomergeSocket(pair.server, holder);
    return new RawPeer(pair, holder);
  }

  /** Connected, joined and answered. */
  static async join(
    world: SyncWorld,
    somebody: { readonly personId: PersonId },
    ticketed?: TicketHolder,
  ): Promise<RawPeer> {
    const peer = await RawPeer.connect(world, somebody, ticketed);
    peer.say({ type: "join", supportedProtocolVersions: ["1"] });
    await world.settle();
    return peer;
  }

  get deviceId(): DeviceId {
    return this.holder.deviceId;
  }

  say(message: Readonly<Record<string, unknown>>): void {
    const names = { senderId: "peer", targetId: "server" };
    this.#pair.client.send(encodeEphemeral({ ...names, ...message }));
  }

  /** Asks for a record that it holds nothing of. */
  ask(documentId: RecordId): void {
    this.say({ type: "request", documentId, data: syncBytes([], []) });
  }

  /** Sends changes of a record, as whoever holds these heads. */
  offer(
    documentId: RecordId,
    changes: readonly Uint8Array[],
    heads: readonly Uint8Array[] = changes.slice(-1).map(hashBytesOf),
  ): void {
    this.say({ type: "sync", documentId, data: syncBytes(heads, changes) });
  }

  /** Hashes of the changes it was sent of a record, in their order. */
  changesOf(recordId: RecordId): readonly Uint8Array[] {
    return this.syncsOf(recordId).flatMap(({ changes }) => changes);
  }

  syncsOf(recordId: RecordId) {
    return this.said
      .filter(
        ({ type, documentId }) => type === "sync" && documentId === recordId,
      )
      .map(({ data }) => {
        const read = readPeerSyncMessage(data ?? new Uint8Array());
        if (!read.ok) throw new Error(read.error.reason);
        return read.value;
      });
  }

  told(): readonly Told[] {
    return this.said
      .filter(({ type }) => type === "ephemeral")
      .map(({ documentId, data }) => {
        const { code, hash } = toldSchema.parse(
          decodeEphemeral(new Uint8Array(data ?? [])),
        );
        return { recordId: documentId ?? "", code, hash };
      });
  }

  types(): readonly string[] {
    return this.said.map(({ type }) => type);
  }

  clear(): void {
    this.said.length = 0;
  }
}

const toldSchema = z.object({
  type: z.literal("suture-refused"),
  code: z.string(),
  hash: z.string().nullable(),
});

/** A session that really is one, and a ticket of it. */
export async function holderOf(
  world: SyncWorld,
  personId: PersonId,
): Promise<TicketHolder> {
  const { identity, random } = world;
  const email = world.emailOf(personId);
  const password = "correct horse battery";
  const grant = await identity.signIn({ email, password });
  if (!grant.ok) throw new Error(grant.error.code);
  const session = await identity.verifySessionRequest(
    `Bearer ${grant.value.sessionToken}`,
  );
  if (!session.ok) throw new Error(session.error.code);
  const { automergeTickets } = identity;
  const { ticket } = await automergeTickets.issue({
    ...session.value,
    deviceId: deviceIdSchema.parse(randomUuid(random)),
  });
  const holder = await automergeTickets.verify(ticket);
  if (!holder.ok) throw new Error(holder.error.code);
  return holder.value;
}

export function hashBytesOf(change: Uint8Array): Uint8Array {
  return sha256(change.subarray(8));
}

function syncBytes(
  heads: readonly Uint8Array[],
  changes: readonly Uint8Array[],
): Uint8Array {
  // Who offers nothing says what it has: all up to its heads.
  const has = changes.length === 0;
  return new Uint8Array(
    Buffer.concat([
      Buffer.of(0x42, heads.length),
      ...heads,
      Buffer.of(0, has ? 1 : 0),
      ...(has ? [Buffer.of(heads.length), ...heads, Buffer.of(0)] : []),
      uleb(changes.length),
      ...changes.flatMap((change) => [uleb(change.length), change]),
    ]),
  );
}

export function uleb(number: number): Buffer {
  const low = number & 0x7f;
  return number < 0x80
    ? Buffer.of(low)
    : Buffer.concat([Buffer.of(low | 0x80), uleb(number >> 7)]);
}
