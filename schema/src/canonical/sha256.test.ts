import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesToHex } from "./hex.ts";
import { sha256 } from "./sha256.ts";

test("SHA-256 is Node's, at lengths around the block size", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(bytesToHex(sha256(bytes))).toBe(
        createHash("sha256").update(bytes).digest("hex"),
      );
    }),
    { numRuns: 500 },
  );
});
