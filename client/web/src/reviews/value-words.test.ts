import { expect, test } from "vitest";

import { en } from "../text/en.ts";
import { valueWords } from "./value-words.ts";
import type { Names } from "./word-parts.ts";

const names: Names = {
  text: en.values,
  record: (id) => `record ${id}`,
  instant: (text) => `at ${text}`,
};
const say = (name: string, value: unknown) => valueWords(name, value, names);

test("[AP-64] what records hold is said in words", () => {
  expect(say("partsReplaced", { kind: "none", status: "active" })).toBe("None");
  expect(
    say("partsReplaced", {
      kind: "part",
      status: "active",
      code: { text: "Coil assembly" },
      quantity: 3,
    }),
  ).toBe("Coil assembly × 3");
  expect(
    say("medications", {
      status: "active",
      code: { coding: [{ code: "1191", display: "aspirin" }] },
      source: { kind: "request" },
      dosage: [
        {
          doseAndRate: [{ doseQuantity: { value: "100", unit: "mg" } }],
          timing: { frequency: 2, period: "1", periodUnit: "d" },
        },
      ],
    }),
  ).toBe("aspirin · 100 mg · 2 times a day");
  expect(
    say("allergies", {
      clinicalStatus: "active",
      verificationStatus: "unconfirmed",
      criticality: "high",
      code: { text: "penicillin" },
      reaction: [{ manifestation: [{ text: "rash" }], severity: "mild" }],
    }),
  ).toBe("penicillin · high risk · unconfirmed · rash · mild");
  expect(say("safetyTest", null)).toBe("No safety test");
  expect(say("roles", ["admin", "auditor"])).toBe("administrator, auditor");
  expect(say("active", false)).toBe("may not sign in");
});

test("[AP-64] nothing that a value says is left out: what has no words of its own is told with its names", () => {
  expect(
    say("partsReplaced", {
      kind: "part",
      status: "active",
      code: { text: "Fan" },
      quantity: 1,
      serialNumbers: ["F-1"],
      note: "left side",
    }),
  ).toBe("Fan × 1 · serial numbers: F-1; note: left side");
  expect(
    say("medications", {
      status: "on-hold",
      doNotPerform: true,
      code: { text: "warfarin" },
      source: { kind: "statement" },
      dosage: [{ asNeeded: { text: "pain" }, maxDosePerDay: 3 }],
    }),
  ).toBe(
    "DO NOT GIVE · warfarin · as needed: pain; max dose per day: 3 · on hold",
  );
  expect(
    say("somethingNew", { when: "2026-03-02T09:00:00Z", isLoud: true }),
  ).toBe("when: at 2026-03-02T09:00:00Z; is loud: yes");
});
