/** What the parts of the groups say while they are contested, and what a group refuses to hold together. */
import { describe, expect, test } from "vitest";
import fc from "fast-check";

import { roles } from "../access/role.ts";
import type { Allergy } from "../fhir/allergy.ts";
import type { PartReplaced, SafetyTest } from "../fhir/task.ts";
import { appointment } from "./appointment.ts";
import { equipment } from "./equipment.ts";
import { member } from "./member.ts";
import { patient } from "./patient.ts";
import { serviceJob, workDigest } from "./service-job.ts";

const snomed = "http://snomed.info/sct";
const first = "018f3b62-0000-8000-8000-000000000001";
const second = "018f3b62-0000-8000-8000-000000000002";

function allergy(code: string, more: Partial<Allergy> = {}): Allergy {
  return {
    clinicalStatus: "active",
    verificationStatus: "confirmed",
    code: { coding: [{ system: snomed, code }] },
    ...more,
  };
}

describe("no known allergy", () => {
  const penicillin = allergy("764146007", { category: ["medication"] });
  const peanut = allergy("91935009", { category: ["food"] });
  const latex = allergy("1003755004");
  const check = (...allergies: readonly Allergy[]) =>
    patient.groups.prescribing.check?.({
      medications: {},
      problems: {},
      pregnancy: null,
      allergies: Object.fromEntries(
        allergies.map((entry, index) => [index === 0 ? first : second, entry]),
      ),
    });

  test.each([
    ["no known allergy", "716186003", [penicillin, peanut, latex], []],
    ["no known drug allergy", "409137002", [penicillin], [peanut, latex]],
    ["no known food allergy", "429625007", [peanut], [penicillin, latex]],
    ["no known latex allergy", "716184000", [latex], [penicillin, peanut]],
  ])(
    "[RC-7] %s contradicts the allergies it denies, and no others",
    (_name, code, denied, compatible) => {
      for (const entry of denied)
        expect(check(allergy(code), entry)).not.toBeNull();
      for (const entry of compatible)
        expect(check(allergy(code), entry)).toBeNull();
      expect(check(allergy(code))).toBeNull();
    },
  );

  test("[RC-7] two assertions stand together, and an allergy list without one is fine", () => {
    expect(check(allergy("716186003"), allergy("409137002"))).toBeNull();
    expect(check(penicillin, peanut)).toBeNull();
    expect(check()).toBeNull();
  });
});

describe("a service job", () => {
  const part: PartReplaced = {
    kind: "part",
    status: "active",
    code: { text: "battery" },
    quantity: 1,
  };
  const none: PartReplaced = { kind: "none", status: "active" };
  const safetyTest: SafetyTest = {
    result: "passed",
    protocol: "IEC 62353",
    measurements: [{ name: "earth leakage", value: "87 µA" }],
    at: "2024-03-01T10:00:00Z",
  };
  const check = serviceJob.groups.service.check;
  const at = "2024-03-01T10:05:00Z";

  test("[RC-8] says that parts were replaced or that none was, never both", () => {
    const both = { [first]: part, [second]: none };
    expect(
      check?.({ partsReplaced: both, safetyTest, completion: null }),
    ).not.toBeNull();
    for (const entry of [part, none])
      expect(
        check?.({
          partsReplaced: { [first]: entry },
          safetyTest,
          completion: null,
        }),
      ).toBeNull();
  });

  test("[RC-8] completes only with a word about parts, and with the digest of what it closes", () => {
    const work = { partsReplaced: { [first]: none }, safetyTest };
    const closes = workDigest(work);
    expect(check?.({ ...work, completion: { at, closes } })).toBeNull();
    expect(
      check?.({ ...work, safetyTest: null, completion: { at, closes } }),
    ).not.toBeNull();
    expect(
      check?.({
        ...work,
        partsReplaced: { [first]: part },
        completion: { at, closes },
      }),
    ).not.toBeNull();
    const nothing = { partsReplaced: {}, safetyTest };
    expect(
      check?.({
        ...nothing,
        completion: { at, closes: workDigest(nothing) },
      }),
    ).not.toBeNull();
  });

  test("[RC-9] that is contested cannot be closed", () => {
    const { completion } = serviceJob.groups.service.parts;
    expect(
      completion.cautious?.([{ at, closes: "0".repeat(64) }, null]),
    ).toBeNull();
  });
});

describe("while contested", () => {
  test("[RC-9] a member has the lesser rights", () => {
    const { parts } = member.groups.membership;
    expect(
      parts.roles.cautious?.([
        ["admin", "clinician"],
        ["clinician", "manager"],
      ]),
    ).toEqual(["clinician"]);
    expect(parts.teams.cautious?.([[], []])).toEqual([]);
    expect(parts.active.cautious?.([true, false])).toBe(false);
  });

  test("[RC-9] the lesser rights are within every candidate's", () => {
    const roleList = fc.uniqueArray(fc.constantFrom(...roles));
    fc.assert(
      fc.property(fc.array(roleList, { minLength: 1 }), (lists) => {
        const safe =
          member.groups.membership.parts.roles.cautious?.(lists) ?? roles;
        for (const list of lists)
          expect(list).toEqual(expect.arrayContaining([...safe]));
      }),
    );
  });

  test("[RC-9] equipment is as unfit as the worst candidate says, and quarantined if any says so", () => {
    const { parts } = equipment.groups.fitness;
    expect(
      parts.operationalStatus.cautious?.([
        "restricted",
        "out-of-service",
        "in-service",
      ]),
    ).toBe("out-of-service");
    const early = { reason: "smoke", since: "2024-01-01" };
    const late = { reason: "recall", since: "2024-02-01" };
    expect(parts.quarantine.cautious?.([late, null, early])).toEqual(early);
    expect(parts.quarantine.cautious?.([null, null])).toBeNull();
  });

  test("[RC-9] a patient may be pregnant if any candidate says so", () => {
    const { pregnancy } = patient.groups.prescribing.parts;
    const not = { status: "not-pregnant" } as const;
    const pregnant = { status: "pregnant" } as const;
    expect(pregnancy.cautious?.([not, pregnant])).toEqual(pregnant);
    expect(pregnancy.cautious?.([not, null])).toBeNull();
    expect(pregnancy.cautious?.([not, not])).toEqual(not);
  });
});

describe("an appointment", () => {
  const { slot } = appointment.groups;

  test("[RC-10] that is booked has an interval, half-open and not empty", () => {
    const { schema } = slot.parts.period;
    const start = "2024-03-01T09:00:00.000Z";
    expect(
      schema.safeParse({ start, end: "2024-03-01T09:15:00.000Z" }).success,
    ).toBe(true);
    expect(schema.safeParse({ start, end: start }).success).toBe(false);
    expect(
      schema.safeParse({ start, end: "2024-03-01T11:15:00+02:00" }).success,
    ).toBe(false);
    expect(
      slot.check?.({ status: "booked", period: null, participants: {} }),
    ).not.toBeNull();
    expect(
      slot.check?.({ status: "proposed", period: null, participants: {} }),
    ).toBeNull();
  });

  test("[RC-10] to which somebody came is not one to which nobody came", () => {
    const { order } = appointment.fields.attendance;
    expect(order.indexOf("arrived")).toBeGreaterThan(order.indexOf("noshow"));
    expect(order.at(-1)).toBe("fulfilled");
  });
});

test("[RC-2] a list of roles or teams has one order, so that equal rights have equal digests", () => {
  const { schema } = member.groups.membership.parts.roles;
  expect(schema.safeParse(["admin", "clinician"]).success).toBe(true);
  expect(schema.safeParse(["clinician", "admin"]).success).toBe(false);
  expect(schema.safeParse(["admin", "admin"]).success).toBe(false);
  expect(schema.safeParse(["surgeon"]).success).toBe(false);
});
