import fc from "fast-check";
import { expect, test } from "vitest";

import { rowChecksum } from "./row-checksum.ts";

test("[ST-15] a checksum is FNV-1a over UTF-8, as anybody can compute it again", () => {
  const fnv1a = (bytes: Uint8Array) =>
    bytes.reduce(
      (sum, byte) =>
        Number(((BigInt(sum) ^ BigInt(byte)) * 0x01000193n) & 0xffffffffn),
      0x811c9dc5,
    );
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 80 }),
        fc.constant("é".repeat(20_000)),
        fc.uint8Array({ maxLength: 80 }),
      ),
      (key, value) => {
        const place = Buffer.from(`table\0part\0${key}\0`, "utf8");
        const bytes = Buffer.concat([place, Buffer.from(value)]);
        expect(rowChecksum("table", "part", key, value)).toBe(fnv1a(bytes));
      },
    ),
    { numRuns: 200 },
  );
});

test("[ST-15] every change of one byte of the value or of where it belongs gives another checksum", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 50 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (value, at, difference) => {
        const changed = Uint8Array.from(value);
        const index = at % value.length;
        changed[index] = (changed[index] ?? 0) ^ difference;
        const sum = rowChecksum("numbers", "org", "#a1", value);
        expect(rowChecksum("numbers", "org", "#a1", changed)).not.toBe(sum);
        for (const [table, partition, key] of [
          ["numbert", "org", "#a1"],
          ["numbers", "orh", "#a1"],
          ["numbers", "org", "#a2"],
        ] as const)
          expect(rowChecksum(table, partition, key, value)).not.toBe(sum);
      },
    ),
  );
});
