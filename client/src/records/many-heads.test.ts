import { expect, test } from "vitest";

import { amoxicillin, foundClinic, openDevice } from "./clinic.test-support.ts";

test("[CO-15] a record that three hundred wrote in apart can still be written and signed", async () => {
  const ada = await openDevice({ name: "ada" });
  const founded = await foundClinic(ada);
  const created = await ada.client.patients.create({
    parentId: founded.organizationId,
    groups: { identity: { name: [{ family: "Moyo", given: ["Tariro"] }] } },
  });
  if (!created.ok) throw new Error(created.error.reason);
  const record = created.value;
  const sessions = [];
  for (let count = 0; count < 300; count += 1)
    sessions.push(await record.edit());
  for (const [count, session] of sessions.entries()) {
    session.draft.telecom.set({ status: "active", value: `${count}` });
    expect((await session.save()).ok).toBe(true);
  }
  expect(record.heads.length).toBeGreaterThan(256);

  const session = await record.edit();
  const [entryId = ""] = Object.keys(record.fields.telecom ?? {});
  session.draft.maritalStatus = "M";
  session.draft.telecom.set({ status: "active", value: "new" }, entryId);
  session.draft.prescribing.medications.add(amoxicillin);
  const saved = await session.save();
  expect(saved).toMatchObject({ ok: true });
  expect(record.fields.telecom?.[entryId]).toMatchObject({ value: "new" });
  expect(record.group("prescribing").status).toBe("settled");
  expect(record.heads.length).toBeLessThan(256);
});
