import { expect, test } from "vitest";

import { foundClinic, openDevice } from "./clinic.test-support.ts";

test("[CO-9] a team's records are its members' to create and to write", async () => {
  const ada = await openDevice({ name: "ada" });
  const founded = await foundClinic(ada);
  const south = await ada.client.teams.create({
    parentId: founded.organizationId,
    fields: { name: "South group", kind: "service-group" },
  });
  if (!south.ok) throw new Error(south.error.reason);
  const job = { parentId: south.value.id };
  const refused = { ok: false, error: { code: "not-permitted" } };
  expect(await ada.client.serviceJobs.create(job)).toMatchObject(refused);
  // The team's own record is the organization's.
  const renaming = await south.value.edit();
  renaming.draft.name = "South workshop";
  expect((await renaming.save()).ok).toBe(true);

  // She joins it, and need not ask the server first.
  const own = await ada.client.members.get(founded.memberId);
  if (!own.ok) throw new Error(own.error.code);
  const joining = await own.value.edit();
  joining.draft.membership.teams = [founded.teamId, south.value.id].toSorted();
  expect((await joining.save()).ok).toBe(true);
  const created = await ada.client.serviceJobs.create(job);
  if (!created.ok) throw new Error(created.error.reason);

  const leaving = await own.value.edit();
  leaving.draft.membership.teams = [founded.teamId];
  expect((await leaving.save()).ok).toBe(true);
  const writing = await created.value.edit();
  writing.draft.notes.set({ status: "active", text: "seen" });
  expect(await writing.save()).toMatchObject(refused);
});
