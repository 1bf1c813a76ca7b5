/**
 * One message, one binary WebSocket frame: a byte that says whether the rest is deflated, then CBOR.
 *
 * Decoding trusts nothing: size, inflated size, shape of the CBOR, then the message's own schema, in that order. What comes out
 * is a message; everything else is `message-malformed` or `message-too-large`, which ends the session it came from. SPEC SY-2.
 */
import { Decoder, Encoder } from "cbor-x";
import type { z } from "zod";

import type { CloseName } from "../codes/close-codes.ts";
import { limits } from "../codes/limits.ts";
import { err, ok, type Result } from "../result.ts";
import { encodeChanges, encodeVerdicts } from "./encode-changes.ts";
import { portableCompression } from "./frame-compression.ts";
import type { FrameCompression } from "./frame-compression.ts";
import {
  clientMessageSchema,
  serverMessageSchema,
  type ClientMessage,
  type ServerMessage,
} from "./messages.ts";
import { type CborLimits, scanCbor } from "./scan-cbor.ts";

export interface FrameRefusal {
  readonly code: Extract<CloseName, "message-malformed" | "message-too-large">;
  readonly reason: string;
}

const plain = 0;
/** The first byte of a frame whose rest is deflated. */
export const deflated = 1;
/** Pages of whole records have the most. */
const serverCborLimits: CborLimits = { maxDepth: 8, maxItems: 400_000 };
/** A push of 500 changes has some thousands: a hundred deflated bytes must not make a server build a list of so many. */
const clientCborLimits: CborLimits = { maxDepth: 8, maxItems: 20_000 };

// No shared structures, no record extension: what is sent is plain CBOR that any library reads.
const options = {
  useRecords: false,
  mapsAsObjects: true,
  tagUint8Array: false,
  variableMapSize: true,
} as const;
const encoder = new Encoder(options);
const decoder = new Decoder(options);

export function encodeFrame(
  message: ClientMessage | ServerMessage,
  compression: FrameCompression = portableCompression,
): Uint8Array {
  return frameOf(encodeBody(message), compression);
}

/** Of a message's CBOR. */
export function frameOf(
  body: Uint8Array,
  compression: FrameCompression,
): Uint8Array {
  const isLarge = body.length > limits.compressAboveBytes;
  const packed = isLarge ? compression.deflate(body) : body;
  const frame = new Uint8Array(packed.length + 1);
  frame[0] = isLarge ? deflated : plain;
  frame.set(packed, 1);
  return frame;
}

export function decodeClientFrame(
  frame: Uint8Array,
  compression: FrameCompression = portableCompression,
): Result<ClientMessage, FrameRefusal> {
  return decodeFrame(frame, clientMessageSchema, clientCborLimits, compression);
}

export function decodeServerFrame(
  frame: Uint8Array,
  compression: FrameCompression = portableCompression,
): Result<ServerMessage, FrameRefusal> {
  return decodeFrame(frame, serverMessageSchema, serverCborLimits, compression);
}

function encodeBody(message: ClientMessage | ServerMessage): Uint8Array {
  switch (message.type) {
    case "changes":
      return encodeChanges(message);
    case "verdicts":
      return encodeVerdicts(message);
    default:
      return encoder.encode(message);
  }
}

function decodeFrame<M>(
  frame: Uint8Array,
  schema: z.ZodType<M>,
  cborLimits: CborLimits,
  compression: FrameCompression,
): Result<M, FrameRefusal> {
  if (frame.length > limits.maxFrameBytes)
    return refused("message-too-large", "the frame is too large");
  const body = unpack(frame, compression);
  if (!body.ok) return body;
  const problem = scanCbor(body.value, cborLimits);
  if (problem !== null) return refused("message-malformed", problem);
  const raw = decodeCbor(body.value);
  const message = schema.safeParse(raw);
  return message.success
    ? ok(message.data)
    : refused("message-malformed", "it is no message of this protocol");
}

function unpack(
  frame: Uint8Array,
  compression: FrameCompression,
): Result<Uint8Array, FrameRefusal> {
  const packed = frame.subarray(1);
  if (frame[0] === plain) return ok(packed);
  if (frame[0] !== deflated)
    return refused("message-malformed", "the frame's first byte is unknown");
  const body = compression.inflate(packed, limits.maxMessageBytes);
  if (body.ok) return body;
  return body.error === "too-large"
    ? refused("message-too-large", "the message is too large once inflated")
    : refused("message-malformed", "the frame is not deflated data");
}

function decodeCbor(body: Uint8Array): unknown {
  try {
    return decoder.decode(body);
  } catch {
    // The scan lets only well-formed CBOR through, so hardly anything ends here. No schema accepts undefined.
    return undefined;
  }
}

function refused(
  code: FrameRefusal["code"],
  reason: string,
): { readonly ok: false; readonly error: FrameRefusal } {
  return err({ code, reason });
}
