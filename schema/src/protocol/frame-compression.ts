/**
 * How frames are deflated (RFC 1951, without a wrapper). The portable one runs anywhere; a machine with a faster one of its own
 * gives that to `encodeFrame` and the decoders: what is sent stays the same format.
 */
import { deflateSync, Inflate } from "fflate";

import { err, ok, type Result } from "../result.ts";

export interface FrameCompression {
  deflate(body: Uint8Array): Uint8Array;
  /** Stops at the limit: what is refused was never much more than `maxBytes` in memory. Never throws. */
  inflate(
    packed: Uint8Array,
    maxBytes: number,
  ): Result<Uint8Array, "malformed" | "too-large">;
}

/** Deflate packs at most about 1,030 to 1: a step yields no more than a few megabytes. */
const inflateStepBytes = 4_096;

export const portableCompression: FrameCompression = {
  deflate: (body) => deflateSync(body, { level: 6 }),
  inflate(packed, maxBytes) {
    const pieces: Uint8Array[] = [];
    let length = 0;
    const inflate = new Inflate((piece) => {
      pieces.push(piece);
      length += piece.length;
    });
    try {
      for (
        let at = 0;
        at < packed.length && length <= maxBytes;
        at += inflateStepBytes
      ) {
        inflate.push(
          packed.subarray(at, at + inflateStepBytes),
          at + inflateStepBytes >= packed.length,
        );
      }
    } catch {
      return err("malformed");
    }
    if (length > maxBytes) return err("too-large");
    const body = new Uint8Array(length);
    pieces.reduce((at, piece) => {
      body.set(piece, at);
      return at + piece.length;
    }, 0);
    return ok(body);
  },
};
