import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { deflateSync } from "fflate";
import { expect, test } from "vitest";
import { ChunkRefusal } from "./chunk-refusal.ts";
import { inflate } from "./inflate.ts";

const limit = 1 << 20;

const repetitive = fc
  .array(
    fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 50 })),
    {
      maxLength: 20,
    },
  )
  .map((parts) =>
    Uint8Array.from(
      parts.flatMap(([bytes, times]) =>
        Array(times)
          .fill([...bytes])
          .flat(),
      ),
    ),
  );

function refusalOf(deflated: Uint8Array, maxBytes = limit): string {
  try {
    inflate(deflated, maxBytes);
  } catch (cause) {
    if (cause instanceof ChunkRefusal) return cause.error.code;
    throw cause;
  }
  return "inflated";
}

test("[CH-7] what zlib and fflate deflate, at any level and with any strategy, inflates to the same bytes", () => {
  const { Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants;
  fc.assert(
    fc.property(
      fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })),
      fc.integer({ min: 0, max: 9 }),
      fc.constantFrom(Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED),
      (bytes, level, strategy) => {
        expect(
          inflate(deflateRawSync(bytes, { level, strategy }), limit),
        ).toEqual(bytes);
        const flate = deflateSync(bytes, {
          level: level as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9,
        });
        expect(inflate(flate, limit)).toEqual(bytes);
      },
    ),
    { numRuns: 300 },
  );
});

test("[CH-7] a large body of mixed content inflates across the whole window", () => {
  const words = Array.from(
    { length: 30_000 },
    (_, index) => `entry ${(index * 7919) % 1009};`,
  );
  const bytes = new TextEncoder().encode(words.join(""));
  expect(Buffer.compare(inflate(deflateRawSync(bytes), limit), bytes)).toBe(0);
});

test("[CH-7] output is refused at the bound, not a byte earlier", () => {
  for (const deflated of [
    deflateRawSync(new Uint8Array(1000)),
    deflateRawSync(new Uint8Array(1000), { level: 0 }),
  ]) {
    expect(inflate(deflated, 1000)).toHaveLength(1000);
    expect(refusalOf(deflated, 999)).toBe("chunk-too-large");
  }
});

test("[CH-7] a bomb of 256 MB stops at the bound", () => {
  const bomb = deflateRawSync(new Uint8Array(256 * 1024 * 1024));
  expect(refusalOf(bomb, 4 * limit)).toBe("chunk-too-large");
});

test("[CH-7] a stream that is cut short or followed by anything is refused", () => {
  const deflated = deflateRawSync(
    new TextEncoder().encode("five milligrams, ".repeat(20)),
  );
  for (let length = 0; length < deflated.length; length += 1) {
    expect(refusalOf(deflated.subarray(0, length))).toBe("chunk-malformed");
  }
  expect(refusalOf(new Uint8Array([...deflated, 0]))).toBe("chunk-malformed");
});

test("[CH-7] any bytes inflate as zlib has them or are refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      const refusal = refusalOf(bytes);
      if (refusal !== "inflated")
        expect(refusal).toMatch(/^chunk-(malformed|too-large)$/);
      else
        expect(
          Buffer.compare(inflate(bytes, limit), inflateRawSync(bytes)),
        ).toBe(0);
    }),
    { numRuns: 5000 },
  );
});
