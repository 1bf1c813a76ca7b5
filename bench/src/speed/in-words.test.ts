import { expect, test } from "vitest";

import type { BenchReport } from "./benchmark.ts";
import { amount, inMarkdown, inWords } from "./in-words.ts";

const report: BenchReport = {
  name: "storm",
  goal: "at least twice as fast",
  work: "2 devices.",
  ratios: { peer: 12.34, slow: "> 60" },
  figures: {
    "suture: done": {
      median: 950,
      lowest: 912.3,
      highest: 1_250,
      unit: "ms",
      rounds: 5,
    },
    "peer: done": {
      median: 11_723,
      lowest: 11_000,
      highest: 12_000,
      unit: "ms",
      rounds: 5,
    },
    "suture: memory": {
      median: 98_765_432,
      lowest: 98_765_432,
      highest: 98_765_432,
      unit: "bytes",
      rounds: 1,
    },
  },
};

test("[BE-5] a report is told as a table that says what was done, by whom, with the spread", () => {
  expect(inWords(report)).toBe(
    `storm: 2 devices.

goal: at least twice as fast

done
  suture   950 ms   912 ms to 1.25 s in 5 rounds
  peer     11.7 s       11 s to 12 s in 5 rounds

memory
  suture   98.8 MB   once

Suture against each (above 1 is better for Suture; one that took 60 times as long was stopped)
  peer   12.3×
  slow   > 60×`,
  );
});

test("[BE-5] a report has a page of its own", () => {
  const page = inMarkdown(report);
  expect(page).toContain("| done | peer | 11.7 s | 11 s to 12 s in 5 rounds |");
  expect(page).toContain("| slow | > 60× |");
});

test("[BE-15] one that was not warmed is told in words", () => {
  const ratios = { cold: "not warmed" };
  expect(inMarkdown({ ...report, ratios })).toContain("| cold | not warmed |");
});

test.each([
  [0.5, "ms", "0.5 ms"],
  [999.6, "ms", "1,000 ms"],
  [1_000, "ms", "1 s"],
  [123_456, "ms", "123 s"],
  [512, "bytes", "512 B"],
  [2_048, "bytes", "2.05 KB"],
  [45_678.9, "per second", "45,679/s"],
  [12.3456, "µs", "12.3 µs"],
  [3, "messages", "3 messages"],
  [1.0349, "", "1.03"],
] as const)("[BE-5] %d %s reads %s", (value, unit, text) => {
  expect(amount(value, unit)).toBe(text);
});
