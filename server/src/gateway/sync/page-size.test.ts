import { limits } from "@suture/schema";
import { expect, test } from "vitest";
import { PageSize } from "./page-size.ts";

/** Sizes of pages on a line, a page a turn, where each takes as long as its bytes. */
function pagesOver(bytesPerSecond: number, count: number): readonly number[] {
  let nowMs = 0;
  const size = new PageSize({ elapsedMs: () => nowMs });
  return Array.from({ length: count }, () => {
    const { limitBytes } = size.next();
    size.noteSent();
    nowMs += (limitBytes / bytesPerSecond) * 1_000;
    return limitBytes;
  });
}

test("[SY-30] pages grow while the device asks for the next at once, up to the limit", () => {
  const sizes = pagesOver(10_000_000, 10);
  expect(sizes[0]).toBe(24 * 1024);
  expect(sizes[1]).toBe(48 * 1024);
  expect(sizes.at(-1)).toBe(limits.maxPageBytes);
});

test("[SY-30] on a slow line they are such that each takes a few seconds", () => {
  for (const bytesPerSecond of [1_500, 3_000, 8_000, 20_000, 60_000]) {
    const sizes = pagesOver(bytesPerSecond, 20);
    expect(sizes[0]).toBeLessThan(15 * 2 * 1024);
    const tookS = (sizes.at(-1) ?? 0) / bytesPerSecond;
    expect(tookS).toBeGreaterThan(0.3);
    expect(tookS).toBeLessThanOrEqual(4);
  }
});

test("[SY-30] rows count, also without their bytes; a time without pages says nothing", () => {
  let nowMs = 0;
  const size = new PageSize({ elapsedMs: () => nowMs });
  expect(size.next().limitChanges).toBe(384);
  nowMs += 3_600_000;
  expect(size.next().limitBytes).toBe(24 * 1024);
  for (let page = 0; page < 9; page += 1) {
    size.noteSent();
    size.next();
  }
  expect(size.next().limitChanges).toBe(limits.maxPageChanges);
});
