import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { bytesToHex } from "./hex.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test.each(["on Node", "elsewhere"])(
  "SHA-256 is Node's %s, at lengths around the block size",
  async (where) => {
    if (where === "elsewhere") vi.stubGlobal("process", undefined);
    const { sha256, sha256Hex } = await import("./sha256.ts");
    vi.unstubAllGlobals();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const sum = sha256(bytes);
        expect(Object.getPrototypeOf(sum)).toBe(Uint8Array.prototype);
        const digest = createHash("sha256").update(bytes).digest("hex");
        expect(bytesToHex(sum)).toBe(digest);
        expect(sha256Hex(bytes)).toBe(digest);
      }),
      { numRuns: 500 },
    );
  },
);
