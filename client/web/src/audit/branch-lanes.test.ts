import fc from "fast-check";
import { expect, test } from "vitest";

import { besides, drawBranches, type Placed } from "./branch-lanes.ts";

const change = (hash: string, ...parents: string[]): Placed => ({
  hash,
  parents,
});

test("[AP-86] work that was done apart runs in lanes of its own, and comes together where somebody saw both", () => {
  const changes = [
    change("start"),
    change("hers", "start"),
    change("his", "start"),
    change("both", "hers", "his"),
  ];
  const { rows, laneCount } = drawBranches(changes);
  expect(laneCount).toBe(2);
  expect(rows.map(({ lane }) => lane)).toEqual([0, 0, 1, 0]);
  expect(rows[0]?.outgoing).toEqual([0, 1]);
  expect(rows[1]?.passing).toEqual([1]);
  expect(rows[3]?.incoming).toEqual([0, 1]);
  expect(besides(changes)).toEqual([[], [2], [1], []]);
});

test("[AP-86] changes made without seeing each other never share a lane, however branches run", () => {
  const histories = fc
    .array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 14 })
    .map((drawn) =>
      drawn.map((picks, row) =>
        change(
          `${row}`,
          ...new Set(row === 0 ? [] : picks.map((pick) => `${pick % row}`)),
        ),
      ),
    );
  fc.assert(
    fc.property(histories, (changes) => {
      const { rows } = drawBranches(changes);
      for (const [row, others] of besides(changes).entries())
        for (const other of others)
          expect(rows[row]?.lane).not.toBe(rows[other]?.lane);
    }),
  );
});
