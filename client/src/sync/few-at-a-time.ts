/** Runs so many at a time, and the others after them, in the order they were asked for. */
export function fewAtATime(
  max: number,
): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= max)
      await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // Whoever waits longest has the place that is free now.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
