/** Watches over the promises of SPEC PM through one run. */
import { unfinished } from "@suture/client/testing";

import type { Hospital } from "../people/hospital.ts";
import type { BrokenPromise, Promises, Run, Step } from "../run.ts";
import { AuditVerifies } from "./audit-verifies.ts";
import type { Check } from "./check.ts";
import { ConflictsEnd } from "./conflicts-end.ts";
import { CriticalFirst } from "./critical-first.ts";
import { DamageIsTold } from "./damage-is-told.ts";
import { Evidence } from "./evidence.ts";
import { EveryReader } from "./every-reader.ts";
import { EverythingArrives, scopeIdsOf } from "./everything-arrives.ts";
import { OnlyAdmitted } from "./only-admitted.ts";
import { RevokedIsOut } from "./revoked-is-out.ts";
import { SavedIsKept } from "./saved-is-kept.ts";
import { ShownAsItIs } from "./shown-as-it-is.ts";
import { WhatHappened } from "./what-happened.ts";
import { WithinRights } from "./within-rights.ts";
import { WrittenAsMeant } from "./written-as-meant.ts";

export interface PromisesDeps {
  readonly run: Run;
  readonly hospital: Hospital;
}

export function createPromises({ run, hospital }: PromisesDeps): Promises {
  const { world, journal, tally } = run;
  const evidence = new Evidence({
    journal,
    server: world.server.machine.disk,
    devices: new Map(
      world.devices.map(({ name, machine }) => [name, machine.disk]),
    ),
  });
  const checks: readonly Check[] = [
    new WhatHappened(evidence, tally),
    new SavedIsKept(evidence, (device) => {
      if (!world.device(device).isOn) return new Set();
      const { person, syncStatus, memberships } = world.device(device).client;
      return person === null || syncStatus.problem !== null
        ? new Set()
        : new Set(memberships.flatMap(scopeIdsOf));
    }),
    new DamageIsTold(evidence, async (device) => {
      const { isOn } = world.device(device);
      if (!isOn) return undefined;
      const { damage } = world.device(device).client;
      const reports = await world.act(() => damage.list());
      return reports === unfinished ? undefined : reports;
    }),
    new OnlyAdmitted(evidence),
    new WrittenAsMeant(evidence),
    new ConflictsEnd(evidence),
    new AuditVerifies(evidence, world),
    new RevokedIsOut(evidence, async (device) => {
      const { tokens } = world.device(device);
      const people = await tokens.listPersonIds();
      const grants = await Promise.all(
        people.map((personId) => tokens.loadGrant(personId)),
      );
      return grants.flatMap((grant) => grant?.deviceId ?? []);
    }),
    new WithinRights(evidence, hospital.people),
    new CriticalFirst(evidence, world.devices),
    new ShownAsItIs(evidence, world),
    new EveryReader(evidence, world),
    new EverythingArrives(evidence, world),
  ];
  // How everything stands before anything happens.
  const first = evidence.look();
  for (const check of checks) check.begin?.(first);
  const afterStep = async (step: Step): Promise<BrokenPromise | undefined> => {
    const news = evidence.look();
    for (const check of checks) {
      const broken = await check.afterStep(news, step);
      if (broken !== undefined) return broken;
    }
    return undefined;
  };
  return {
    afterStep,
    async afterHealing() {
      const broken = await afterStep({
        name: "heal",
        words: "all faults end",
        run: async () => undefined,
      });
      if (broken !== undefined) return broken;
      for (const check of checks) {
        const unhealed = await check.afterHealing?.();
        if (unhealed !== undefined) return unhealed;
      }
      return undefined;
    },
  };
}
