import { describe, expect, test } from "vitest";

import { readFhirFile, type SourceResource } from "./fhir-source.ts";
import { createReferenceIndex } from "./reference-index.ts";

const npi = "http://hl7.org/fhir/sid/us-npi";

function read(...resources: readonly object[]): readonly SourceResource[] {
  return resources.flatMap(
    (resource) =>
      readFhirFile({ name: "x.json", text: JSON.stringify(resource) })
        .resources,
  );
}

const resources = read(
  {
    resourceType: "Practitioner",
    id: "p1",
    identifier: [{ system: npi, value: "77" }],
  },
  {
    resourceType: "Practitioner",
    id: "p2",
    identifier: [{ system: npi, value: "88" }],
  },
  {
    resourceType: "Practitioner",
    id: "p3",
    identifier: [{ system: npi, value: "88" }],
  },
  {
    resourceType: "Bundle",
    type: "collection",
    entry: [
      {
        fullUrl: "urn:uuid:aaaaaaaa-0000-4000-8000-000000000000",
        resource: { resourceType: "Patient", id: "u" },
      },
      {
        fullUrl: "https://ehr.example/fhir/Patient/p1",
        resource: { resourceType: "Patient", id: "p1" },
      },
    ],
  },
  {
    resourceType: "MedicationRequest",
    id: "m",
    contained: [
      { resourceType: "Medication", id: "med", code: { text: "ointment" } },
    ],
  },
);
const index = createReferenceIndex(resources);
const [from] = resources.filter(({ id }) => id === "m");

function resolve(
  reference: unknown,
  types: readonly string[],
  source = from,
): string {
  if (source === undefined) throw new Error("no source");
  const referent = index.resolve(source, reference, types);
  return referent.kind === "resource" ? referent.resource.name : referent.kind;
}

describe("references", () => {
  test.each([
    [{ reference: "Practitioner/p1" }, "Practitioner/p1"],
    [{ reference: "Practitioner/p1/_history/3" }, "Practitioner/p1"],
    [{ reference: `Practitioner?identifier=${npi}|77` }, "Practitioner/p1"],
    [
      {
        reference: `Practitioner?identifier=${encodeURIComponent(`${npi}|77`)}`,
      },
      "Practitioner/p1",
    ],
    [{ reference: "Practitioner?identifier=77" }, "Practitioner/p1"],
    [
      { identifier: { system: npi, value: "77" }, display: "Dr. A" },
      "Practitioner/p1",
    ],
    [{ reference: `Practitioner?identifier=${npi}|88` }, "unresolved"],
    [{ reference: "Practitioner?identifier=%" }, "unresolved"],
    [{ reference: "Practitioner/p9" }, "unresolved"],
    [{ reference: "#med" }, "unresolved"],
    [{ display: "somebody" }, "none"],
    [undefined, "none"],
    ["Practitioner/p1", "none"],
  ])("[IM-3] %j leads to %s", (reference, expected) => {
    expect(resolve(reference, ["Practitioner"])).toBe(expected);
  });

  test("[IM-3] urn:uuid and absolute URLs are found by their full URL, contained ones in their resource", () => {
    expect(
      resolve({ reference: "urn:uuid:aaaaaaaa-0000-4000-8000-000000000000" }, [
        "Patient",
      ]),
    ).toBe("Patient/u");
    expect(
      resolve({ reference: "https://ehr.example/fhir/Patient/p1" }, [
        "Patient",
      ]),
    ).toBe("Patient/p1");
    expect(
      resolve({ reference: "https://other.example/fhir/Patient/p1" }, [
        "Patient",
      ]),
    ).toBe("unresolved");
    expect(resolve({ reference: "#med" }, ["Medication"])).toBe("contained");
  });

  test("[IM-3] a relative reference stays on its own server", () => {
    expect(resolve({ reference: "Patient/p1" }, ["Patient"])).toBe(
      "unresolved",
    );
    const onServer = resources.find(({ base }) => base !== "");
    expect(resolve({ reference: "Patient/p1" }, ["Patient"], onServer)).toBe(
      "Patient/p1",
    );
  });

  test("[IM-3] a reference to another type than the element allows is unresolved", () => {
    expect(resolve({ reference: "Practitioner/p1" }, ["Patient"])).toBe(
      "unresolved",
    );
  });
});
