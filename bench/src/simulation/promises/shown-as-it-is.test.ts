import { expect, test } from "vitest";

import type { HeldChange } from "./held-changes.ts";
import {
  accepted,
  pending,
  refused,
  someChange,
} from "./paper-evidence.test-support.ts";
import { aheadOfTruth, unsignedOf } from "./shown-as-it-is.ts";

const change = (progress: HeldChange["progress"]): HeldChange => ({
  ...someChange,
  progress,
});

const isAhead = (
  label: string,
  progress: HeldChange["progress"],
  wasCommitted = true,
) => aheadOfTruth(label, [change(progress)], () => wasCommitted) !== undefined;

test("[PM-14] synced and confirmed are ahead of the truth over whatever the server does not have", () => {
  for (const label of ["synced", "confirmed"]) {
    expect(isAhead(label, accepted)).toBe(false);
    expect(isAhead(label, accepted, false)).toBe(true);
    expect(isAhead(label, pending)).toBe(true);
    expect(isAhead(label, { state: "waiting", code: "parent-missing" })).toBe(
      true,
    );
    // What was refused, and is dismissed, is kept and no more shown.
    expect(isAhead(label, refused)).toBe(false);
  }
});

test("[PM-14] what says that work is here alone, or was not accepted, is never ahead", () => {
  for (const label of ["unsaved", "refused", "conflict", "local", "queued"])
    expect(isAhead(label, pending, false)).toBe(false);
});

test("[PM-14] confirmed is ahead of the truth where no checkpoint covers any of a change's places", () => {
  const placed = (...sequences: readonly number[]) =>
    change({
      state: "accepted",
      places: sequences.map((sequence) => ({ scopeId: "s", sequence })),
    });
  const signedTo = new Map([["s", 7]]);
  expect(unsignedOf([placed(7), placed(9, 3)], signedTo)).toBeUndefined();
  expect(unsignedOf([placed(7), placed(8)], signedTo)).toBeDefined();
  expect(unsignedOf([placed(7)], new Map())).toBeDefined();
});
