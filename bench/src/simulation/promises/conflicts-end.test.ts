import { expect, test } from "vitest";

import { ConflictsEnd } from "./conflicts-end.ts";
import {
  compose,
  created,
  organizationId,
  PaperWorld,
  recordId,
  statement,
  type Composed,
} from "./paper-evidence.test-support.ts";

const clinician = "clinician-1";
const receptionist = "receptionist-1";

/** Two clinicians prescribed apart. */
function begin() {
  const world = new PaperWorld();
  const check = new ConflictsEnd(world.evidence);
  const employ = (memberId: string, role: string) =>
    world.commit(
      compose([], {
        recordId: memberId,
        recordType: "member",
        membership: statement({ roles: [role], active: true }),
      }),
      { recordId: memberId, recordType: "member" },
    );
  employ(clinician, "clinician");
  employ(receptionist, "receptionist");
  const born = created();
  const one = compose([born], { prescribing: statement({ dose: "1" }) });
  const other = compose([born], { prescribing: statement({ dose: "2" }) });
  for (const change of [born, one, other]) world.commit(change);
  return {
    world,
    born,
    one,
    other,
    look: () => check.afterStep(world.evidence.look()),
  };
}

function opId({ hash }: Composed, world: PaperWorld): string {
  const signed = world.evidence
    .modelOf(recordId)
    .statementsOf("prescribing")
    .find((each) => each.hash === hash);
  return signed?.write.opId ?? "";
}

function ask(world: PaperWorld, candidates: readonly string[]): void {
  world.server.put("reviews", organizationId, "r", {
    state: { isOpen: true },
    tasks: [{ kind: "conflict", recordId, group: "prescribing", candidates }],
  });
}

function settle(
  seen: readonly Composed[],
  settles: readonly string[],
): Composed {
  return compose(seen, {
    prescribing: statement({ dose: "2" }),
    "resolutions/1": {
      group: "prescribing",
      settles,
      decision: { kind: "choose" },
    },
  });
}

test("[PM-6] a conflict that the server does not ask about is a broken promise", () => {
  const { world, one, other, look } = begin();
  expect(look()).toMatchObject({ promise: "PM-6" });
  ask(world, [opId(one, world), opId(other, world)]);
  world.commit(compose([one, other], { note: "x" }));
  expect(look()).toBeUndefined();
});

test("[PM-6] a conflict ends by a resolution of somebody who may, and by nothing else", () => {
  const ends = (
    settledBy: (
      seen: readonly Composed[],
      candidates: readonly string[],
    ) => Composed,
    memberId: string,
  ) => {
    const { world, one, other, look } = begin();
    look();
    const candidates = [opId(one, world), opId(other, world)];
    world.commit(settledBy([one, other], candidates), { memberId });
    return look()?.promise;
  };
  const withoutResolution = (seen: readonly Composed[]) =>
    compose(seen, { prescribing: statement({ dose: "2" }) });
  const ofOneAlone = (
    seen: readonly Composed[],
    [first = ""]: readonly string[],
  ) => settle(seen, [first]);
  expect(ends(settle, clinician)).toBeUndefined();
  expect(ends(withoutResolution, clinician)).toBe("PM-6");
  expect(ends(ofOneAlone, clinician)).toBe("PM-6");
  expect(ends(settle, receptionist)).toBe("PM-6");
});

test("[PM-6] what a resolution had not seen must be asked about again", () => {
  const { world, born, one, other, look } = begin();
  look();
  const candidates = [opId(one, world), opId(other, world)];
  const settled = settle([one, other], candidates);
  world.commit(settled, { memberId: clinician });
  expect(look()).toBeUndefined();
  const third = compose([born], { prescribing: statement({ dose: "3" }) });
  world.commit(third);
  expect(look()).toMatchObject({ promise: "PM-6" });
  ask(world, [opId(settled, world), opId(third, world)]);
  world.commit(compose([settled, third], { note: "x" }));
  expect(look()).toBeUndefined();
});
