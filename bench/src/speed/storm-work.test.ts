import { isRecordId } from "@suture/schema";
import { expect, test } from "vitest";

import { clinicOf, editCount, ofShift, stormWork } from "./storm-work.ts";

test("[BE-6] the work is the same wherever it is made, with texts of its own in every edit", () => {
  const size = { devices: 10, recordsPerDevice: 3 };
  const work = stormWork(size);
  expect(stormWork(size)).toEqual(work);
  expect(work.records).toHaveLength(30);
  expect(editCount(work)).toBe(150);
  const texts = work.records.flatMap(({ edits }) =>
    edits.map(({ text }) => text),
  );
  expect(new Set(texts).size).toBe(150);
});

test("[BE-6] every record is of one device's clinic, and ends as its edits leave it", () => {
  const { records, clinics } = stormWork({ devices: 10, recordsPerDevice: 3 });
  expect(clinics).toBe(2);
  expect(new Set(records.map(({ id }) => id)).size).toBe(30);
  for (const { id, clinic, device, before, edits, after } of records) {
    expect(isRecordId(id)).toBe(true);
    expect(clinic).toBe(clinicOf(device));
    expect(edits).toHaveLength(5);
    const written = new Map(Object.entries(before));
    for (const { key, text } of edits) written.set(key, text);
    expect(after).toEqual(Object.fromEntries(written));
    expect(Object.keys(after)).toHaveLength(4);
  }
});

test("[BE-14] an early shift has clinics and records of its own, and leaves the measured work as it is without one", () => {
  const size = { devices: 10, recordsPerDevice: 3 };
  const work = stormWork({ ...size, earlyDevices: 5 });
  const [early, measured] = [ofShift(work, "early"), ofShift(work, "measured")];
  expect(early.devices).toEqual([10, 11, 12, 13, 14]);
  expect(measured.devices).toEqual(stormWork(size).devices);
  expect(measured.records).toEqual(stormWork(size).records);
  expect([...measured.records, ...early.records]).toEqual(work.records);
  expect(new Set(early.records.map(({ clinic }) => clinic))).toEqual(
    new Set([2]),
  );
  expect(editCount(early)).toBe(75);
  expect(work.clinics).toBe(3);
});
