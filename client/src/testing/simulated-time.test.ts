import fc from "fast-check";
import { expect, test } from "vitest";

import { SimulatedTime } from "./simulated-time.ts";

test("[WO-80] what is due runs in the order of its instants, at one instant in the order asked for, and never if cancelled", () => {
  const due = fc.record({
    delayMs: fc.integer({ min: -5, max: 20 }),
    isCancelled: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(due, { maxLength: 60 }), (dues) => {
      const time = new SimulatedTime(1_000);
      const ran: { readonly number: number; readonly atMs: number }[] = [];
      dues.forEach(({ delayMs, isCancelled }, number) => {
        const timer = time.after(delayMs, () =>
          ran.push({ number, atMs: time.nowMs }),
        );
        if (isCancelled) timer.cancel();
      });
      while (time.runNext());
      const expected = dues
        .map(({ delayMs, isCancelled }, number) => ({
          number,
          isCancelled,
          atMs: 1_000 + Math.max(0, delayMs),
        }))
        .filter(({ isCancelled }) => !isCancelled)
        .toSorted((one, other) => one.atMs - other.atMs)
        .map(({ number, atMs }) => ({ number, atMs }));
      expect(ran).toEqual(expected);
    }),
  );
});

test("[WO-80] time stands still until something is run, and skips nothing that is due", () => {
  const time = new SimulatedTime(0);
  time.after(100, () => undefined);
  expect([time.nowMs, time.nextAtMs]).toEqual([0, 100]);
  expect(() => time.skipTo(101)).toThrow("something happens before that");
  time.skipTo(100);
  expect(time.runNext()).toBe(true);
  expect([time.nowMs, time.nextAtMs, time.runNext()]).toEqual([
    100,
    undefined,
    false,
  ]);
});

test("[WO-80] an instant is a whole millisecond, as clocks give it, however long the wait was to be", () => {
  const time = new SimulatedTime(1_000);
  const instants: number[] = [];
  time.after(0.4, () => instants.push(time.nowMs));
  time.after(1.2, () => instants.push(time.nowMs));
  time.runNext();
  time.runNext();
  time.skipTo(1_002.7);
  expect([...instants, time.nowMs]).toEqual([1_001, 1_002, 1_002]);
});
