import { test } from "vitest";

import { expectSeedsToHold } from "./hold-seeds.test-support.ts";

test(
  "[WO-56] seeds 251 to 500 keep every promise",
  () => expectSeedsToHold(251, 500),
  1_800_000,
);
