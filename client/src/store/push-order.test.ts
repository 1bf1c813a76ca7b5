import { expect, test } from "vitest";

import {
  foundClinic,
  join,
  openDevice,
} from "../records/clinic.test-support.ts";

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
