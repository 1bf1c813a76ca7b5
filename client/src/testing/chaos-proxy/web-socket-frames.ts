/** Where the frames of a WebSocket end in one direction of its connection (RFC 6455, 5.2), however its bytes come in pieces. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** The whole frame, if this is its last piece and it carries data: not a ping, say. */
  readonly frame: Uint8Array | undefined;
}

const longestHeaderBytes = 14;

export class WebSocketFrames {
  readonly #pieces: Uint8Array[] = [];
  #heldBytes = 0;
  #frameBytes: number | undefined;

  /** The same bytes again, cut where frames end. */
  split(bytes: Uint8Array): readonly Piece[] {
    const pieces: Piece[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      const missing = this.#missingBytes(rest);
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      this.#pieces.push(piece);
      this.#heldBytes += piece.length;
      const isWhole = piece.length === missing;
      pieces.push({ bytes: piece, frame: isWhole ? this.#take() : undefined });
    }
    return pieces;
  }

  /** Of the frame that is being read, `next` included; Infinity while its length is not known. */
  #missingBytes(next: Uint8Array): number {
    this.#frameBytes ??= frameLengthOf(
      Buffer.concat([...this.#pieces, next.subarray(0, longestHeaderBytes)]),
    );
    return (this.#frameBytes ?? Infinity) - this.#heldBytes;
  }

  #take(): Uint8Array | undefined {
    const frame = Buffer.concat(this.#pieces.splice(0));
    this.#heldBytes = 0;
    this.#frameBytes = undefined;
    return (frame.readUInt8(0) & 0x0f) < 8 ? frame : undefined;
  }
}

/** With its header; undefined if that is not all there. */
function frameLengthOf(start: Buffer): number | undefined {
  if (start.length < 2) return undefined;
  const second = start.readUInt8(1);
  const maskBytes = second & 0x80 ? 4 : 0;
  const short = second & 0x7f;
  if (short < 126) return 2 + maskBytes + short;
  if (short === 126)
    return start.length < 4 ? undefined : 4 + maskBytes + start.readUInt16BE(2);
  return start.length < 10
    ? undefined
    : 10 + maskBytes + Number(start.readBigUInt64BE(2));
}
