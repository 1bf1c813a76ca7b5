/** A measure at several sizes of what it is measured by. */
export interface Point {
  readonly size: number;
  readonly value: number;
}

/**
 * With which power of its size a measure grows: the slope of a line through the logarithms, by least squares. 1 is linear, 0 is
 * flat; what shrinks has a negative one. At least two sizes, nothing of them or of the values at or below 0.
 */
export function exponentOf(points: readonly Point[]): number {
  if (points.some(({ size, value }) => size <= 0 || value <= 0))
    throw new Error("there is no power of nothing");
  const logs = points.map(({ size, value }) => ({
    x: Math.log(size),
    y: Math.log(value),
  }));
  const meanX = mean(logs.map(({ x }) => x));
  const meanY = mean(logs.map(({ y }) => y));
  const spread = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) throw new Error("there is one size only");
  const shared = logs.reduce(
    (sum, { x, y }) => sum + (x - meanX) * (y - meanY),
    0,
  );
  return shared / spread;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
