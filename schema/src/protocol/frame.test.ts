import { Encoder } from "cbor-x";
import { deflateSync } from "fflate";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { limits } from "../codes/limits.ts";
import { decodeClientFrame, decodeServerFrame, encodeFrame } from "./frame.ts";
import type { ClientMessage } from "./messages.ts";
import { scanCbor } from "./scan-cbor.ts";

const encoder = new Encoder({ useRecords: false, tagUint8Array: false });
const push: ClientMessage = {
  type: "push",
  pushId: 7,
  token: "token",
  changes: [
    {
      recordId: "4NMNnkMhL8jXrdJ9jamS58PAVdXu" as never,
      bytes: new Uint8Array(4_000).fill(9),
    },
  ],
  unsynced: { people: [], recordIds: [] },
};

function framed(body: Uint8Array, first = 0): Uint8Array {
  return Uint8Array.from([first, ...body]);
}

describe("frames", () => {
  test("[SY-2] a message survives its frame, deflated where that pays", () => {
    const frame = encodeFrame(push);
    expect(frame[0]).toBe(1);
    expect(frame.length).toBeLessThan(1_000);
    const decoded = decodeClientFrame(frame);
    expect(decoded).toEqual({ ok: true, value: push });
    const ping = encodeFrame({ type: "ping", number: 1 });
    expect(ping[0]).toBe(0);
    expect(decodeServerFrame(ping)).toEqual({
      ok: true,
      value: { type: "ping", number: 1 },
    });
  });

  test("[SY-2] a message of the other direction, with a field too many or of no known type is refused", () => {
    expect(decodeServerFrame(encodeFrame(push)).ok).toBe(false);
    expect(
      decodeClientFrame(
        framed(encoder.encode({ type: "ping", number: 1, extra: true })),
      ).ok,
    ).toBe(false);
    expect(
      decodeClientFrame(framed(encoder.encode({ type: "nothing" }))).ok,
    ).toBe(false);
    expect(decodeClientFrame(framed(encoder.encode(null))).ok).toBe(false);
  });

  test("[SY-2] an inflation bomb is refused at the limit", () => {
    const bomb = deflateSync(new Uint8Array(limits.maxMessageBytes * 4), {
      level: 9,
    });
    const decoded = decodeClientFrame(framed(bomb, 1));
    expect(decoded).toMatchObject({
      ok: false,
      error: { code: "message-too-large" },
    });
  });

  test("[SY-2] an oversized frame is refused unread", () => {
    const decoded = decodeClientFrame(new Uint8Array(limits.maxFrameBytes + 1));
    expect(decoded).toMatchObject({
      ok: false,
      error: { code: "message-too-large" },
    });
  });

  test.each([
    ["a tag", [0xc2, 0x41, 0x01]],
    ["an indefinite length", [0x9f, 0x01, 0xff]],
    ["undefined", [0xf7]],
    ["a key that is not text", [0xa1, 0x01, 0x01]],
    ["a length beyond the message", [0x5b, 0, 0, 0, 0, 0x10, 0, 0, 0]],
    ["a list longer than the message", [0x9a, 0xff, 0xff, 0xff, 0xff]],
    ["trailing bytes", [0x01, 0x01]],
    [
      "an integer beyond 53 bits",
      [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ],
    ["nothing", []],
  ])("[SY-2] CBOR with %s never reaches the decoder", (_, bytes) => {
    expect(
      scanCbor(Uint8Array.from(bytes), { maxDepth: 8, maxItems: 1_000 }),
    ).not.toBeNull();
    expect(decodeClientFrame(framed(Uint8Array.from(bytes))).ok).toBe(false);
  });

  test.each(["__proto__", "constructor", "prototype"])(
    "[SY-2] the key %s is refused anywhere",
    (key) => {
      const text = encoder.encode(key);
      // { "a": [{ key: 1 }] }
      const nested = Uint8Array.from([
        0xa1,
        0x61,
        0x61,
        0x81,
        0xa1,
        ...text,
        1,
      ]);
      expect(scanCbor(nested, { maxDepth: 8, maxItems: 1_000 })).toBe(
        "a key is not allowed",
      );
    },
  );

  test("[SY-2] nesting and item counts are bounded", () => {
    const deep = Uint8Array.from([...Array<number>(50).fill(0x81), 0x01]);
    expect(scanCbor(deep, { maxDepth: 8, maxItems: 1_000 })).toBe(
      "the message is nested too deep",
    );
    const wide = encoder.encode(Array<number>(2_000).fill(1));
    expect(scanCbor(wide, { maxDepth: 8, maxItems: 1_000 })).toBe(
      "the message has too many items",
    );
  });

  test("[SY-2] what cbor-x writes of plain values passes the scan; noise never throws", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const hasForbidden = /"(__proto__|constructor|prototype)"/.test(
          JSON.stringify(value),
        );
        const problem = scanCbor(encoder.encode(value), {
          maxDepth: 8,
          maxItems: 10_000,
        });
        expect(problem === null || hasForbidden).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeClientFrame(bytes).ok).toBe(false);
      }),
    );
  });
});
