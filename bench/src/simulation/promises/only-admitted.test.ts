import { expect, test } from "vitest";

import { OnlyAdmitted } from "./only-admitted.ts";
import {
  accepted,
  created,
  PaperWorld,
  pending,
  refused,
} from "./paper-evidence.test-support.ts";

function begin() {
  const world = new PaperWorld();
  const check = new OnlyAdmitted(world.evidence);
  return { world, look: () => check.afterStep(world.evidence.look()) };
}

test("[PM-8] somebody else's change that the server never held is a broken promise", () => {
  const { world, look } = begin();
  const change = created();
  world.commit(change);
  world.hold(change, accepted, { personId: null });
  expect(look()).toBeUndefined();
  world.hold(created({ name: "not admitted" }), accepted, { personId: null });
  expect(look()).toMatchObject({ promise: "PM-8" });
});

test("[PM-9] a change that stands twice in a log is a broken promise", () => {
  const { world, look } = begin();
  const change = created();
  world.commit(change);
  expect(look()).toBeUndefined();
  world.commit(change);
  expect(look()).toMatchObject({ promise: "PM-9" });
});

test("[PM-9] a change that is refused to the device that says it again, though the server holds it, is a broken promise", () => {
  const { world, look } = begin();
  const change = created();
  world.hold(change, pending);
  world.commit(change);
  expect(look()).toBeUndefined();
  world.hold(change, accepted);
  expect(look()).toBeUndefined();
  world.hold(change, refused);
  expect(look()).toMatchObject({ promise: "PM-9" });
});
