import { beforeAll, expect, test } from "vitest";

import {
  hospitalDefaults,
  runHospital,
  type HospitalReport,
} from "./run-hospital.ts";

let report: HospitalReport;

beforeAll(async () => {
  report = await runHospital({
    ...hospitalDefaults,
    deviceCount: 20,
    work: { ...hospitalDefaults.work, criticalShare: 0.075 },
  });
});

test("[WO-70] a hospital that was silent for hours comes back in one second, and converges", () => {
  expect(report.writes).toEqual({ all: 80, critical: 6, contested: 4 });
  expect(report.convergedAfterMs).toBeLessThan(10 * 60_000);
  expect(report.difference).toBeNull();
});

test("[WO-71] every critical write becomes safe, before most others are", () => {
  const { critical, all, unsafeCount } = report.timeToSafeMs;
  expect(unsafeCount).toBe(0);
  expect(critical.count).toBe(6);
  expect(critical.p50).toBeGreaterThan(0);
  expect(critical.max).toBeLessThanOrEqual(all.max);
});
