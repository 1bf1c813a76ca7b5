import { expect } from "vitest";

import { ordinaryRun } from "../ordinary-run.ts";
import { runSeed } from "../run-seed.ts";

/** Both included. Says of a broken one how to see it. */
export async function expectSeedsToHold(
  from: number,
  to: number,
): Promise<void> {
  const stage = await ordinaryRun();
  const broken: string[] = [];
  for (let seed = from; seed <= to; seed += 1) {
    const report = await runSeed(stage, { seed });
    if (report.broken === undefined) continue;
    const { promise, words } = report.broken;
    broken.push(
      `npm run simulate -- --replay ${seed} --steps ${report.stepCount}: ${promise}, ${words}`,
    );
  }
  expect(broken).toEqual([]);
}
