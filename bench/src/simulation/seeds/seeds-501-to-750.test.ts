import { test } from "vitest";

import { expectSeedsToHold } from "./hold-seeds.test-support.ts";

test(
  "[WO-56] seeds 501 to 750 keep every promise",
  () => expectSeedsToHold(501, 750),
  1_800_000,
);
