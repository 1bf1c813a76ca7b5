import type { DamageReport } from "@suture/client";
import { changeHashSchema } from "@suture/schema";
import { expect, test } from "vitest";

import { DamageIsTold } from "./damage-is-told.ts";
import {
  compose,
  created,
  PaperWorld,
  pending,
  recordId,
  type Composed,
} from "./paper-evidence.test-support.ts";

/** A device that holds two changes; then its disk is damaged, and its app opens. */
function begin() {
  const world = new PaperWorld();
  const spoilt = created();
  const whole = compose([spoilt], { note: "x" });
  for (const change of [spoilt, whole]) world.hold(change, pending);
  let told: readonly DamageReport[] | undefined = [];
  const check = new DamageIsTold(world.evidence, async () => told);
  const before = world.device.image();
  return {
    world,
    spoilt,
    whole,
    /** What it then holds is given up by `drop`. */
    damage(change: Composed, drop: readonly Composed[] = [change]) {
      world.spoil(change);
      const after = world.device.image();
      for (const each of drop) world.drop(each);
      const opened = world.device.image();
      world.journal.noteDamaged({ machine: "ward", before, after, opened });
    },
    look(reports: readonly DamageReport[] | undefined) {
      told = reports;
      return check.afterStep(world.evidence.look());
    },
  };
}

function report(
  missing: readonly Composed[],
  about: Partial<DamageReport> = {},
): DamageReport {
  return {
    number: 1,
    message: "",
    foundAtMs: 0,
    keptAs: "log.sqlite-damaged-1",
    areAllNamed: true,
    missing: missing.map(({ hash }) => ({
      recordId,
      hash: changeHashSchema.parse(hash),
    })),
    ...about,
  };
}

test("[PM-3] damage that the app tells, each lost change by its name, is as it should be", async () => {
  const { spoilt, damage, look } = begin();
  damage(spoilt);
  expect(await look([report([spoilt])])).toBeUndefined();
});

test("[PM-3] damage that no report tells of is a broken promise, and an old report does not tell of it", async () => {
  const { spoilt, damage, look } = begin();
  damage(spoilt);
  const old = report([spoilt], { keptAs: "log.sqlite" });
  expect(await look([old])).toMatchObject({ promise: "PM-3" });
});

test("[PM-3] a damaged row that is loaded as if nothing had happened is a broken promise", async () => {
  const { spoilt, damage, look } = begin();
  damage(spoilt, []);
  expect(await look([])).toMatchObject({ promise: "PM-3" });
});

test("[PM-3] a lost change that the report leaves out is a broken promise, unless it says that not all are named", async () => {
  for (const areAllNamed of [true, false]) {
    const { spoilt, damage, look } = begin();
    damage(spoilt);
    expect((await look([report([], { areAllNamed })]))?.promise).toBe(
      areAllNamed ? "PM-3" : undefined,
    );
  }
});

test("[PM-3] an undamaged change that the repair gave up is a broken promise, told or not", async () => {
  const { spoilt, whole, damage, look } = begin();
  damage(spoilt, [spoilt, whole]);
  expect(await look([report([spoilt, whole])])).toMatchObject({
    promise: "PM-3",
    words: expect.stringContaining(whole.hash),
  });
});

test("[PM-3] the app is asked again until it answers, but not of a disk that was put back to its backup", async () => {
  for (const isRestored of [false, true]) {
    const { world, spoilt, damage, look } = begin();
    damage(spoilt);
    expect(await look(undefined)).toBeUndefined();
    if (isRestored)
      world.journal.noteRestored({ machine: "ward", atMs: 1, backupAtMs: 0 });
    expect((await look([]))?.promise).toBe(isRestored ? undefined : "PM-3");
  }
});

test("[PM-3] a row damaged under a running app is taken for what it was, and as long as it is there for held", () => {
  const { world, spoilt } = begin();
  world.evidence.look();
  world.spoil(spoilt);
  expect(world.evidence.look().disks.get("ward")).toEqual({
    written: [],
    gone: [],
  });
  world.drop(spoilt);
  expect(world.evidence.look().disks.get("ward")?.gone).toMatchObject([
    { hash: spoilt.hash },
  ]);
});
