import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesToHex, hexToBytes } from "./hex.ts";

test("bytes to hex is what Node makes of them, and back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const hex = bytesToHex(bytes);
      expect(hex).toBe(Buffer.from(bytes).toString("hex"));
      expect(hexToBytes(hex)).toEqual(bytes);
    }),
  );
});

test.each(["a", "abc", "AB", "0g", "0x", " 1", "é1"])(
  "%j is not hex",
  (text) => {
    expect(() => hexToBytes(text)).toThrow();
  },
);
