import { expect, test } from "vitest";

import {
  opIdOf,
  recordIdFromBytes,
  deviceIdSchema,
  entryIdSchema,
} from "../ids.ts";
import { appointment, type SlotStatus } from "../records/appointment.ts";
import type { Interval } from "../fhir/date-time.ts";
import type { Participant } from "../fhir/participant.ts";
import type { ContentOf } from "../records/define-record.ts";
import { busyIntervals, overlaps } from "./booking.ts";
import { readGroup } from "./read-group.ts";
import type { Content } from "./statement.ts";
import { attributionAt, entryIdAt } from "./written-history.test-support.ts";

type Slot = ContentOf<(typeof appointment)["groups"]["slot"]["parts"]>;

const nurse = recordIdFromBytes(new Uint8Array(16).fill(1));
const clinic = recordIdFromBytes(new Uint8Array(16).fill(2));
const room = entryIdSchema.parse(entryIdAt(9));

function slot(from: number, to: number, status: SlotStatus = "booked"): Slot {
  const at = (hour: number) =>
    `2026-03-01T${String(hour).padStart(2, "0")}:00:00.000Z`;
  const period: Interval = { start: at(from), end: at(to) };
  const present: readonly Participant[] = [
    { kind: "practitioner", recordId: nurse, status: "accepted" },
    { kind: "location", teamId: clinic, locationId: room, status: "accepted" },
    {
      kind: "patient",
      display: "a patient of another clinic",
      status: "accepted",
    },
    { kind: "equipment", recordId: clinic, status: "withdrawn" },
    {
      kind: "practitioner",
      recordId: clinic,
      status: "accepted",
      required: "information-only",
    },
  ];
  return {
    status,
    period,
    participants: Object.fromEntries(
      present.map((participant, n) => [entryIdAt(n), participant]),
    ),
  };
}

function read(...candidates: readonly Slot[]) {
  const opIds = candidates.map((_, n) => opIdOf(5, n, "ab".repeat(16)));
  return readGroup(appointment.groups.slot, opIds, {
    predOf: () => [],
    statementOf: (opId) => ({
      content: candidates[opIds.indexOf(opId)] as unknown as Content,
      attribution: {
        ...attributionAt(1),
        deviceId: deviceIdSchema.parse(entryIdAt(1)),
      },
    }),
  });
}

const hours = (reading: ReturnType<typeof read>) =>
  busyIntervals(reading).map(({ actor, startMs, endMs }) => [
    actor,
    new Date(startMs).getUTCHours(),
    new Date(endMs).getUTCHours(),
  ]);

test("[CF-17] whoever takes part and has a record is busy for the interval", () => {
  expect(hours(read(slot(9, 10)))).toEqual([
    [`location:${clinic}/${room}`, 9, 10],
    [`practitioner:${nurse}`, 9, 10],
  ]);
});

test("[CF-17] while a slot is contested every candidate's interval is busy, except where it is cancelled", () => {
  expect(
    hours(read(slot(9, 10), slot(11, 12))).filter(
      ([actor]) => actor === `practitioner:${nurse}`,
    ),
  ).toEqual(
    [
      [`practitioner:${nurse}`, 11, 12],
      [`practitioner:${nurse}`, 9, 10],
    ].sort((a, b) => Number(a[1]) - Number(b[1])),
  );
  expect(hours(read(slot(9, 10), slot(9, 10, "cancelled")))).toHaveLength(2);
});

test("[CF-17] a cancelled slot, one without a time and one nobody signed keep nobody", () => {
  expect(hours(read(slot(9, 10, "cancelled")))).toEqual([]);
  expect(hours(read({ ...slot(9, 10, "proposed"), period: null }))).toEqual([]);
  expect(hours(read())).toEqual([]);
  expect(hours(read(slot(9, 10, "proposed")))).toHaveLength(2);
});

test("[CF-17] intervals are half-open: back to back is no double booking", () => {
  const busy = (startMs: number, endMs: number, actor = "patient:a") => ({
    actor,
    startMs,
    endMs,
  });
  expect(overlaps(busy(0, 10), busy(10, 20))).toBe(false);
  expect(overlaps(busy(10, 20), busy(0, 10))).toBe(false);
  expect(overlaps(busy(0, 11), busy(10, 20))).toBe(true);
  expect(overlaps(busy(0, 30), busy(10, 20))).toBe(true);
  expect(overlaps(busy(0, 11), busy(10, 20, "patient:b"))).toBe(false);
});
