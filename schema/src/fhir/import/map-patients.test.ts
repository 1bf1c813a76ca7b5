import { describe, expect, test } from "vitest";

import { recordIdFromBytes } from "../../ids.ts";
import { readFhirFile } from "./fhir-source.ts";
import { mapFhir } from "./import-fhir.ts";
import {
  patient,
  clinic,
  plan,
  only,
  entriesOf,
} from "./small-import.contract.ts";

describe("patients", () => {
  test("[IM-1] a patient's identity is a group, the rest merges, and what is broken is left out and named", () => {
    const result = plan({
      ...patient,
      identifier: [
        { system: "urn:x", value: "1" },
        { system: "urn:x", value: "0", use: "old" },
        { system: "urn:x" },
      ],
      telecom: [{ system: "phone", value: "0772" }, { use: "home" }],
      maritalStatus: {
        coding: [
          {
            system: "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus",
            code: "W",
          },
        ],
      },
      communication: [
        {
          language: { coding: [{ system: "urn:ietf:bcp:47", code: "sn" }] },
          preferred: true,
        },
      ],
      deceasedDateTime: "2020-01-01",
    });
    const draft = only("patient", result);
    expect(draft.groups["identity"]).toMatchObject({
      name: [{ family: "Moyo", given: ["Tendai"] }],
      birthDate: "1980-02",
      gender: "female",
      deceased: "2020-01-01",
    });
    expect(entriesOf(draft, "identity", "identifiers")).toEqual([
      { status: "active", system: "urn:x", value: "1" },
    ]);
    expect(Object.values(draft.archive["identity"] ?? {})).toEqual([
      { status: "inactive", use: "old", system: "urn:x", value: "0" },
    ]);
    expect(draft.fields).toEqual({ maritalStatus: "W" });
    expect(Object.values(draft.entries["communication"] ?? {})).toEqual([
      { status: "active", language: "sn", preferred: true },
    ]);
    expect(result.warnings.map(({ code, path }) => `${code} ${path}`)).toEqual([
      "dropped-element identifier[2]",
      "dropped-element telecom[1]",
    ]);
  });

  test("[IM-4] the ids depend on the organization and the source, on nothing else", () => {
    const first = only("patient", plan(patient));
    expect(only("patient", plan(clinic, patient)).recordId).toBe(
      first.recordId,
    );
    const elsewhere = mapFhir(
      readFhirFile({ name: "p.json", text: JSON.stringify(patient) }).resources,
      {
        organizationId: recordIdFromBytes(new Uint8Array(16).fill(8)),
      },
    );
    expect(only("patient", elsewhere).recordId).not.toBe(first.recordId);
  });

  test("[IM-4] said twice in the same words counts once; in other words the first stands", () => {
    expect(
      plan(patient, patient).outcomes.map(({ outcome }) => outcome.kind),
    ).toEqual(["mapped", "repeated"]);
    expect(
      plan(patient, { ...patient, gender: "male" }).outcomes[1]?.outcome,
    ).toMatchObject({
      kind: "failed",
      reason: "repeated-with-other-content",
    });
  });
});
