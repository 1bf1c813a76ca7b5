import type { Figure, Unit } from "./benchmark.ts";

/** Of at least one value. An even number of them has the mean of the two in the middle. */
export function figureOf(values: readonly number[], unit: Unit): Figure {
  if (values.length === 0) throw new Error("nothing was measured");
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    lowest: quantile(sorted, 0),
    highest: quantile(sorted, 1),
    unit,
    rounds: sorted.length,
  };
}

/** Of ascending values, between two of them in proportion; `share` is from 0 to 1. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined)
    throw new Error("there is no quantile of nothing");
  return below + (above - below) * (place - Math.floor(place));
}
