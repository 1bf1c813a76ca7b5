import type { Client } from "@suture/client";
import { deviceIdSchema, membershipSchema } from "@suture/schema";
import { expect, test } from "vitest";

import { EverythingArrives } from "./everything-arrives.ts";
import {
  accepted,
  created,
  organizationId,
  PaperWorld,
  pending,
  personId,
} from "./paper-evidence.test-support.ts";

const stopped: Client["syncStatus"]["problem"] = {
  code: "device-revoked",
  sentence: "",
  isRetryable: false,
};

/** One tablet in the hands of somebody with these roles. */
function begin({
  roles = ["clinician"],
  problem = null,
}: {
  readonly roles?: readonly string[];
  readonly problem?: typeof stopped;
} = {}) {
  const world = new PaperWorld();
  const membership = membershipSchema.parse({
    organizationId,
    memberId: organizationId,
    roles,
    teamIds: [],
  });
  const client = {
    person: {
      personId,
      deviceId: deviceIdSchema.parse("00000000-0000-4000-8000-000000000001"),
    },
    memberships: [membership],
    syncStatus: { problem },
  };
  const check = new EverythingArrives(world.evidence, {
    devices: [{ name: "ward", client }],
  });
  return {
    world,
    afterHealing() {
      world.evidence.look();
      return check.afterHealing();
    },
  };
}

test("[PM-11] a row of the log that a device does not hold once all has healed is a broken promise", () => {
  const { world, afterHealing } = begin();
  const change = created();
  world.commit(change);
  expect(afterHealing()).toMatchObject({ promise: "PM-11" });
  world.hold(change, accepted);
  expect(afterHealing()).toBeUndefined();
});

test("[PM-11] what is on the server, and still waits on the device for its answer, has not arrived", () => {
  const { world, afterHealing } = begin();
  const change = created();
  world.commit(change);
  world.hold(change, pending);
  expect(afterHealing()).toMatchObject({ promise: "PM-11" });
});

test("[PM-11] nothing is owed to whom the server does not let in, nor to somebody without a role", () => {
  for (const about of [{ problem: stopped }, { roles: [] }]) {
    const { world, afterHealing } = begin(about);
    world.commit(created());
    expect(afterHealing()).toBeUndefined();
  }
});
