/**
 * The messages of automerge-repo's WebSocket protocol, version 1, as a peer that is not ours sends and reads them. SPEC PA-3.
 *
 * One message is one binary frame of CBOR, without compression. Decoding trusts nothing: size, shape of the CBOR, then the
 * message's own schema. Fields that are not ours to know are dropped, and a message of a type that we don't know is `unknown`,
 * for versions to come.
 */
import { Decoder, Encoder } from "cbor-x";
import { z } from "zod";

import { limits } from "../codes/limits.ts";
import { scanCbor } from "../protocol/scan-cbor.ts";
import { err, ok, type Result } from "../result.ts";

export const repoProtocolVersion = "1";

/** Whatever a peer calls itself: it means nothing but on its own connection. */
const peerIdSchema = z.string().min(1).max(256);
const documentIdSchema = z.string().max(64);

const envelope = { senderId: peerIdSchema, targetId: peerIdSchema };
const ofDocument = { ...envelope, documentId: documentIdSchema };

/** Bounded by the frame. */
const dataSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const joinSchema = z.object({
  type: z.literal("join"),
  senderId: peerIdSchema,
  /** Names a store of the peer's: never a path of ours. */
  peerMetadata: z
    .object({
      storageId: z.string().max(256).optional(),
      isEphemeral: z.boolean().optional(),
    })
    .optional(),
  supportedProtocolVersions: z.array(z.string().max(16)).max(16).optional(),
});
const syncSchema = z.object({
  type: z.enum(["sync", "request"]),
  ...ofDocument,
  data: dataSchema,
});
const ephemeralSchema = z.object({
  type: z.literal("ephemeral"),
  ...ofDocument,
  sessionId: z.string().max(256),
  count: z.int().nonnegative(),
  data: dataSchema,
});
const unavailableSchema = z.object({
  type: z.literal("doc-unavailable"),
  ...ofDocument,
});
const remoteSchema = z.object({
  type: z.enum(["remote-heads-changed", "remote-subscription-change"]),
  ...envelope,
});

const peerMessageSchema = z.discriminatedUnion("type", [
  joinSchema,
  syncSchema,
  ephemeralSchema,
  unavailableSchema,
  remoteSchema,
]);
const anyMessageSchema = z.object({
  type: z.string().max(64),
  senderId: peerIdSchema,
});

/** What a peer says. */
export type RepoPeerMessage =
  | z.infer<typeof peerMessageSchema>
  | { readonly type: "unknown"; readonly senderId: string };

interface ToPeer {
  readonly senderId: string;
  readonly targetId: string;
}

/** What a peer is told. */
export type RepoServerMessage = ToPeer &
  (
    | {
        readonly type: "peer";
        readonly peerMetadata: {
          readonly isEphemeral?: boolean;
          readonly storageId?: string;
        };
        readonly selectedProtocolVersion: typeof repoProtocolVersion;
      }
    | { readonly type: "error"; readonly message: string }
    | {
        readonly type: "sync" | "request";
        readonly documentId: string;
        readonly data: Uint8Array;
      }
    | { readonly type: "doc-unavailable"; readonly documentId: string }
    | {
        readonly type: "ephemeral";
        readonly documentId: string;
        readonly sessionId: string;
        /** Rises within the session: a peer drops what it has heard before. */
        readonly count: number;
        readonly data: Uint8Array;
      }
  );

export interface RepoMessageRefusal {
  readonly code: "message-malformed" | "message-too-large";
  readonly reason: string;
}

// No tags and no records: plain CBOR that any library reads.
const options = { useRecords: false, tagUint8Array: false } as const;
const encoder = new Encoder(options);
const decoder = new Decoder({ ...options, mapsAsObjects: true });
const cborLimits = { maxDepth: 8, maxItems: 20_000, allowsUndefined: true };
const knownTypes: readonly string[] = [
  "join",
  ...syncSchema.shape.type.options,
  "ephemeral",
  "doc-unavailable",
  ...remoteSchema.shape.type.options,
];

export function encodeRepoMessage(message: RepoServerMessage): Uint8Array {
  return new Uint8Array(encoder.encode(message));
}

/** What an ephemeral message carries is CBOR of its own. */
export function encodeEphemeral(content: object): Uint8Array {
  return new Uint8Array(encoder.encode(content));
}

/** Undefined for what is not plain CBOR within bounds. */
export function decodeEphemeral(data: Uint8Array): unknown {
  return scanCbor(data, cborLimits) === null ? decodeCbor(data) : undefined;
}

export function decodeRepoMessage(
  frame: Uint8Array,
): Result<RepoPeerMessage, RepoMessageRefusal> {
  if (frame.length > limits.maxFrameBytes)
    return refused("message-too-large", "the frame is too large");
  const problem = scanCbor(frame, cborLimits);
  if (problem !== null) return refused("message-malformed", problem);
  const raw = decodeCbor(frame);
  const any = anyMessageSchema.safeParse(raw);
  if (!any.success)
    return refused("message-malformed", "it is no message of automerge-repo");
  const { type, senderId } = any.data;
  if (!knownTypes.includes(type)) return ok({ type: "unknown", senderId });
  const message = peerMessageSchema.safeParse(raw);
  return message.success
    ? ok(message.data)
    : refused("message-malformed", "it is not what its type says");
}

function decodeCbor(frame: Uint8Array): unknown {
  try {
    return decoder.decode(frame);
  } catch {
    // The scan lets only well-formed CBOR through, so hardly anything ends here. No schema accepts undefined.
    return undefined;
  }
}

function refused(code: RepoMessageRefusal["code"], reason: string) {
  return err({ code, reason });
}
