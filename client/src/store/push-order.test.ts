import type { PersonId } from "@suture/schema";
import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
  TestServer,
  type Device,
} from "../records/clinic.test-support.ts";
import { pendingTable } from "./client-tables.ts";
import { addDamageReport } from "./damage-report.ts";
import { changeKey } from "./push-order.ts";
import { repairAfterDamage } from "./repair-log.ts";

test("[EV-4] a manifest says of each person on a shared device how much is unsynced, how critical and how old", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const founding = await ada.log.manifest();
  expect(founding.people).toEqual([
    { personId: ada.personId, countsByPriority: [1, 0, 0, 2], oldestAgeMs: 0 },
  ]);
  const ben = await openDevice({ name: "ben", store: ada.store });
  await join(ben, organizationId, teamId, ["receptionist"]);
  ben.clock.nowMs += 5_000;
  const created = await ben.client.patients.create({
    parentId: organizationId,
  });
  if (!created.ok) throw new Error(created.error.reason);
  ben.clock.nowMs += 60_000;
  const { people, recordIds } = await ben.log.manifest();
  expect(people).toEqual([
    {
      personId: ada.personId,
      countsByPriority: [1, 0, 0, 2],
      oldestAgeMs: 65_000,
    },
    {
      personId: ben.personId,
      countsByPriority: [0, 0, 0, 1],
      oldestAgeMs: 60_000,
    },
  ]);
  expect(recordIds).toHaveLength(4);
});

test("[CL-22] work whose place in the order of sending was damaged is listed again once the damage is mended, also where others have the store open", async () => {
  const ada = await openDevice({ name: "ada" });
  await foundClinic(ada);
  const before = await ada.log.unsynced();
  await ada.log.write(async (tx) => {
    for (const { key } of await tx.scan(pendingTable))
      await tx.delete(pendingTable, key);
    await addDamageReport(tx, { keptAs: "a copy", areAllNamed: true });
  });
  expect(await ada.log.unsynced()).toEqual([]);
  await ada.log.write((tx) => repairAfterDamage(tx, 1));
  expect(await ada.log.unsynced()).toEqual(before);
});

const pushes = async (device: Device, personIds: readonly PersonId[]) => {
  const found: (readonly [PersonId | null, readonly number[]])[] = [];
  const except = new Set<string>();
  for (;;) {
    const batch = await device.log.nextPush({
      except,
      personIds: new Set(personIds),
      withRestores: false,
    });
    if (batch === null) return found;
    found.push([batch.personId, batch.changes.map(({ priority }) => priority)]);
    for (const { recordId, hash } of batch.changes)
      except.add(changeKey(recordId, hash));
  }
};

test("[PM-15] critical work goes in batches of its own, before less critical work of whoever is on the device", async () => {
  const ada = await openDevice({ name: "ada", others: ["ben"] });
  const { organizationId, teamId } = await foundClinic(ada);
  await new TestServer(organizationId).takeFrom(ada);
  const ben = await openDevice({ name: "ben", store: ada.store });
  await join(ben, organizationId, teamId, ["clinician"]);
  const create = async ({ client }: Device, isCritical: boolean) => {
    const groups = isCritical ? { prescribing: {} } : {};
    const created = await client.patients.create({
      parentId: organizationId,
      groups,
    });
    if (!created.ok) throw new Error(created.error.reason);
  };
  await create(ada, false);
  await create(ada, true);
  await create(ben, true);
  await create(ben, false);
  const both = [ada.personId, ben.personId];
  expect(await pushes(ben, both)).toEqual([
    [ada.personId, [0]],
    [ben.personId, [0]],
    [ada.personId, [3]],
    [ben.personId, [3]],
  ]);
});
