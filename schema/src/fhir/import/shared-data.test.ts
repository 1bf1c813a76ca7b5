/** Real files, where they are at hand: beside the repository, in `../shared/data`. Their README says which traps they set. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test, type TestContext } from "vitest";

import { recordIdFromBytes } from "../../ids.ts";
import { expectValidDraft } from "./draft.contract.ts";
import { readFhirFile, type FileContents } from "./fhir-source.ts";
import { mapFhir, type ImportPlan } from "./import-fhir.ts";

const sharedData = new URL("../../../../../shared/data/", import.meta.url);
const organizationId = recordIdFromBytes(new Uint8Array(16).fill(7));

/** Announces plainly that there is nothing to test with; the small fixtures beside this file prove the rules anyway. */
function needsSharedData({ skip }: TestContext): void {
  skip(!existsSync(sharedData), "shared sample data is not here");
}

function readFolder(folder: string): readonly FileContents[] {
  const at = new URL(`${folder}/`, sharedData);
  return readdirSync(at)
    .filter((name) => name.endsWith("json"))
    .toSorted()
    .map((name) =>
      readFhirFile({
        name,
        text: readFileSync(new URL(encodeURIComponent(name), at), "utf8"),
      }),
    );
}

function planOf(...folders: readonly string[]): ImportPlan {
  const resources = folders
    .flatMap(readFolder)
    .flatMap((contents) => contents.resources);
  return mapFhir(resources, { organizationId });
}

/** `Type outcome reason`: how often, without the resource types nobody takes. */
function tally({ outcomes }: ImportPlan): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { resource, outcome } of outcomes) {
    const reason = "reason" in outcome ? ` ${outcome.reason}` : "";
    if (reason === " resource-type") continue;
    const key = `${resource.resourceType} ${outcome.kind}${reason}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe("the shared sample data", () => {
  test("[IM-7] the bulk export is taken whole: conditional and logical references, 1,745 medications", (context) => {
    needsSharedData(context);
    const plan = planOf("synthea-bulk-10");
    expect(tally(plan)).toEqual({
      "AllergyIntolerance mapped": 11,
      "Condition mapped": 555,
      "Device mapped": 16,
      "Encounter mapped": 1215,
      "Location mapped": 43,
      "Location skipped no-team": 1,
      "MedicationRequest mapped": 1745,
      "Organization mapped": 43,
      "Patient mapped": 13,
      "Practitioner mapped": 43,
      "PractitionerRole mapped": 43,
    });
    expect(plan.warnings).toEqual([]);
    const patients = plan.drafts.filter(({ type }) => type === "patient");
    const active = patients.flatMap(({ groups }) =>
      Object.keys(groups["prescribing"]?.["medications"] ?? {}),
    );
    expect(active).toHaveLength(23);
    const attendance = plan.drafts
      .filter(({ type }) => type === "appointment")
      .map(({ fields }) => fields["attendance"]);
    expect(new Set(attendance)).toEqual(new Set(["fulfilled"]));
  });

  test("[IM-7] the bundles are taken through their urn:uuid references", (context) => {
    needsSharedData(context);
    const plan = planOf("synthea-bundles-r4");
    expect(tally(plan)).toEqual({
      "AllergyIntolerance mapped": 7,
      "Condition mapped": 15,
      "Encounter mapped": 38,
      "MedicationRequest mapped": 16,
      "Observation mapped": 17,
      "Observation skipped not-a-measurement-we-take": 132,
      "Organization mapped": 4,
      "Patient mapped": 3,
      "Practitioner mapped": 4,
    });
    expect(plan.warnings).toEqual([]);
  });

  test("[IM-7] HL7's examples are taken in spite of references that dangle and elements that are not there", (context) => {
    needsSharedData(context);
    const plan = planOf("hl7-r4-examples");
    expect(tally(plan)).toEqual({
      "AllergyIntolerance mapped": 6,
      "Appointment mapped": 3,
      "Device mapped": 2,
      "Encounter mapped": 10,
      "Location mapped": 4,
      "Location skipped no-team": 2,
      "Medication mapped": 1,
      "Medication skipped unused": 22,
      "MedicationRequest mapped": 40,
      "MedicationStatement mapped": 7,
      "Organization mapped": 13,
      "Patient mapped": 22,
      "Practitioner mapped": 14,
      "PractitionerRole mapped": 1,
      "ServiceRequest skipped not-on-equipment": 20,
      "Task skipped not-on-equipment": 12,
    });
    expect(
      plan.warnings.filter(({ code }) => code === "unresolved-reference"),
    ).toHaveLength(4);
    expect(
      plan.warnings.filter(({ code }) => code === "dropped-element"),
    ).toHaveLength(3);
  });

  test("[IM-7] everything together is valid, within the limits, the same every time, and has no two records of one id", (context) => {
    needsSharedData(context);
    const folders = [
      "hl7-r4-examples",
      "synthea-bulk-10",
      "synthea-bundles-r4",
    ];
    expect(
      folders.flatMap(readFolder).flatMap(({ unreadable }) => unreadable),
    ).toEqual([]);
    const plan = planOf(...folders);
    for (const draft of plan.drafts) expectValidDraft(draft);
    expect(new Set(plan.drafts.map(({ recordId }) => recordId)).size).toBe(
      plan.drafts.length,
    );
    expect(planOf(...folders).drafts).toEqual(plan.drafts);
  });
});
