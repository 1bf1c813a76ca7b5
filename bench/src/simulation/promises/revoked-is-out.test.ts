import { recordIdFromBytes } from "@suture/schema";
import { expect, test } from "vitest";

import {
  accepted,
  compose,
  created,
  PaperWorld,
  statement,
  type Composed,
} from "./paper-evidence.test-support.ts";
import { RevokedIsOut } from "./revoked-is-out.ts";

const memberId = recordIdFromBytes(new Uint8Array(16).fill(3));

function begin() {
  const world = new PaperWorld();
  let ids = ["d"];
  const check = new RevokedIsOut(world.evidence, async () => ids);
  world.evidence.look();
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
    signInAs(deviceId: string) {
      ids = [deviceId];
    },
  };
}

test("[PM-13] what is admitted after its author's membership has ended is a broken promise, until it counts again", async () => {
  const { world, employ, look } = begin();
  const hired = employ([], true);
  world.commit(created({ name: "before" }), { memberId });
  expect(await look()).toBeUndefined();
  const ended = employ([hired], false);
  expect(await look()).toBeUndefined();
  world.commit(created({ name: "after" }), { memberId });
  expect(await look()).toMatchObject({ promise: "PM-13" });
  employ([ended], true);
  await look();
  world.commit(created({ name: "again" }), { memberId });
  expect(await look()).toBeUndefined();
});

test("[PM-13] between two looks, what came in before its author was let in again is a broken promise, what came in after is none", async () => {
  const out = begin();
  const ended = out.employ([out.employ([], true)], false);
  await out.look();
  out.employ([ended], true);
  out.world.commit(created({ name: "after" }), { memberId });
  expect(await out.look()).toBeUndefined();

  const late = begin();
  const over = late.employ([late.employ([], true)], false);
  await late.look();
  late.world.commit(created({ name: "before" }), { memberId });
  late.employ([over], true);
  expect(await late.look()).toMatchObject({ promise: "PM-13" });
});

test("[PM-13] what had been admitted before and moves with its record is no broken promise", async () => {
  const { world, employ, look } = begin();
  const hired = employ([], true);
  const moved = created({ name: "before" });
  world.commit(moved, { memberId });
  await look();
  employ([hired], false);
  await look();
  world.commit(moved, { memberId });
  expect(await look()).toBeUndefined();
});

test("[PM-13] what a revoked device sends is not admitted, and it is sent nothing", async () => {
  const { world, look } = begin();
  world.tell({ kind: "device-revoked", deviceId: "d", isCertain: true });
  await look();
  const secret = created({ name: "under another key" });
  world.commit(secret, { deviceId: "e" });
  expect(await look()).toBeUndefined();
  world.hold(secret, accepted, { personId: null });
  expect(await look()).toMatchObject({ promise: "PM-13" });
  world.commit(created({ name: "late" }), { deviceId: "d" });
  expect(await look()).toMatchObject({ promise: "PM-13" });
});

test("[PM-13] whoever signs in anew on a device that was revoked is sent what they may read, under its new key (seed 20770)", async () => {
  const { world, look, signInAs } = begin();
  world.tell({ kind: "device-revoked", deviceId: "d", isCertain: true });
  await look();
  const first = created({ name: "while nobody was let in" });
  world.commit(first, { deviceId: "e" });
  await look();
  signInAs("f");
  world.hold(first, accepted, { personId: null });
  expect(await look()).toBeUndefined();
  world.tell({ kind: "device-revoked", deviceId: "f", isCertain: true });
  await look();
  const second = created({ name: "after that key as well" });
  world.commit(second, { deviceId: "e" });
  world.hold(second, accepted, { personId: null });
  expect(await look()).toMatchObject({ promise: "PM-13" });
});
