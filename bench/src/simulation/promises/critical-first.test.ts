import { expect, test } from "vitest";

import { couldGo, neededBy } from "./critical-first.ts";
import { changeName, type HeldChange } from "./held-changes.ts";
import {
  accepted,
  pending,
  someChange,
} from "./paper-evidence.test-support.ts";

const creation: HeldChange = {
  ...someChange,
  recordId: "r",
  hash: "creation",
  isCreation: true,
};
const urgent: HeldChange = {
  ...creation,
  hash: "urgent",
  priority: 0,
  deps: ["creation"],
  isCreation: false,
};

function named(...changes: readonly HeldChange[]) {
  return new Map(
    changes.map((change) => [changeName(change.recordId, change.hash), change]),
  );
}

test("[PM-15] what critical work builds on, and the records it names, go with it", () => {
  const other = { ...creation, recordId: "other", hash: "of another" };
  const naming = { ...urgent, refersTo: ["other"] };
  const all = named(creation, other, naming);
  expect([...neededBy([naming], all).values()].map(({ hash }) => hash)).toEqual(
    ["urgent", "of another", "creation"],
  );
  const there = named({ ...creation, progress: accepted }, urgent);
  expect([...neededBy([urgent], there).keys()]).toEqual(["r urgent"]);
});

test("[PM-15] critical work is overtaken only where it could have gone", () => {
  const could = (before: Partial<HeldChange>, own: Partial<HeldChange> = {}) =>
    couldGo({ ...urgent, ...own }, named({ ...creation, ...before }, urgent));
  expect(could({})).toBe(true);
  expect(could({ progress: accepted })).toBe(true);
  expect(could({ personId: "a colleague" })).toBe(false);
  const held = { ...pending, held: { code: "device-quarantined" } };
  expect(could({ progress: held })).toBe(false);
  expect(could({}, { progress: { state: "waiting", code: "x" } })).toBe(false);
});
