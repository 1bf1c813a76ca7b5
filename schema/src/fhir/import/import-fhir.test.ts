import { describe, expect, test } from "vitest";
import fc from "fast-check";

import { expectValidDraft } from "./draft.contract.ts";
import { type ImportPlan } from "./import-fhir.ts";
import {
  subject,
  patient,
  clinic,
  allergy,
  request,
  plan,
  type Resource,
} from "./small-import.contract.ts";

describe("any input", () => {
  const everything: readonly Resource[] = [
    patient,
    clinic,
    allergy,
    request,
    {
      resourceType: "Practitioner",
      id: "d",
      name: [{ text: "Dr. Ncube" }],
      qualification: [{ code: { text: "MD" } }],
    },
    {
      resourceType: "Location",
      id: "1",
      name: "Room 1",
      managingOrganization: { reference: "Organization/c" },
    },
    {
      resourceType: "Device",
      id: "x",
      status: "active",
      type: { text: "pump" },
      note: [{ text: "old" }],
      patient: subject,
    },
    {
      resourceType: "Task",
      id: "t",
      status: "accepted",
      intent: "order",
      focus: { reference: "Device/x" },
      priority: "stat",
    },
    {
      resourceType: "Encounter",
      id: "e",
      status: "finished",
      class: { code: "AMB" },
      subject,
      period: { start: "2024-03-01T09:00:00Z", end: "2024-03-01T09:20:00Z" },
    },
    { resourceType: "Condition", id: "k", code: { text: "asthma" }, subject },
    { resourceType: "Claim", id: "z" },
  ];

  test("[IM-4] the order of the resources makes no difference to the drafts", () => {
    const pieces = (result: ImportPlan) =>
      result.drafts.map(({ origins: _origins, ...draft }) => draft);
    const expected = pieces(plan(...everything));
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...everything], { minLength: everything.length }),
        (shuffled) => {
          expect(pieces(plan(...shuffled))).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("[IM-6] whatever stands in an element, every resource has an outcome and every draft is valid", () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(
        "\ud800",
        "constructor",
        "2016-12-31T23:59:60Z",
        { reference: "Patient/p" },
        [{ coding: [{ code: "active" }] }],
      ),
    );
    const change = fc.record({
      index: fc.nat(everything.length - 1),
      member: fc.nat(8),
      value,
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
        const resources = everything.map((resource) => ({ ...resource }));
        for (const { index, member, value: broken } of changes) {
          const resource: Record<string, unknown> | undefined =
            resources[index];
          const keys = Object.keys(resource ?? {}).filter(
            (key) => key !== "resourceType",
          );
          if (resource !== undefined)
            resource[keys[member % keys.length] ?? "id"] = broken;
        }
        const result = plan(...resources);
        for (const draft of result.drafts) expectValidDraft(draft);
        for (const { origins } of result.drafts)
          for (const found of Object.values(origins))
            for (const index of found)
              expect(result.outcomes[index]).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});
