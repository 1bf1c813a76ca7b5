import { expect, test } from "vitest";

import { neverFired, withZeros } from "./must-fire.ts";

test("[WO-52] after a thousand seeds, what should have happened and has not is named, and shown as zero", () => {
  const counts = { "fault:kill-server": 3, "something else": 1 };
  expect(neverFired(counts, 1_000)).toContain("fault:kill-device");
  expect(neverFired(counts, 1_000)).not.toContain("fault:kill-server");
  expect(withZeros(counts)).toMatchObject({
    "fault:kill-server": 3,
    "fault:kill-device": 0,
    "something else": 1,
  });
});

test("[WO-52] of fewer seeds it is not asked", () => {
  expect(neverFired({}, 999)).toEqual([]);
});
