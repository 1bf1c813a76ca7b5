import { test } from "vitest";

import { expectSeedsToHold } from "./hold-seeds.test-support.ts";

test(
  "[WO-56] seeds 1 to 250 keep every promise",
  () => expectSeedsToHold(1, 250),
  1_800_000,
);
