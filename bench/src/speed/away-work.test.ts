import { expect, test } from "vitest";

import { broughtRecords, missedRecords } from "./away-work.ts";
import { stormWork } from "./storm-work.ts";

const work = stormWork({ devices: 5, recordsPerDevice: 4, editsPerRecord: 1 });

test("[BE-6] who was away missed its colleague's edits first, and brings its own", () => {
  const away = { missed: 3, brought: 2 };
  expect(missedRecords(work, away).map(({ device }) => device)).toEqual([
    1, 1, 1,
  ]);
  expect(broughtRecords(work, away).map(({ device }) => device)).toEqual([
    0, 0,
  ]);
  const nothing = { missed: 0, brought: 0 };
  expect(missedRecords(work, nothing)).toEqual([]);
  expect(broughtRecords(work, nothing)).toEqual([]);
});

test("[BE-6] a new device has missed everything", () => {
  const missed = missedRecords(work, { missed: 100, brought: 0 });
  expect(new Set(missed)).toEqual(new Set(work.records));
});
