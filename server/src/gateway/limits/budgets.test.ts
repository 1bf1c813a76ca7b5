import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetLimitsTimes, defaultBudgetLimits } from "./budget-limits.ts";
import { Budgets, type Subject } from "./budgets.ts";

const tablet: Subject = { kind: "device", id: "tablet" };
const phone: Subject = { kind: "device", id: "phone" };
const hospital: Subject = { kind: "organization", id: "hospital" };
const { device, organization } = defaultBudgetLimits;

function opened(maxSubjects?: number) {
  let nowMs = 0;
  const budgets = new Budgets({
    stopwatch: { elapsedMs: () => nowMs },
    limits: defaultBudgetLimits,
    ...(maxSubjects !== undefined && { maxSubjects }),
  });
  return { budgets, pass: (ms: number) => (nowMs += ms) };
}

describe("what a device, a person and an organization may use", () => {
  test("[LM-2] whoever is not in debt may ask for anything; the debt is paid by time", () => {
    const { budgets, pass } = opened();
    budgets.charge([tablet], { changes: device.changes.atOnce });
    expect(budgets.waitMs([tablet])).toBe(0);
    budgets.charge([tablet], { changes: 500 });
    const waitMs = (500 / device.changes.perSecond) * 1000;
    expect(budgets.waitMs([tablet])).toBe(waitMs);
    pass(waitMs - 1);
    expect(budgets.waitMs([tablet])).toBe(1);
    pass(1);
    expect(budgets.waitMs([tablet])).toBe(0);
  });

  test("[LM-2] the longest debt counts, of whichever kind and subject", () => {
    const { budgets } = opened();
    const { requests, workMs } = device;
    budgets.charge([tablet], {
      requests: requests.atOnce + requests.perSecond,
      workMs: workMs.atOnce + 3 * workMs.perSecond,
    });
    expect(budgets.waitMs([phone])).toBe(0);
    expect(budgets.waitMs([hospital, tablet])).toBe(3_000);
  });

  test("[LM-5] a device that uses up all it has leaves nearly everything to its colleagues", () => {
    for (const kind of ["requests", "changes", "bytes", "workMs"] as const) {
      const share = (of: "atOnce" | "perSecond") =>
        device[kind][of] / organization[kind][of];
      expect(share("atOnce")).toBeLessThanOrEqual(1 / 200);
      expect(share("perSecond")).toBeLessThanOrEqual(1 / 7);
    }
  });

  test("[LM-5] a hospital of 200 devices that comes back at once, each with 100 changes of its own and 20,000 to read, does not wait", () => {
    const { budgets } = opened();
    for (let number = 0; number < 200; number += 1) {
      const subjects: readonly Subject[] = [
        { kind: "device", id: `device ${number}` },
        { kind: "person", id: `person ${number}` },
        hospital,
      ];
      expect(budgets.waitMs(subjects)).toBe(0);
      // In batches and pages, at a generous 15 ms and 2 MiB each: more than either is.
      budgets.charge(subjects, { requests: 2, changes: 100, workMs: 30 });
      for (let page = 0; page < 20; page += 1)
        budgets.charge(subjects, {
          requests: 1,
          bytes: 2 * 1024 * 1024,
          workMs: 15,
        });
      expect(budgets.waitMs(subjects)).toBe(0);
    }
  });

  test("[LM-1] a deployment on a larger machine gives everybody as many times as much", () => {
    expect(budgetLimitsTimes(1)).toEqual(defaultBudgetLimits);
    const { atOnce, perSecond } = budgetLimitsTimes(3).person.changes;
    const { changes } = defaultBudgetLimits.person;
    expect(atOnce).toBe(3 * changes.atOnce);
    expect(perSecond).toBe(3 * changes.perSecond);
  });

  test("[LM-2] what was used is forgotten by time, never by being looked at", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 30 }),
        (steps) => {
          const looked = opened();
          const left = opened();
          for (const world of [looked, left])
            world.budgets.charge([tablet], {
              changes: device.changes.atOnce + 3_000,
            });
          for (const step of steps) {
            looked.pass(step);
            looked.budgets.waitMs([tablet]);
            left.pass(step);
          }
          expect(looked.budgets.waitMs([tablet])).toBe(
            left.budgets.waitMs([tablet]),
          );
        },
      ),
    );
  });

  test("[LM-2] no more subjects are remembered than there is room for; the quietest go first", () => {
    const { budgets } = opened(2);
    const tooMuch = { changes: device.changes.atOnce + 1 };
    budgets.charge([tablet], tooMuch);
    budgets.charge([phone], tooMuch);
    budgets.charge([tablet], {});
    budgets.charge([hospital], {});
    expect(budgets.waitMs([tablet])).toBeGreaterThan(0);
    expect(budgets.waitMs([phone])).toBe(0);
  });
});
