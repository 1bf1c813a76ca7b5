import { expect, test } from "vitest";

import { askToKeepStorage } from "./persistent-storage.ts";

test("[WB-25] the browser is asked, and its answer is what it does", async () => {
  const answer = await askToKeepStorage();
  const isKept = await navigator.storage.persisted();
  expect(answer).toBe(isKept ? "kept" : "may-be-removed");
});
