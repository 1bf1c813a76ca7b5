import {
  changeHashSchema,
  recordIdFromBytes,
  type RecordId,
} from "@suture/schema";
import { expect, test } from "vitest";

import { RecentBytes } from "./recent-bytes.ts";

const record = (number: number): RecordId =>
  recordIdFromBytes(new Uint8Array(16).fill(number));
const change = (number: number, organizationId = record(0)) => ({
  organizationId,
  recordId: record(1),
  hash: changeHashSchema.parse(number.toString(16).padStart(64, "0")),
});
const bytes = (number: number, length = 10) =>
  new Uint8Array(length).fill(number);

test("[SY-5] what was admitted last is held, as it was, under its organization, record and hash", () => {
  const recent = new RecentBytes();
  const frame = bytes(1, 20);
  recent.note(change(1), frame.subarray(0, 10));
  frame.fill(9);
  expect(recent.bytesOf(change(1))).toEqual(bytes(1));
  expect(recent.bytesOf(change(1))?.buffer.byteLength).toBe(10);
  expect(recent.bytesOf(change(2))).toBeUndefined();
  expect(recent.bytesOf(change(1, record(2)))).toBeUndefined();
});

test("[SY-5] the longest held are let go of, and one that is noted again counts once", () => {
  const recent = new RecentBytes({ maxBytes: 30 });
  for (const number of [1, 2, 1, 3]) recent.note(change(number), bytes(number));
  expect(recent.bytesOf(change(2))).toEqual(bytes(2));
  recent.note(change(4), bytes(4));
  expect(recent.bytesOf(change(2))).toBeUndefined();
  expect(recent.bytesOf(change(1))).toEqual(bytes(1));
  recent.note(change(5), bytes(5, 31));
  for (const number of [1, 3, 4, 5])
    expect(recent.bytesOf(change(number))).toBeUndefined();
  recent.note(change(6), bytes(6));
  expect(recent.bytesOf(change(6))).toEqual(bytes(6));
});
