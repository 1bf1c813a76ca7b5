import { describe, expect, test } from "vitest";

import { expectValidDraft } from "./draft.contract.ts";
import {
  snomed,
  coded,
  subject,
  patient,
  allergy,
  request,
  plan,
  only,
  entriesOf,
  outcomesOf,
} from "./small-import.contract.ts";

describe("allergies and problems", () => {
  test("[IM-5] active entries go into the statement, ended ones into the archive", () => {
    const draft = only(
      "patient",
      plan(
        patient,
        allergy,
        { ...allergy, id: "b", clinicalStatus: coded("resolved") },
        {
          ...allergy,
          id: "c",
          verificationStatus: coded("entered-in-error"),
        },
      ),
    );
    expect(entriesOf(draft, "prescribing", "allergies")).toMatchObject([
      { reference: "AllergyIntolerance/a" },
    ]);
    expect(Object.values(draft.archive["prescribing"] ?? {})).toMatchObject([
      { clinicalStatus: "resolved" },
      { verificationStatus: "entered-in-error" },
    ]);
  });

  test("[IM-5] what has no status is not taken to be over, nor confirmed", () => {
    const {
      clinicalStatus: _clinical,
      verificationStatus: _verification,
      ...bare
    } = allergy;
    const condition = {
      resourceType: "Condition",
      id: "d",
      code: { text: "asthma" },
      subject,
    };
    const draft = only(
      "patient",
      plan(patient, bare, condition, {
        ...condition,
        id: "e",
        abatementDateTime: "2001",
      }),
    );
    expect(entriesOf(draft, "prescribing", "allergies")).toMatchObject([
      { clinicalStatus: "active", verificationStatus: "unconfirmed" },
    ]);
    expect(entriesOf(draft, "prescribing", "problems")).toMatchObject([
      { clinicalStatus: "active" },
    ]);
    expect(Object.values(draft.archive["prescribing"] ?? {})).toMatchObject([
      { clinicalStatus: "resolved" },
    ]);
  });

  test("[IM-5] no known allergy is an entry; beside an allergy it does not stand, in whatever order they come", () => {
    const none = {
      ...allergy,
      id: "n",
      category: undefined,
      code: { coding: [{ system: snomed, code: "716186003" }] },
    };
    expect(
      entriesOf(
        only("patient", plan(patient, none)),
        "prescribing",
        "allergies",
      ),
    ).toHaveLength(1);
    for (const order of [
      [none, allergy],
      [allergy, none],
    ]) {
      const result = plan(patient, ...order);
      expect(outcomesOf(result)).toMatchObject({
        "AllergyIntolerance/a": "mapped",
        "AllergyIntolerance/n": "failed: contradicts-allergies",
      });
      expectValidDraft(only("patient", result));
    }
  });

  test("[IM-3] without its patient, a clinical resource fails", () => {
    const lost = { ...allergy, patient: { reference: "Patient/nobody" } };
    expect(outcomesOf(plan(patient, lost))).toMatchObject({
      "AllergyIntolerance/a": "failed: subject-not-found",
    });
  });

  test("[IM-6] a broken element fails an allergy, and a modifier extension fails anything", () => {
    const results = outcomesOf(
      plan(
        patient,
        { ...allergy, criticality: "very" },
        { ...allergy, id: "b", code: undefined },
        { ...request, modifierExtension: [{ url: "urn:not" }] },
      ),
    );
    expect(results).toMatchObject({
      "AllergyIntolerance/a": "failed: invalid-element",
      "AllergyIntolerance/b": "failed: missing-element",
      "MedicationRequest/m": "failed: modifier-extension",
    });
  });
});
