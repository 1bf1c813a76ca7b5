import type { Random } from "@suture/schema";
import { expect, test } from "vitest";

import { createBackoff, firstCeilingMs, lastCeilingMs } from "./backoff.ts";

const always = (byte: number): Random => ({
  bytes: (length) => new Uint8Array(length).fill(byte),
});

test("[SY-20] the wait doubles its ceiling up to a minute, and is anywhere below it", () => {
  const latest = createBackoff(always(0xff));
  const waits = Array.from({ length: 10 }, () => latest.next());
  expect(waits.slice(0, 4)).toEqual([999, 1_999, 3_999, 7_999]);
  expect(waits.at(-1)).toBe(lastCeilingMs - 1);
  const earliest = createBackoff(always(0));
  expect(Array.from({ length: 10 }, () => earliest.next())).toEqual(
    Array<number>(10).fill(0),
  );
});

test("[SY-20] progress starts the waits over", () => {
  const backoff = createBackoff(always(0xff));
  for (let attempt = 0; attempt < 8; attempt += 1) backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(firstCeilingMs - 1);
});
