import { describe, expect, test } from "vitest";

import { readFhirFile } from "./fhir-source.ts";

const patient = '{"resourceType":"Patient","id":"a"}';

describe("NDJSON", () => {
  test("[IM-6] a broken line is named by its number, and the others are read", () => {
    const text = [
      patient,
      "",
      "{ not json",
      '{"resourceType":"Device","id":"b"}',
      "[]",
    ].join("\n");
    const contents = readFhirFile({ name: "Mixed.ndjson", text });
    expect(contents.resources.map(({ name, line }) => [name, line])).toEqual([
      ["Patient/a", 1],
      ["Device/b", 4],
    ]);
    expect(contents.unreadable).toEqual([
      { file: "Mixed.ndjson", line: 3, reason: "not-json" },
      { file: "Mixed.ndjson", line: 5, reason: "not-a-resource" },
    ]);
  });

  test("[IM-6] lines without a resource type are foreign, not broken", () => {
    const text = '{"exportId":"x"}\n{"exportId":"x"}\n';
    expect(readFhirFile({ name: "log.ndjson", text })).toEqual({
      resources: [],
      unreadable: [],
      foreign: 2,
    });
  });

  test("[IM-1] carriage returns and a byte order mark do no harm", () => {
    const contents = readFhirFile({
      name: "P.ndjson",
      text: `\ufeff${patient}\r\n${patient}\r\n`,
    });
    expect(contents.resources).toHaveLength(2);
  });
});

describe("bundles", () => {
  const bundle = `{
  "resourceType": "Bundle",
  "type": "transaction",
  "link": [{ "relation": "self" }],
  "entry": [
    {
      "fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111",
      "resource": { "resourceType": "Patient", "id": "a" }
    },
    { "request": { "method": "DELETE" } },
    {
      "fullUrl": "https://ehr.example/fhir/Device/d",
      "resource": { "resourceType": "Device", "id": "d" }
    },
    { "resource": 5 }
  ]
}`;

  test.each(["transaction", "collection", "searchset", "batch"])(
    "[IM-1] a %s is its entries, each with its line and its server",
    (type) => {
      const contents = readFhirFile({
        name: "b.json",
        text: bundle.replace('"transaction"', `"${type}"`),
      });
      expect(
        contents.resources.map(({ name, line, base }) => [name, line, base]),
      ).toEqual([
        ["Patient/a", 6, ""],
        ["Device/d", 11, "https://ehr.example/fhir"],
      ]);
      expect(contents.unreadable).toEqual([
        { file: "b.json", line: 15, reason: "not-a-resource" },
      ]);
    },
  );
});

describe("single files", () => {
  test("[IM-1] a resource is itself, and one of our own making is refused", () => {
    expect(
      readFhirFile({ name: "p.json", text: patient }).resources,
    ).toHaveLength(1);
    for (const text of [
      '{"resourceType":7}',
      '{"resourceType":"Patient","id":"a b"}',
      "[1]",
      "null",
    ])
      expect(readFhirFile({ name: "p.json", text }).unreadable).toEqual([
        { file: "p.json", line: 1, reason: "not-a-resource" },
      ]);
  });
});
