import {
  decodeClientFrame,
  encodeFrame,
  limits,
  portableCompression,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeCompression } from "./node-compression.ts";

test("[SY-2] what one side deflates the other inflates, whichever way each does it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), (body) => {
      for (const from of [nodeCompression, portableCompression])
        for (const to of [nodeCompression, portableCompression]) {
          const back = to.inflate(from.deflate(body), 5_000);
          expect(back.ok && Uint8Array.from(back.value)).toEqual(body);
        }
    }),
  );
});

test("[SY-2] a bomb stops at the limit, noise and cut streams are refused, nothing throws", () => {
  const bomb = nodeCompression.deflate(
    new Uint8Array(limits.maxMessageBytes + 1),
  );
  expect(nodeCompression.inflate(bomb, limits.maxMessageBytes)).toEqual({
    ok: false,
    error: "too-large",
  });
  const whole = nodeCompression.deflate(new Uint8Array(9_000).fill(7));
  expect(nodeCompression.inflate(whole.subarray(0, -1), 10_000)).toEqual({
    ok: false,
    error: "malformed",
  });
  const frame = encodeFrame({ type: "ping", number: 1 }, nodeCompression);
  expect(decodeClientFrame(frame, nodeCompression).ok).toBe(true);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(() => nodeCompression.inflate(noise, 1_000)).not.toThrow();
      expect(
        decodeClientFrame(Uint8Array.from([1, ...noise]), nodeCompression).ok,
      ).toBe(false);
    }),
  );
});
