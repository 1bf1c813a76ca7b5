import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeKey, encodeKey, type Key } from "./key.ts";
import { compareKeys } from "./store-scans.contract.ts";

const hardStrings = [
  "",
  "\0",
  " ",
  "!",
  '"',
  "#",
  "#a1",
  "$",
  "$a",
  "%",
  "\uD7FE",
  "\uD7FF",
  "\uE000",
  "\uFFFF",
  "😀",
];
const part = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ unit: fc.constantFrom(...hardStrings, "a"), maxLength: 4 }),
  fc.nat(),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
);
const key = fc.array(part, { minLength: 1, maxLength: 4 });
const manyRuns = { numRuns: 3_000 };

test("[ST-7] the text form has the order of the keys, by UTF-16 units and by UTF-8 bytes", () => {
  fc.assert(
    fc.property(key, key, (left, right) => {
      const expected = Math.sign(compareKeys(left, right));
      expect(compareUnits(encodeKey(left), encodeKey(right))).toBe(expected);
      expect(
        Buffer.compare(
          Buffer.from(encodeKey(left)),
          Buffer.from(encodeKey(right)),
        ),
      ).toBe(expected);
    }),
    manyRuns,
  );
});

test("[ST-7] the text form of keys that begin alike has their order", () => {
  fc.assert(
    fc.property(key, key, key, (start, left, right) => {
      const expected = Math.sign(compareKeys(left, right));
      expect(
        compareUnits(
          encodeKey([...start, ...left]),
          encodeKey([...start, ...right]),
        ),
      ).toBe(expected);
    }),
    manyRuns,
  );
});

test("[ST-7] a key comes back from its text form", () => {
  fc.assert(
    fc.property(key, (parts) => {
      expect(decodeKey(encodeKey(parts))).toEqual(parts);
    }),
    manyRuns,
  );
});

test("[ST-7] text that is no key is refused", () => {
  for (const text of [
    "",
    " ",
    "a ",
    "#",
    "#b7",
    "#a77",
    "#a07",
    "a!",
    "$a",
    "#a1x",
    "a\uE000",
  ]) {
    expect(() => decodeKey(text), JSON.stringify(text)).toThrow(TypeError);
  }
});

test("[ST-7] the text form can be read by people", () => {
  const texts: [Key, string][] = [
    [["team", 42, "9f3c"], "team #b42 9f3c"],
    [["a b", 0], "a!`b #a0"],
    [["", Number.MAX_SAFE_INTEGER], "$ #p9007199254740991"],
  ];
  for (const [parts, text] of texts) expect(encodeKey(parts)).toBe(text);
});

function compareUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
