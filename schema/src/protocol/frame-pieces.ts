/**
 * A deflated frame put together from pieces that were deflated before, so that what goes to many in different company is deflated
 * once: blocks of a deflate stream (RFC 1951, 3.2.3) stand beside each other. Whoever inflates it notices nothing.
 */
import { deflated } from "./frame.ts";

/** What one stored block holds at most. */
const maxStoredBytes = 0xffff;
const storedHeadBytes = 5;

/**
 * `head` and `tail` are short, and left as they are; each piece ends at a byte and refers to nothing outside of itself, as a
 * full flush leaves it, and is not the end of its stream.
 */
export function frameOfPieces(
  head: Uint8Array,
  pieces: readonly Uint8Array[],
  tail: Uint8Array,
): Uint8Array {
  const inside = pieces.reduce((sum, { length }) => sum + length, 0);
  const frame = new Uint8Array(
    1 + head.length + inside + tail.length + 2 * storedHeadBytes,
  );
  frame[0] = deflated;
  let at = store(frame, 1, head, false);
  for (const piece of pieces) {
    frame.set(piece, at);
    at += piece.length;
  }
  store(frame, at, tail, true);
  return frame;
}

/** Writes a stored block and gives back where it ends. */
function store(
  frame: Uint8Array,
  at: number,
  body: Uint8Array,
  isLast: boolean,
): number {
  if (body.length > maxStoredBytes)
    throw new Error("too long for a stored block");
  const [low, high] = [body.length & 0xff, body.length >> 8];
  const head = [isLast ? 1 : 0, low, high, low ^ 0xff, high ^ 0xff];
  frame.set(head, at);
  frame.set(body, at + storedHeadBytes);
  return at + storedHeadBytes + body.length;
}
