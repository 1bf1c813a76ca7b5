import { describe, expect, test } from "vitest";

import { allergySchema, isAllergyEnded } from "./allergy.ts";
import { shortTextSchema } from "./bounded-text.ts";
import { codeableConceptSchema } from "./codeable-concept.ts";
import { dateSchema, dateTimeSchema, utcInstantSchema } from "./date-time.ts";
import { dosageSchema } from "./dosage.ts";
import { humanNameSchema } from "./human-name.ts";
import { isMedicationEnded, medicationStatusSchema } from "./medication.ts";
import { participantSchema } from "./participant.ts";
import { isProblemEnded, problemSchema } from "./problem.ts";
import { decimalSchema } from "./quantity.ts";
import { taskStatusSchema } from "./task.ts";

describe("dates", () => {
  test.each(["1927", "1927-05", "1927-05-21", "2024-02-29", "2000-02-29"])(
    "[RC-11] %s is a date",
    (text) => expect(dateSchema.safeParse(text).success).toBe(true),
  );
  test.each([
    "2023-02-29",
    "1900-02-29",
    "2024-13",
    "2024-1-1",
    "0000",
    "21.05.1927",
    "2024-05-21T10:00:00Z",
  ])("[RC-11] %s is none", (text) =>
    expect(dateSchema.safeParse(text).success).toBe(false),
  );
  test.each(["2015-08-06T15:37:31-06:00", "2020-01-01T00:00:00.000Z", "1928"])(
    "[RC-11] %s is a dateTime",
    (text) => expect(dateTimeSchema.safeParse(text).success).toBe(true),
  );
  test.each([
    "2015-08-06T15:37-06:00",
    "2015-08-06T15:37:31",
    "2015-08T15:37:31Z",
    "2015-08-06 15:37:31Z",
  ])("[RC-11] %s is none", (text) =>
    expect(dateTimeSchema.safeParse(text).success).toBe(false),
  );
  test("[RC-11] an instant has one text", () => {
    const instant = new Date(Date.UTC(2024, 0, 31, 9)).toISOString();
    expect(utcInstantSchema.safeParse(instant).success).toBe(true);
    for (const other of [
      "2024-01-31T09:00:00Z",
      "2024-01-31T11:00:00.000+02:00",
      "2024-02-30T09:00:00.000Z",
    ])
      expect(utcInstantSchema.safeParse(other).success).toBe(false);
  });
});

describe("decimals and text", () => {
  test.each(["0", "-0.5", "1.10", "220", "0.000000000000000001"])(
    "[RC-12] %s is a decimal",
    (text) => expect(decimalSchema.safeParse(text).success).toBe(true),
  );
  test.each(["", ".5", "5.", "05", "1e3", "1,5", "+1", "NaN"])(
    "[RC-12] %j is none",
    (text) => expect(decimalSchema.safeParse(text).success).toBe(false),
  );
  test("[RC-12] a decimal is never a number", () => {
    expect(decimalSchema.safeParse(0.1).success).toBe(false);
  });
  test.each(["", "  ", "a\u0000b", "half \ud83d", "x".repeat(301)])(
    "[RC-12] a text has something to read, a bound, and no control characters (%#)",
    (text) => expect(shortTextSchema.safeParse(text).success).toBe(false),
  );
  test("[RC-12] line breaks and any script are text", () => {
    expect(shortTextSchema.safeParse("Mejía\n名前\t😀").success).toBe(true);
  });
});

describe("value sets", () => {
  test("[RC-13] a medication ends with FHIR's terminal statuses and with no other", () => {
    const ended = medicationStatusSchema.options.filter((status) =>
      isMedicationEnded({
        status,
        code: { text: "x" },
        source: { kind: "request" },
      }),
    );
    expect(ended).toEqual([
      "completed",
      "stopped",
      "cancelled",
      "not-taken",
      "entered-in-error",
    ]);
  });

  test("[RC-13] an allergy's or problem's clinical status is absent exactly when it was entered in error", () => {
    const code = { text: "penicillin" };
    const error = { code, verificationStatus: "entered-in-error" } as const;
    for (const schema of [allergySchema, problemSchema]) {
      expect(schema.safeParse(error).success).toBe(true);
      expect(
        schema.safeParse({ ...error, clinicalStatus: "active" }).success,
      ).toBe(false);
      expect(
        schema.safeParse({ code, verificationStatus: "confirmed" }).success,
      ).toBe(false);
    }
    expect(isAllergyEnded(error)).toBe(true);
    expect(isProblemEnded(error)).toBe(true);
  });

  test("[RC-13] unknown codes are refused", () => {
    expect(taskStatusSchema.safeParse("done").success).toBe(false);
    expect(
      allergySchema.safeParse({
        clinicalStatus: "active",
        verificationStatus: "confirmed",
        code: { text: "nuts" },
        criticality: "severe",
      }).success,
    ).toBe(false);
  });

  test("[RC-13] a concept, a name, a dosage and a participant say something", () => {
    for (const schema of [codeableConceptSchema, humanNameSchema, dosageSchema])
      expect(schema.safeParse({}).success).toBe(false);
    expect(
      participantSchema.safeParse({ kind: "patient", status: "accepted" })
        .success,
    ).toBe(false);
    expect(
      participantSchema.safeParse({
        kind: "location",
        status: "accepted",
        display: "Room 2",
      }).success,
    ).toBe(true);
  });
});
