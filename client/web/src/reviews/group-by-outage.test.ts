import { deviceIdSchema, type Priority } from "@suture/schema";
import { expect, test } from "vitest";

import { groupByOutage } from "./group-by-outage.ts";

const ward = deviceIdSchema.parse("00000000-0000-4000-8000-000000000001");
const phone = deviceIdSchema.parse("00000000-0000-4000-8000-000000000002");
const nineMs = Date.UTC(2026, 2, 2, 9);
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** A question about something that was signed at nine on a device and came to the server so much later. */
function question(
  name: string,
  priority: Priority,
  deviceId: typeof ward,
  afterMs: number | null,
) {
  const admittedAtMs = afterMs === null ? null : nineMs + afterMs;
  return {
    name,
    priority,
    openedAtMs: admittedAtMs,
    signed: [{ deviceId, authoredAtMs: nineMs, admittedAtMs }],
  };
}

test("[AP-61] care and safety come first, and together what came back together", () => {
  const sections = groupByOutage([
    question("parts, with the ward", 1, ward, 5 * hourMs),
    question("dose, at once", 0, phone, 30_000),
    question("dose, with the ward", 0, ward, 5 * hourMs + minuteMs),
    question("allergy, with the phone", 0, phone, 5 * hourMs + 4 * minuteMs),
    question("dose, the day before", 0, ward, 2 * hourMs),
    question("seen here only", 0, phone, null),
  ]);
  expect(
    sections.map(({ isSafety, outages }) => ({
      isSafety,
      outages: outages.map(({ items }) => items.map(({ name }) => name)),
    })),
  ).toEqual([
    {
      isSafety: true,
      outages: [
        ["dose, the day before"],
        ["dose, with the ward", "allergy, with the phone"],
        ["dose, at once", "seen here only"],
      ],
    },
    { isSafety: false, outages: [["parts, with the ward"]] },
  ]);
  expect(sections[0]?.outages[1]).toMatchObject({
    awayFromMs: nineMs,
    backFromMs: nineMs + 5 * hourMs + minuteMs,
    backToMs: nineMs + 5 * hourMs + 4 * minuteMs,
    deviceIds: [ward, phone],
  });
  expect(sections[0]?.outages[2]?.awayFromMs).toBeNull();
});
