/** Small resources of our own, and the questions that tests ask of what becomes of them. */
import { recordIdFromBytes } from "../../ids.ts";
import { readFhirFile } from "./fhir-source.ts";
import { mapFhir, type ImportPlan } from "./import-fhir.ts";
import type { RecordDraft } from "./record-draft.ts";

export type Resource = Readonly<Record<string, unknown>> & {
  readonly resourceType: string;
};

export const organizationId = recordIdFromBytes(new Uint8Array(16).fill(9));
export const snomed = "http://snomed.info/sct";
export const coded = (code: string) => ({ coding: [{ code }] });
export const subject = { reference: "Patient/p" };
export const patient = {
  resourceType: "Patient",
  id: "p",
  name: [{ family: "Moyo", given: ["Tendai"] }],
  birthDate: "1980-02",
  gender: "female",
};
export const clinic = {
  resourceType: "Organization",
  id: "c",
  name: "Hill Clinic",
};
export const allergy = {
  resourceType: "AllergyIntolerance",
  id: "a",
  clinicalStatus: coded("active"),
  verificationStatus: coded("confirmed"),
  category: ["medication"],
  code: { text: "penicillin" },
  patient: subject,
};
export const request = {
  resourceType: "MedicationRequest",
  id: "m",
  status: "active",
  intent: "order",
  medicationCodeableConcept: { text: "amoxicillin 250 mg" },
  subject,
};

export function plan(...resources: readonly Resource[]): ImportPlan {
  const text = resources.map((resource) => JSON.stringify(resource)).join("\n");
  return mapFhir(readFhirFile({ name: "all.ndjson", text }).resources, {
    organizationId,
  });
}

export function only(type: string, { drafts }: ImportPlan): RecordDraft {
  const [draft, ...others] = drafts.filter(
    (candidate) => candidate.type === type,
  );
  if (draft === undefined || others.length > 0)
    throw new Error(`${others.length + 1} drafts of ${type}`);
  return draft;
}

export function entriesOf(
  draft: RecordDraft,
  group: string,
  part: string,
): readonly unknown[] {
  return Object.values(draft.groups[group]?.[part] ?? {});
}

export function outcomesOf({
  outcomes,
}: ImportPlan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    outcomes.map(({ resource, outcome }) => [
      resource.name,
      "reason" in outcome ? `${outcome.kind}: ${outcome.reason}` : outcome.kind,
    ]),
  );
}
