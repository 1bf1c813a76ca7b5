import { describe, expect, test } from "vitest";
import fc from "fast-check";

import {
  decimalText,
  integerOf,
  isJsonObject,
  parseFhirJson,
  textOf,
} from "./fhir-json.ts";

function valueOf(text: string): unknown {
  const parsed = parseFhirJson(`{"value":${text}}`);
  return parsed.ok && isJsonObject(parsed.value)
    ? parsed.value["value"]
    : undefined;
}

describe("decimals", () => {
  test.each([
    ["1.10", "1.10"],
    ["1.0", "1.0"],
    ["7", "7"],
    ["-0.5", "-0.5"],
    ["1e3", "1000"],
    ["1.5E-3", "0.0015"],
    ["1.50e1", "15.0"],
    ["181.54135523892745", "181.54135523892745"],
    ["0.1234567890123456789", null],
    ["9007199254740993", "9007199254740993"],
    ["1e30", null],
    ['"1.10"', null],
    ["true", null],
  ])("[IM-2] %s is read as %s", (text, expected) => {
    expect(decimalText(valueOf(text))).toBe(expected);
  });

  test("[IM-2] a decimal is no text, and a text that looks like one is no decimal", () => {
    expect(textOf(valueOf("1.5"))).toBeNull();
    expect(textOf(valueOf('"1.5"'))).toBe("1.5");
    expect(integerOf(valueOf("2.0"))).toBe(2);
    expect(integerOf(valueOf("2.5"))).toBeNull();
  });

  test("[IM-2] everything that is no decimal is read as JSON.parse reads it", () => {
    const noFractions = fc
      .json()
      .filter((text) => !/\d[.eE]|\d{16}/.test(text));
    fc.assert(
      fc.property(noFractions, (text) => {
        const parsed = parseFhirJson(text);
        expect(parsed.ok && parsed.value).toEqual(JSON.parse(text));
      }),
    );
  });

  test("[IM-2] numbers inside strings, escapes and keys are left alone", () => {
    const parsed = parseFhirJson('{"1.5":"a \\" 2.5 \\\\","b":[-3.25]}');
    expect(parsed.ok && parsed.value).toMatchObject({ "1.5": 'a " 2.5 \\' });
  });
});

describe("what is no JSON", () => {
  test("[IM-6] is reported with a line, never thrown", () => {
    expect(parseFhirJson('{\n "a": 1,\n "b": }')).toMatchObject({ ok: false });
    expect(parseFhirJson('{"a": 01.5}').ok).toBe(false);
    expect(parseFhirJson('{"a": "').ok).toBe(false);
    expect(parseFhirJson("").ok).toBe(false);
    fc.assert(fc.property(fc.string(), (text) => void parseFhirJson(text)));
  });

  test("[IM-6] is also what is nested deeper than any resource", () => {
    expect(parseFhirJson("[".repeat(50) + "]".repeat(50)).ok).toBe(true);
    expect(parseFhirJson("[".repeat(100_000) + "]".repeat(100_000)).ok).toBe(
      false,
    );
  });
});
