/**
 * One message, one binary WebSocket frame: a byte that says whether the rest is deflated, then CBOR.
 *
 * Decoding trusts nothing: size, inflated size, shape of the CBOR, then the message's own schema, in that order. What comes out
 * is a message; everything else is `message-malformed` or `message-too-large`, which ends the session it came from. SPEC SY-2.
 */
import { Decoder, Encoder } from "cbor-x";
import { deflateSync, Inflate } from "fflate";
import type { z } from "zod";

import type { CloseName } from "../codes/close-codes.ts";
import { limits } from "../codes/limits.ts";
import { err, ok, type Result } from "../result.ts";
import {
  clientMessageSchema,
  serverMessageSchema,
  type ClientMessage,
  type ServerMessage,
} from "./messages.ts";
import { scanCbor } from "./scan-cbor.ts";

export interface FrameRefusal {
  readonly code: Extract<CloseName, "message-malformed" | "message-too-large">;
  readonly reason: string;
}

const plain = 0;
const deflated = 1;
/** Deflate packs at most about 1,030 to 1: a step yields no more than a few megabytes. */
const inflateStepBytes = 4_096;
const cborLimits = { maxDepth: 8, maxItems: 400_000 };

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
): Uint8Array {
  const body = encoder.encode(message);
  const isLarge = body.length > limits.compressAboveBytes;
  const packed = isLarge ? deflateSync(body, { level: 6 }) : body;
  const frame = new Uint8Array(packed.length + 1);
  frame[0] = isLarge ? deflated : plain;
  frame.set(packed, 1);
  return frame;
}

export function decodeClientFrame(
  frame: Uint8Array,
): Result<ClientMessage, FrameRefusal> {
  return decodeFrame(frame, clientMessageSchema);
}

export function decodeServerFrame(
  frame: Uint8Array,
): Result<ServerMessage, FrameRefusal> {
  return decodeFrame(frame, serverMessageSchema);
}

function decodeFrame<M>(
  frame: Uint8Array,
  schema: z.ZodType<M>,
): Result<M, FrameRefusal> {
  if (frame.length > limits.maxFrameBytes)
    return refused("message-too-large", "the frame is too large");
  const body = unpack(frame);
  if (!body.ok) return body;
  const problem = scanCbor(body.value, cborLimits);
  if (problem !== null) return refused("message-malformed", problem);
  const raw = decodeCbor(body.value);
  const message = schema.safeParse(raw);
  return message.success
    ? ok(message.data)
    : refused("message-malformed", "it is no message of this protocol");
}

function unpack(frame: Uint8Array): Result<Uint8Array, FrameRefusal> {
  const packed = frame.subarray(1);
  if (frame[0] === plain) return ok(packed);
  if (frame[0] !== deflated)
    return refused("message-malformed", "the frame's first byte is unknown");
  return inflateBounded(packed);
}

/** Inflates in small steps, so that what is refused was never much more than the limit in memory. */
function inflateBounded(packed: Uint8Array): Result<Uint8Array, FrameRefusal> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const inflate = new Inflate((piece) => {
    pieces.push(piece);
    length += piece.length;
  });
  try {
    for (
      let at = 0;
      at < packed.length && length <= limits.maxMessageBytes;
      at += inflateStepBytes
    ) {
      inflate.push(
        packed.subarray(at, at + inflateStepBytes),
        at + inflateStepBytes >= packed.length,
      );
    }
  } catch {
    return refused("message-malformed", "the frame is not deflated data");
  }
  if (length > limits.maxMessageBytes)
    return refused(
      "message-too-large",
      "the message is too large once inflated",
    );
  const body = new Uint8Array(length);
  pieces.reduce((at, piece) => {
    body.set(piece, at);
    return at + piece.length;
  }, 0);
  return ok(body);
}

function decodeCbor(body: Uint8Array): unknown {
  try {
    return decoder.decode(body);
  } catch {
    // The scan lets only well-formed CBOR through; text that is not UTF-8 still ends here. No schema accepts undefined.
    return undefined;
  }
}

function refused(
  code: FrameRefusal["code"],
  reason: string,
): { readonly ok: false; readonly error: FrameRefusal } {
  return err({ code, reason });
}
