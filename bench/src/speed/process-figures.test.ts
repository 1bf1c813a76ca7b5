import { expect, test } from "vitest";

import { cpuUsedMs } from "./cpu-used.ts";
import { peakMemoryBytes } from "./peak-memory.ts";

const isLinux = process.platform === "linux";

test("[BE-8] what a server used is read from the system: memory at most, and time on all cores", async () => {
  const memory = await peakMemoryBytes(process.pid);
  const cpu = await cpuUsedMs(process.pid);
  if (!isLinux) {
    expect([memory, cpu]).toEqual([undefined, undefined]);
    return;
  }
  expect(memory).toBeGreaterThan(10_000_000);
  expect(cpu).toBeGreaterThan(0);
  const { user, system } = process.cpuUsage();
  expect(cpu).toBeLessThanOrEqual((user + system) / 1_000 + 20);
});

test("[BE-8] of a process that is gone there is nothing to read", async () => {
  expect(await peakMemoryBytes(0)).toBeUndefined();
  expect(await cpuUsedMs(0)).toBeUndefined();
});
