import { expect, test } from "vitest";

import { clockDrift, clockJumps, clockSkew } from "./clock-faults.ts";
import { MachineClock } from "./machine-clock.ts";
import { SimulatedTime } from "./simulated-time.ts";

function clockAt(startMs: number) {
  const time = new SimulatedTime(startMs);
  const clock = new MachineClock(time);
  const felt: string[] = [];
  clock.onFelt = (name) => felt.push(name);
  return { time, clock, felt };
}

test("[WO-26] a clock that is years off is right again when the fault ends; faults add up", () => {
  const { time, clock } = clockAt(1_000_000);
  const end = clock.suffer(clockSkew({ aheadMs: -500_000 }));
  clock.suffer(clockSkew({ aheadMs: 7 }));
  expect(clock.now()).toBe(500_007);
  time.skipTo(1_000_100);
  expect(clock.now()).toBe(500_107);
  end();
  end();
  expect(clock.now()).toBe(1_000_107);
});

test("[WO-26] a clock that drifts keeps what it has gained or lost until it is set right", () => {
  const { time, clock } = clockAt(0);
  const end = clock.suffer(clockDrift({ rate: 2 }));
  time.skipTo(1_000);
  expect(clock.now()).toBe(2_000);
  end();
  time.skipTo(1_500);
  expect(clock.now()).toBe(2_500);
  clock.suffer(clockDrift({ rate: 0 }));
  time.skipTo(2_000);
  expect(clock.now()).toBe(2_500);
  clock.heal();
  end();
  expect([clock.now(), clock.aheadMs]).toEqual([2_000, 0]);
});

test("[WO-26] a clock jumps forward and back; a fault is felt when somebody reads the clock under it, once", () => {
  const { clock, felt } = clockAt(10_000);
  clock.suffer(clockJumps({ byMs: 500 }));
  clock.suffer(clockJumps({ byMs: -2_000 }));
  expect(felt).toEqual([]);
  expect(clock.now()).toBe(8_500);
  clock.now();
  expect(felt).toEqual(["clockJumps", "clockJumps"]);
  clock.heal();
  expect(clock.now()).toBe(10_000);
});
