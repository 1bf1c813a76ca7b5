import { expect, test } from "vitest";

import { AwaitedArrivals } from "./awaited-arrivals.ts";

test("[BE-1] everything has arrived only when every device has each of its own once", async () => {
  const arrivals = new AwaitedArrivals([["a", "b"], ["a"]]);
  let isOver = false;
  const over = arrivals.all().then(() => (isOver = true));
  arrivals.arrived(0, "a");
  arrivals.arrived(0, "a");
  arrivals.arrived(1, "b");
  arrivals.arrived(2, "a");
  arrivals.arrived(0, "b");
  await Promise.resolve();
  expect(isOver).toBe(false);
  arrivals.arrived(1, "a");
  await over;
  await new AwaitedArrivals([]).all();
});
