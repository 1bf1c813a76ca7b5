import { expect, test } from "vitest";

import type { HeldChange } from "./held-changes.ts";
import {
  compose,
  created,
  PaperWorld,
  pending,
  recordId,
  refused,
  scopeId,
  type Composed,
} from "./paper-evidence.test-support.ts";
import { SavedIsKept } from "./saved-is-kept.ts";

function begin({ followed = [scopeId] } = {}) {
  const world = new PaperWorld();
  const check = new SavedIsKept(world.evidence, () => new Set(followed));
  return { world, look: () => check.afterStep(world.evidence.look()), check };
}

const acceptedThere: HeldChange["progress"] = {
  state: "accepted",
  places: [{ scopeId, sequence: 1 }],
};

function tellSaved(world: PaperWorld, { hash }: Composed): void {
  world.tell({
    kind: "saved",
    formId: undefined,
    recordId,
    recordType: "patient",
    edits: [],
    hashes: [hash],
    parentId: undefined,
  });
}

test("[PM-1] an accepted change that the server does not hold is a broken promise", () => {
  const { world, look } = begin();
  const change = created();
  world.hold(change, acceptedThere);
  expect(look()).toMatchObject({ promise: "PM-1" });
});

test("[PM-1] what the server holds and loses in a crash is a broken promise, and no secret of a restored one", () => {
  const { world, look, check } = begin();
  const first = created();
  const second = compose([first], { note: "x" });
  for (const change of [first, second]) {
    world.commit(change);
    world.hold(change, acceptedThere);
  }
  expect(look()).toBeUndefined();
  world.loseLast();
  expect(look()).toMatchObject({ promise: "PM-1" });
  expect(check.afterHealing()).toMatchObject({ promise: "PM-1" });
});

test("[PM-1] what a restored server has lost must be back if anybody has it once all has healed", () => {
  const { world, look, check } = begin();
  const change = created();
  world.commit(change);
  world.hold(change, acceptedThere);
  look();
  world.journal.noteRestored({ machine: "server", atMs: 0, backupAtMs: 0 });
  world.loseLast();
  expect(look()).toBeUndefined();
  expect(check.afterHealing()).toMatchObject({ promise: "PM-1" });
  world.drop(change);
  look();
  expect(check.afterHealing()).toBeUndefined();
});

test("[PM-1] what a restored server has lost waits where somebody must sign in first (seed 20337)", () => {
  const { world, look, check } = begin({ followed: [] });
  const change = created();
  world.commit(change);
  world.hold(change, acceptedThere);
  look();
  world.journal.noteRestored({ machine: "server", atMs: 0, backupAtMs: 0 });
  world.loseLast();
  expect(look()).toBeUndefined();
  expect(check.afterHealing()).toBeUndefined();
});

test("[PM-2] what was told as saved lies on the disk", () => {
  const { world, look } = begin();
  const change = created();
  world.hold(change, pending);
  tellSaved(world, change);
  expect(look()).toBeUndefined();
  tellSaved(world, compose([], { lost: "on the way" }));
  expect(look()).toMatchObject({ promise: "PM-2" });
});

test("[PM-2] queued work that leaves the disk is a broken promise, but on a device put back to its backup", () => {
  for (const isRestored of [false, true]) {
    const { world, look } = begin();
    const change = created();
    world.hold(change, pending);
    look();
    if (isRestored)
      world.journal.noteRestored({ machine: "ward", atMs: 0, backupAtMs: 0 });
    world.drop(change);
    expect(look()?.promise).toBe(isRestored ? undefined : "PM-2");
  }
});

test("[PM-7] a refused edit that leaves its author's device is a broken promise", () => {
  const { world, look } = begin();
  const change = created();
  world.hold(change, refused);
  expect(look()).toBeUndefined();
  world.drop(change);
  expect(look()).toMatchObject({ promise: "PM-7" });
});

test("[PM-7] a refused edit that is hidden, and that nobody dismissed, is a broken promise", () => {
  for (const isDismissed of [false, true]) {
    const { world, look } = begin();
    const change = created();
    const { hash } = change;
    if (isDismissed) world.tell({ kind: "stranded-dismissed", recordId, hash });
    world.hold(change, {
      state: "refused",
      code: "not-permitted",
      isDismissed: true,
    });
    expect(look()?.promise).toBe(isDismissed ? undefined : "PM-7");
  }
});
