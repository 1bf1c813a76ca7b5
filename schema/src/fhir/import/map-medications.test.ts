import { describe, expect, test } from "vitest";

import { readFhirFile } from "./fhir-source.ts";
import { mapFhir } from "./import-fhir.ts";
import {
  organizationId,
  patient,
  request,
  plan,
  only,
  entriesOf,
  outcomesOf,
} from "./small-import.contract.ts";

describe("medications", () => {
  test("[IM-2] doses keep their digits, their unit and their timing", () => {
    const text = `{"resourceType":"MedicationRequest","id":"m","status":"active","intent":"order","subject":{"reference":"Patient/p"},
      "medicationCodeableConcept":{"text":"digoxin"},"dosageInstruction":[{"text":"as told","asNeededBoolean":false,
      "timing":{"repeat":{"frequency":1,"period":1.0,"periodUnit":"d","boundsPeriod":{"start":"2024-01-01"}}},
      "doseAndRate":[{"doseQuantity":{"value":0.0625,"unit":"mg"}},{"doseQuantity":{"value":1.10,"unit":"mL"}}]}]}`;
    const result = mapFhir(
      [
        { name: "p.json", text: JSON.stringify(patient) },
        { name: "m.json", text },
      ].flatMap((file) => readFhirFile(file).resources),
      { organizationId },
    );
    expect(
      entriesOf(only("patient", result), "prescribing", "medications"),
    ).toMatchObject([
      {
        dosage: [
          {
            text: "as told",
            asNeeded: false,
            timing: {
              frequency: 1,
              period: "1.0",
              periodUnit: "d",
              bounds: { start: "2024-01-01" },
            },
            doseAndRate: [
              { doseQuantity: { value: "0.0625", unit: "mg" } },
              { doseQuantity: { value: "1.10", unit: "mL" } },
            ],
          },
        ],
      },
    ]);
  });

  test("[IM-5] a request and a statement become one list; ended ones are archived", () => {
    const statement = {
      ...request,
      resourceType: "MedicationStatement",
      id: "s",
      effectiveDateTime: "2024-02",
    };
    const result = plan(
      patient,
      request,
      statement,
      { ...request, id: "x", status: "stopped" },
      { ...statement, id: "y", status: "not-taken" },
    );
    const draft = only("patient", result);
    expect(entriesOf(draft, "prescribing", "medications")).toMatchObject([
      { source: { kind: "request", reference: "MedicationRequest/m" } },
      {
        source: { kind: "statement", reference: "MedicationStatement/s" },
        effectiveDateTime: "2024-02",
      },
    ]);
    expect(Object.values(draft.archive["prescribing"] ?? {})).toMatchObject([
      { status: "stopped" },
      { status: "not-taken" },
    ]);
  });

  test("[IM-3] the medicine is found in the resource, contained, beside it or in its ingredients; else the request fails", () => {
    const { medicationCodeableConcept: _concept, ...bare } = request;
    const refer = (id: string, reference: object, more: object = {}) => ({
      ...bare,
      ...more,
      id,
      medicationReference: reference,
    });
    const ingredient = [
      {
        itemCodeableConcept: { text: "lidocaine" },
        strength: {
          numerator: { value: 20, unit: "mg" },
          denominator: { value: 1, unit: "mL" },
        },
      },
      { itemCodeableConcept: { text: "saline" } },
    ];
    const result = plan(
      patient,
      { resourceType: "Medication", id: "k", code: { text: "beside" } },
      { resourceType: "Medication", id: "unused", code: { text: "unused" } },
      refer("1", { reference: "Medication/k" }),
      refer(
        "2",
        { reference: "#q" },
        { contained: [{ resourceType: "Medication", id: "q", ingredient }] },
      ),
      refer("3", { reference: "Medication/gone", display: "in words" }),
      refer("4", { reference: "Medication/gone" }),
    );
    const medications = entriesOf(
      only("patient", result),
      "prescribing",
      "medications",
    );
    expect(medications).toMatchObject([
      { code: { text: "beside" } },
      { code: { text: "lidocaine 20 mg / 1 mL + saline" } },
      { code: { text: "in words" } },
    ]);
    expect(outcomesOf(result)).toMatchObject({
      "Medication/k": "mapped",
      "Medication/unused": "skipped: unused",
      "MedicationRequest/4": "failed: medication-not-found",
    });
  });

  test("[IM-6] a timing that cannot be read fails the request instead of losing its half", () => {
    const odd = {
      ...request,
      dosageInstruction: [
        { text: "x", timing: { repeat: { when: ["sometimes"] } } },
      ],
    };
    const result = plan(patient, odd);
    expect(result.outcomes[1]?.outcome).toEqual({
      kind: "failed",
      reason: "invalid-element",
      path: "MedicationRequest.dosage[0].timing.when[0]",
    });
  });

  test("[IM-6] a statement that would not fit its limit is refused whole, with all that is in it", () => {
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...request,
      id: `m${index}`,
      note: [{ text: "x".repeat(2_000) }],
    }));
    const result = plan(patient, ...many);
    expect(result.drafts).toEqual([]);
    expect(new Set(Object.values(outcomesOf(result)))).toEqual(
      new Set(["failed: statement-too-large"]),
    );
  });
});
