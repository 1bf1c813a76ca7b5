import { describe, expect, test } from "vitest";

import {
  snomed,
  subject,
  patient,
  plan,
  only,
  outcomesOf,
} from "./small-import.contract.ts";

describe("observations", () => {
  const weight = {
    resourceType: "Observation",
    id: "w",
    status: "final",
    code: { coding: [{ system: "http://loinc.org", code: "29463-7" }] },
    subject,
    effectiveDateTime: "2024-01-01T08:00:00Z",
    valueQuantity: {
      value: 61.5,
      unit: "kg",
      system: "http://unitsofmeasure.org",
      code: "kg",
    },
  };
  const pregnancy = (id: string, code: string, effectiveDateTime: string) => ({
    ...weight,
    id,
    effectiveDateTime,
    code: { coding: [{ system: "http://loinc.org", code: "82810-3" }] },
    valueQuantity: undefined,
    valueCodeableConcept: { coding: [{ system: snomed, code }] },
  });

  test("[IM-1] weights are measurements, other observations are left alone", () => {
    const result = plan(
      patient,
      weight,
      {
        ...weight,
        id: "h",
        code: { coding: [{ system: "http://loinc.org", code: "8302-2" }] },
      },
      {
        ...weight,
        id: "v",
        valueQuantity: undefined,
      },
    );
    expect(
      Object.values(only("patient", result).entries["measurements"] ?? {}),
    ).toMatchObject([
      { value: { value: "61.5", code: "kg" }, reference: "Observation/w" },
    ]);
    expect(outcomesOf(result)).toMatchObject({
      "Observation/h": "skipped: not-a-measurement-we-take",
      "Observation/v": "skipped: no-value",
    });
  });

  test("[IM-1] of several pregnancy statuses the latest stands, in whatever order they come", () => {
    const early = pregnancy("1", "77386006", "2023-01-01");
    const late = pregnancy("2", "60001007", "2024-01-01");
    for (const order of [
      [early, late],
      [late, early],
    ])
      expect(
        only("patient", plan(patient, ...order)).groups["prescribing"]?.[
          "pregnancy"
        ],
      ).toEqual({
        status: "not-pregnant",
        effectiveDateTime: "2024-01-01",
      });
  });
});
