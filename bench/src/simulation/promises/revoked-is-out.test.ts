import { recordIdFromBytes } from "@suture/schema";
import { expect, test } from "vitest";

import {
  accepted,
  compose,
  created,
  PaperWorld,
  pending,
  statement,
  type Composed,
} from "./paper-evidence.test-support.ts";
import { RevokedIsOut } from "./revoked-is-out.ts";

const memberId = recordIdFromBytes(new Uint8Array(16).fill(3));

function begin() {
  const world = new PaperWorld();
  world.hold(created(), pending);
  const check = new RevokedIsOut(world.evidence);
  check.begin(world.evidence.look());
  const employ = (seen: readonly Composed[], active: boolean) => {
    const change = compose(seen, {
      recordId: memberId,
      recordType: "member",
      membership: statement({ roles: ["clinician"], active }),
    });
    world.commit(change, { recordId: memberId, recordType: "member" });
    return change;
  };
  return {
    world,
    employ,
    look: () => check.afterStep(world.evidence.look()),
  };
}

test("[PM-13] what is admitted after its author's membership has ended is a broken promise, until it counts again", () => {
  const { world, employ, look } = begin();
  const hired = employ([], true);
  world.commit(created({ name: "before" }), { memberId });
  expect(look()).toBeUndefined();
  const ended = employ([hired], false);
  expect(look()).toBeUndefined();
  world.commit(created({ name: "after" }), { memberId });
  expect(look()).toMatchObject({ promise: "PM-13" });
  employ([ended], true);
  look();
  world.commit(created({ name: "again" }), { memberId });
  expect(look()).toBeUndefined();
});

test("[PM-13] between two looks, what came in before its author was let in again is a broken promise, what came in after is none", () => {
  const out = begin();
  const ended = out.employ([out.employ([], true)], false);
  out.look();
  out.employ([ended], true);
  out.world.commit(created({ name: "after" }), { memberId });
  expect(out.look()).toBeUndefined();

  const late = begin();
  const over = late.employ([late.employ([], true)], false);
  late.look();
  late.world.commit(created({ name: "before" }), { memberId });
  late.employ([over], true);
  expect(late.look()).toMatchObject({ promise: "PM-13" });
});

test("[PM-13] what had been admitted before and moves with its record is no broken promise", () => {
  const { world, employ, look } = begin();
  const hired = employ([], true);
  const moved = created({ name: "before" });
  world.commit(moved, { memberId });
  look();
  employ([hired], false);
  look();
  world.commit(moved, { memberId });
  expect(look()).toBeUndefined();
});

test("[PM-13] what a revoked device sends is not admitted, and it is sent nothing", () => {
  const { world, look } = begin();
  world.tell({ kind: "device-revoked", deviceId: "d", isCertain: true });
  look();
  const secret = created({ name: "under another key" });
  world.commit(secret, { deviceId: "e" });
  expect(look()).toBeUndefined();
  world.hold(secret, accepted, { personId: null });
  expect(look()).toMatchObject({ promise: "PM-13" });
  world.commit(created({ name: "late" }), { deviceId: "d" });
  expect(look()).toMatchObject({ promise: "PM-13" });
});
