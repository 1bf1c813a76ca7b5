import fc from "fast-check";
import { expect, test } from "vitest";

import { WebSocketFrames } from "./web-socket-frames.ts";

const textFrame = 1;
const pingFrame = 9;

/** A frame of zeros, as a device masks it, or as a server does not. */
function frameOf(
  opcode: number,
  length: number,
  isMasked: boolean,
): Uint8Array {
  const header =
    length < 126
      ? Buffer.from([0x80 | opcode, length])
      : length < 65_536
        ? Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff])
        : Buffer.from([0x80 | opcode, 127, 0, 0, 0, 0, 0, length >> 16, 0, 0]);
  if (length >= 65_536) header.writeUInt16BE(length & 0xffff, 8);
  if (isMasked) header.writeUInt8(header.readUInt8(1) | 0x80, 1);
  return Buffer.concat([header, Buffer.alloc(isMasked ? 4 + length : length)]);
}

const frame = fc
  .record({
    opcode: fc.constantFrom(textFrame, pingFrame),
    length: fc.oneof(
      fc.constantFrom(0, 125, 126, 65_535, 65_536),
      fc.nat(70_000),
    ),
    isMasked: fc.boolean(),
  })
  .map(({ opcode, length, isMasked }) => ({
    opcode,
    bytes: frameOf(opcode, length, isMasked),
  }));

test("[WO-45] frames are found however their bytes are cut, and the bytes stay the same", () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1 }),
      (frames, cuts) => {
        const all = Buffer.concat(frames.map(({ bytes }) => bytes));
        const reader = new WebSocketFrames();
        const pieces = [];
        for (let at = 0, turn = 0; at < all.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          pieces.push(...reader.split(all.subarray(at, at + length)));
          at += length;
        }
        expect(
          Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(all),
        ).toBe(true);
        expect(
          pieces.flatMap(({ frame: found }) => found ?? []).map(headOf),
        ).toEqual(
          frames
            .filter(({ opcode }) => opcode === textFrame)
            .map(({ bytes }) => headOf(bytes)),
        );
      },
    ),
    { numRuns: 100 },
  );
});

/** Enough to know it again. */
function headOf(bytes: Uint8Array): string {
  return `${bytes.length} ${Buffer.from(bytes.subarray(0, 10)).toString("hex")}`;
}
