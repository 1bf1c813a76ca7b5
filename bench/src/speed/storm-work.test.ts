import { isRecordId } from "@suture/schema";
import { expect, test } from "vitest";

import { clinicOf, editCount, stormWork } from "./storm-work.ts";

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
