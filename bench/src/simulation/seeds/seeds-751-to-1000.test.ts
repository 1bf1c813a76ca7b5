import { test } from "vitest";

import { expectSeedsToHold } from "./hold-seeds.test-support.ts";

test(
  "[WO-56] seeds 751 to 1000 keep every promise",
  () => expectSeedsToHold(751, 1000),
  1_800_000,
);
