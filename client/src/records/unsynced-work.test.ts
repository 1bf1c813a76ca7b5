import { expect, test } from "vitest";

import { foundClinic, join, openDevice } from "./clinic.test-support.ts";

test("[CL-16] work on top of a colleague's who must sign in first says so, and promises nothing", async () => {
  const ada = await openDevice({ name: "ada" });
  const { organizationId, teamId } = await foundClinic(ada);
  const made = await ada.client.patients.create({ parentId: organizationId });
  if (!made.ok) throw new Error(made.error.reason);
  const { id } = made.value;
  const ben = await openDevice({ name: "ben", store: ada.store });
  await join(ben, organizationId, teamId, ["clinician"]);
  const opened = await ben.client.patients.get(id);
  if (!opened.ok) throw new Error(opened.error.code);
  const edit = await opened.value.edit();
  edit.draft.maritalStatus = "M";
  await edit.save();
  const found = (await ben.client.unsynced())
    .filter(({ recordType }) => recordType !== "member")
    .map(({ label, reason }) => `${label} ${reason}`);
  expect(new Set(found)).toEqual(
    new Set([
      "Saved locally. Its author must sign in here.",
      "Saved locally. It builds on a colleague's work, whose author must sign in here.",
    ]),
  );
});
