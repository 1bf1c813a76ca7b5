import { recordIdFromBytes } from "@suture/schema";
import { expect, test } from "vitest";

import {
  accepted,
  compose,
  created,
  PaperWorld,
  personId,
  statement,
  type Composed,
} from "./paper-evidence.test-support.ts";
import { WithinRights } from "./within-rights.ts";

const memberId = recordIdFromBytes(new Uint8Array(16).fill(3));

function begin() {
  const world = new PaperWorld();
  const check = new WithinRights(world.evidence, [
    { personId, memberId, devices: ["ward"] },
  ]);
  const employ = (seen: readonly Composed[], roles: readonly string[]) => {
    const change = compose(seen, {
      recordId: memberId,
      recordType: "member",
      membership: statement({ roles, teams: [], active: true }),
    });
    world.commit(change, { recordId: memberId, recordType: "member" });
    return change;
  };
  const employed = employ([], ["clinician"]);
  check.begin(world.evidence.look());
  return {
    world,
    employed,
    employ,
    look: () => check.afterStep(world.evidence.look()),
  };
}

test("[PM-13] what no role of its author may write is a broken promise, once it is admitted", () => {
  const { world, employ, employed, look } = begin();
  world.commit(created({ prescribing: statement({ allergies: {} }) }), {
    memberId,
  });
  expect(look()).toBeUndefined();
  employ([employed], ["receptionist"]);
  expect(look()).toBeUndefined();
  world.commit(created({ maritalStatus: "M" }), { memberId });
  expect(look()).toBeUndefined();
  world.commit(created({ prescribing: statement({ allergies: {} }) }), {
    memberId,
  });
  expect(look()).toMatchObject({ promise: "PM-13" });

  // Apart, one gave everything and one took all but the desk: the lesser rights count.
  employ([employed], ["admin", "clinician", "receptionist"]);
  look();
  world.commit(created({ "measurements/1": "38.2" }), { memberId });
  expect(look()).toMatchObject({ promise: "PM-13" });
});

test("[PM-13] between two looks, what its author wrote before a role was lost is no broken promise, what came after is one", () => {
  const before = begin();
  const allergies = () =>
    created({ prescribing: statement({ allergies: {} }) });
  before.world.commit(allergies(), { memberId });
  before.employ([before.employed], ["receptionist"]);
  expect(before.look()).toBeUndefined();

  const after = begin();
  after.employ([after.employed], ["receptionist"]);
  after.world.commit(allergies(), { memberId });
  expect(after.look()).toMatchObject({ promise: "PM-13" });
});

test("[PM-13] what reaches a device on which nobody may read it any more is a broken promise", () => {
  const { world, employ, employed, look } = begin();
  const send = () => {
    const change = created({ name: "later" });
    world.commit(change, { memberId: "somebody else" });
    look();
    world.hold(change, accepted, { personId: null });
    return look();
  };
  expect(send()).toBeUndefined();
  const moved = employ([employed], ["technician"]);
  look();
  expect(send()).toMatchObject({ promise: "PM-13" });
  employ([moved], ["auditor"]);
  expect(send()).toBeUndefined();
});

test.each([
  { roles: ["clinician"], isBroken: false },
  { roles: ["technician"], isBroken: true },
])(
  "[PM-13] what reaches a device while the server cannot be asked is judged once it can (seed 5585): of $roles",
  ({ roles, isBroken }) => {
    const { world, employ, employed, look } = begin();
    const moved = employ([employed], ["technician"]);
    look();
    const change = created({ name: "of a colleague" });
    world.commit(change, { memberId: "somebody else" });
    expect(look()).toBeUndefined();
    employ([moved], roles);
    world.hold(change, accepted, { personId: null });
    world.server.isDown = true;
    expect(look()).toBeUndefined();
    world.server.isDown = false;
    expect(look()?.promise).toBe(isBroken ? "PM-13" : undefined);
  },
);
