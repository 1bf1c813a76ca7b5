import { expect, test } from "vitest";

import {
  entryIdAt,
  History,
} from "../clinical/written-history.test-support.ts";
import { boundedHeads, predBehind } from "./bounded-heads.ts";

/** Three hundred people who each wrote at the creation, having heard of nobody. */
function wideRecord(): History {
  const history = new History();
  for (let count = 0; count < 300; count += 1) {
    const key = `notes/${entryIdAt(0x500 + count)}`;
    history.set([history.creation], key, `{"text":"${count}"}`);
  }
  return history;
}

test("[CO-15] few heads are all depended on", () => {
  const { index } = wideRecord();
  const heads = index.heads().slice(0, 128);
  expect(boundedHeads(index, heads, ["phone"])).toBe(heads);
});

test("[CO-15] of many heads a change names 128 at most, with the last writer of what it writes and the last of all", () => {
  const history = wideRecord();
  const { index, creation } = history;
  // Lower than all others in what its change is called by, and one change later than most of them.
  const phone = history.set([creation], "phone", "1");
  const [note = creation] = index.heads().filter((hash) => hash !== phone);
  const last = history.set([note], "isUrgent", true);
  const heads = index.heads();
  const deps = boundedHeads(index, heads, ["phone"]);
  expect(deps).toHaveLength(127);
  expect(deps).toContain(phone);
  expect(deps).toContain(last);
  expect(index.isSeenByAny(creation, deps)).toBe(true);
  expect(index.nextOp(deps)).toBe(index.nextOp(heads));
  expect(boundedHeads(index, heads.toReversed(), ["phone"])).toEqual(deps);
  const live = history.fold.livePred("phone");
  expect(predBehind(index, deps, live)).toEqual(live);
  // And it may stand there.
  history.set(deps, "phone", "2");
  expect(history.fold.scalars("phone")).toEqual(["2"]);
  expect(index.heads()).toHaveLength(heads.length - 126);
});

test("[CO-15] of more values than one operation may overwrite, the last 64 are", () => {
  const history = new History();
  const { index, creation } = history;
  for (let count = 0; count < 300; count += 1)
    history.set([creation], "phone", `${count}`);
  const deps = boundedHeads(index, index.heads(), ["phone"]);
  const live = history.fold.livePred("phone");
  const pred = predBehind(index, deps, live);
  expect(pred).toHaveLength(64);
  expect(pred.every((opId) => live.includes(opId))).toBe(true);
});
