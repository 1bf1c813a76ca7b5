import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  canonicalize,
  digest,
  type JsonValue,
  parseCanonical,
} from "./canonical-json.ts";

const codeUnits = fc.string({ unit: "binary" });

const jsonValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.string({ unit: "grapheme" }),
      codeUnits,
      fc.array(tie("value"), { maxLength: 5 }),
      fc.dictionary(codeUnits, tie("value"), { maxKeys: 5 }),
    ),
  }),
).value;

/** Shuffled keys and decomposed text: the same value, written differently. */
function rewritten(value: JsonValue): JsonValue {
  if (typeof value === "string") return value.normalize("NFD");
  if (typeof value !== "object" || value === null) return value;
  if (isArray(value)) return value.map(rewritten);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key.normalize("NFD"), rewritten(item)]),
  );
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Two keys that NFC makes equal have no canonical form. */
function hasForm(value: JsonValue): boolean {
  try {
    canonicalize(value);
    return true;
  } catch {
    return false;
  }
}

function refusalOf(
  text: string,
  limits?: Parameters<typeof parseCanonical>[1],
): string {
  const result = parseCanonical(text, limits);
  return result.ok ? "parsed" : result.error.reason;
}

test("[CH-1] RFC 8785, section 3.2.2: literals and the escapes of strings", () => {
  expect(
    canonicalize({
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    }),
  ).toBe(
    String.raw`{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test("[CH-1] RFC 8785, section 3.2.3: keys in the order of their UTF-16 code units", () => {
  // The RFC's seventh key, U+FB33, is not in NFC: there it becomes U+05D3 U+05BC and moves before the Euro sign.
  const value = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
  };
  expect(canonicalize(value)).toBe(
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
      '"\u05d3\u05bc":"Hebrew Letter Dalet With Dagesh","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face"}',
  );
  expect(
    canonicalize({ "\uff21": 1, "\u{1f600}": 2, b: { d: 1, c: 2 }, a: 3 }),
  ).toBe('{"a":3,"b":{"c":2,"d":1},"\u{1f600}":2,"\uff21":1}');
});

test("[CH-1] RFC 8785, appendix B: the integers", () => {
  expect(
    [0, -0, 9007199254740991, -9007199254740991].map((n) => canonicalize(n)),
  ).toEqual(["0", "0", "9007199254740991", "-9007199254740991"]);
});

test("[CH-1] what can be written is read back, and is what is written again", () => {
  fc.assert(
    fc.property(jsonValue.filter(hasForm), (value) => {
      const text = canonicalize(value);
      const parsed = parseCanonical(text);
      expect(parsed).toMatchObject({ ok: true });
      if (parsed.ok) expect(canonicalize(parsed.value)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test("[CH-2] the order of keys and the form of Unicode make no difference to text or digest", () => {
  fc.assert(
    fc.property(jsonValue.filter(hasForm), (value) => {
      expect(canonicalize(rewritten(value))).toBe(canonicalize(value));
      expect(digest(rewritten(value))).toBe(digest(value));
    }),
    { numRuns: 2000 },
  );
  expect(canonicalize("A\u030a")).toBe('"\u00c5"');
});

test("[CH-2] the digest is the SHA-256 of the text in UTF-8", () => {
  const value = { dose: "5 mg", note: "naïve 药 😀" };
  expect(digest(value)).toBe(
    createHash("sha256").update(canonicalize(value)).digest("hex"),
  );
});

const cycle: unknown[] = [];
cycle.push(cycle);

test.each([
  ["a fraction", 0.5],
  ["an unsafe integer", 2 ** 53],
  ["not a number", Number.NaN],
  ["infinity", Number.NEGATIVE_INFINITY],
  ["undefined", { a: undefined }],
  ["a hole", Array(2)],
  ["a function", () => 1],
  ["a bigint", 1n],
  ["a date", new Date(0)],
  ["a map", new Map()],
  ["a lone surrogate", "a\ud800"],
  ["a lone surrogate as key", { "\udc00a": 1 }],
  ["keys that are equal in NFC", { "\u00e9": 1, "e\u0301": 2 }],
  ["a cycle", cycle],
  ["the key __proto__", JSON.parse('{"__proto__":1}')],
  ["the key constructor", { constructor: 1 }],
  ["the key prototype", { a: [{ prototype: 1 }] }],
])("[CH-3] has no form for %s", (_what, value) => {
  // What the type forbids arrives from callers without types.
  expect(() => canonicalize(value as JsonValue)).toThrow();
  expect(() => digest(value as JsonValue)).toThrow();
});

test.each([
  ["", "the text is not JSON"],
  ["{", "the text is not JSON"],
  ["{'a':1}", "the text is not JSON"],
  [' {"a":1}', "the text is not the canonical form of its value"],
  ['{"a":1}\n', "the text is not the canonical form of its value"],
  ['{"a": 1}', "the text is not the canonical form of its value"],
  ['{"b":1,"a":2}', "the text is not the canonical form of its value"],
  ['{"a":1,"a":2}', "the text is not the canonical form of its value"],
  ['{"a":2,"a":2}', "the text is not the canonical form of its value"],
  ["-0", "the text is not the canonical form of its value"],
  ["1.0", "the text is not the canonical form of its value"],
  ["1e2", "the text is not the canonical form of its value"],
  ['"\\u0041"', "the text is not the canonical form of its value"],
  ['"\\/"', "the text is not the canonical form of its value"],
  ['"e\u0301"', "the text is not the canonical form of its value"],
  ["\ufeff1", "the text is not JSON"],
  ["0.5", "a number is not a safe integer; decimals are strings"],
  ["9007199254740992", "a number is not a safe integer; decimals are strings"],
  ['{"__proto__":{"isAdmin":true}}', "a key is forbidden"],
  ['{"a":{"constructor":1}}', "a key is forbidden"],
  ['"\\ud800"', "a string holds a lone surrogate"],
  ['"\ud800"', "the text holds a lone surrogate"],
])("[CH-4] refuses %j: %s", (text, reason) => {
  expect(refusalOf(text)).toBe(reason);
});

test("[CH-4] any text is refused or is the canonical form of what it parses to", () => {
  const text = fc.oneof(
    fc.json(),
    fc.string({ unit: "binary" }),
    jsonValue.map((v) => JSON.stringify(v)),
  );
  fc.assert(
    fc.property(text, (candidate) => {
      const result = parseCanonical(candidate);
      if (result.ok) expect(canonicalize(result.value)).toBe(candidate);
      else expect(result.error.code).toBe("not-canonical");
    }),
    { numRuns: 3000 },
  );
});

test("[CH-4] bytes are counted in UTF-8, and depth before anything is parsed", () => {
  const limits = { maxBytes: 8, maxDepth: 2 };
  expect(refusalOf('"药药"', limits)).toBe("parsed");
  expect(refusalOf('"药药a"', limits)).toBe("the text is too long");
  expect(refusalOf("123456789", limits)).toBe("the text is too long");
  expect(refusalOf("[[1],[]]", limits)).toBe("parsed");
  expect(refusalOf("[[[1]]]", limits)).toBe("the value is nested too deep");
  expect(refusalOf('"[[[\\"["', { ...limits, maxBytes: 20 })).toBe("parsed");
  expect(refusalOf("[".repeat(60_000))).toBe("the value is nested too deep");
});
