import { statusLabels } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  amoxicillin,
  foundClinic,
  join,
  openDevice,
  TestServer,
  warfarin,
  type Device,
} from "./clinic.test-support.ts";

let ada: Device;
let ben: Device;
let server: TestServer;
let organizationId: Awaited<ReturnType<typeof foundClinic>>["organizationId"];
let teamId: Awaited<ReturnType<typeof foundClinic>>["teamId"];

beforeEach(async () => {
  ada = await openDevice({ name: "ada" });
  ben = await openDevice({ name: "ben" });
  ({ organizationId, teamId } = await foundClinic(ada));
  await join(ben, organizationId, teamId, [
    "clinician",
    "receptionist",
    "manager",
  ]);
  server = new TestServer(organizationId);
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await server.deliverTo(ben);
});

async function newPatient(device = ada) {
  const created = await device.client.patients.create({
    parentId: organizationId,
    groups: {
      prescribing: { medications: {} },
      identity: { name: [{ family: "Moyo", given: ["Tariro"] }] },
    },
  });
  if (!created.ok) throw new Error(created.error.reason);
  return created.value;
}

async function sharedPatient() {
  const own = await newPatient();
  await server.takeFrom(ada);
  await server.deliverTo(ada);
  await server.deliverTo(ben);
  const theirs = await ben.client.patients.get(own.id);
  if (!theirs.ok) throw new Error(theirs.error.code);
  return { own, theirs: theirs.value };
}

test("[CL-9] a save is saved locally, then synced", async () => {
  const patient = await newPatient();
  expect(patient.status).toEqual({
    state: "queued",
    label: statusLabels.queued,
  });
  await server.takeFrom(ada);
  await ada.client.settle();
  expect(patient.status.label).toBe("Synced.");
});

test("[CO-10] what arrived while the form was open was not seen: an honest conflict", async () => {
  const { own, theirs } = await sharedPatient();
  const form = await own.edit();
  const other = await theirs.edit();
  other.draft.prescribing.medications.add(warfarin);
  expect((await other.save()).ok).toBe(true);
  await server.takeFrom(ben);
  await server.deliverTo(ada);
  await ada.client.settle();

  expect(form.isBehind).toBe(true);
  expect(form.unseen).toHaveLength(1);
  form.draft.prescribing.medications.add(amoxicillin);
  const saved = await form.save();
  expect(saved.ok && saved.value.status.state).toBe("conflict");
  const reading = own.group("prescribing");
  expect(reading.status).toBe("conflict");
});

test("[CO-10] what the form has acknowledged was seen: both stand", async () => {
  const { own, theirs } = await sharedPatient();
  const form = await own.edit();
  form.draft.prescribing.medications.add(amoxicillin);
  const other = await theirs.edit();
  other.draft.prescribing.medications.add(warfarin);
  await other.save();
  await server.takeFrom(ben);
  await server.deliverTo(ada);
  await ada.client.settle();

  expect(form.acknowledge()).toEqual([]);
  expect((await form.save()).ok).toBe(true);
  const reading = own.group("prescribing");
  expect(
    reading.status === "settled" &&
      Object.values(reading.content.medications).map(({ code }) => code.text),
  ).toEqual(expect.arrayContaining(["amoxicillin", "warfarin"]));
});

test("[CO-2] a refused phone number does not strand the allergy signed after it", async () => {
  const { own } = await sharedPatient();
  const edit = await own.edit();
  edit.draft.telecom.set({ status: "active", value: "+263 77 000 000" });
  const phone = await edit.save();
  edit.draft.prescribing.medications.add(amoxicillin);
  const signed = await edit.save();
  if (!phone.ok || !signed.ok) throw new Error("not saved");

  await server.takeFrom(ada, ({ hash }) =>
    phone.value.hashes.includes(hash) ? "not-permitted" : null,
  );
  await ada.client.settle();
  expect(own.status.label).toBe(statusLabels.refused);
  const reading = own.group("prescribing");
  expect(
    reading.status === "settled" && Object.keys(reading.content.medications),
  ).toHaveLength(1);
  expect(own.fields.telecom).toEqual({});
  const [stranded] = await ada.client.stranded();
  expect(stranded).toMatchObject({
    recordId: own.id,
    code: "not-permitted",
    hash: phone.value.hashes[0],
  });
  expect(stranded?.bytes.length).toBeGreaterThan(0);
  if (stranded === undefined) throw new Error("nothing is stranded");
  await ada.client.dismissStranded(own.id, stranded.hash);
  await ada.client.settle();
  expect(own.status.state).not.toBe("refused");
});

test("[CO-12] a conflict is resolved by choosing, by combining and by another value", async () => {
  for (const how of ["choose", "combine", "value"] as const) {
    const { own, theirs } = await sharedPatient();
    const [mine, others] = [await own.edit(), await theirs.edit()];
    mine.draft.prescribing.medications.add(amoxicillin);
    others.draft.prescribing.medications.add(warfarin);
    await mine.save();
    await others.save();
    await server.takeFrom(ada);
    await server.takeFrom(ben);
    await server.deliverTo(ada);
    await ada.client.settle();

    const review = own.review("prescribing");
    if (review === null) throw new Error("there is no conflict");
    const [first] = review.reading.candidates;
    if (first === undefined) throw new Error("there is no candidate");
    const settled = await review.resolve(
      how === "choose"
        ? { choose: first.opId, reason: "seen with the patient" }
        : how === "combine"
          ? { combine: true, reason: "both are wanted" }
          : { value: first.content, reason: "written anew" },
    );
    expect(settled).toMatchObject({ ok: true });
    const reading = own.group("prescribing");
    expect(
      reading.status === "settled" &&
        Object.keys(reading.content.medications).length,
    ).toBe(how === "combine" ? 2 : 1);
    expect(own.status.state).toBe("queued");
    expect((await ada.client.unsynced())[0]).toMatchObject({ priority: 0 });
    await server.takeFrom(ada);
    await server.deliverTo(ada);
    await server.deliverTo(ben);
  }
});

test("[CO-11] one candidate is edited while the conflict stays open", async () => {
  const { own, theirs } = await sharedPatient();
  const [mine, others] = [await own.edit(), await theirs.edit()];
  mine.draft.prescribing.medications.add(amoxicillin);
  others.draft.prescribing.medications.add(warfarin);
  await mine.save();
  await others.save();
  await server.takeFrom(ada);
  await server.takeFrom(ben);
  await server.deliverTo(ada);
  await ada.client.settle();

  const before = own.group("prescribing");
  if (before.status !== "conflict") throw new Error("there is no conflict");
  const candidate = before.candidates[0];
  if (candidate === undefined) throw new Error("there is no candidate");
  const edit = await own.editCandidate("prescribing", candidate.opId);
  if (!edit.ok) throw new Error(edit.error.reason);
  edit.value.draft.prescribing.allergies.add({
    category: ["medication"],
    code: { text: "penicillin" },
    clinicalStatus: "active",
    verificationStatus: "confirmed",
  } as never);
  const saved = await edit.value.save();
  expect(saved).toMatchObject({ ok: true });
  const after = own.group("prescribing");
  expect(after.status === "conflict" && after.candidates).toHaveLength(2);
  expect(after.status === "conflict" && after.safe.allergies).toHaveLength(1);
  expect(own.status.state).toBe("conflict");

  // In the same form once more: over what it wrote itself, not beside it. What else is written in it is saved like anywhere.
  edit.value.draft.prescribing.pregnancy = { status: "possible" };
  edit.value.draft.maritalStatus = "M";
  edit.value.draft.identity.birthDate = "1990-01-01";
  expect(await edit.value.save()).toMatchObject({ ok: true });
  expect(own.fields.maritalStatus).toBe("M");
  expect(own.group("identity")).toMatchObject({
    content: { birthDate: "1990-01-01" },
  });
  const again = own.group("prescribing");
  expect(again.status === "conflict" && again.candidates).toHaveLength(2);
  expect(again).toMatchObject({
    candidates: expect.arrayContaining([
      expect.objectContaining({
        content: expect.objectContaining({ pregnancy: { status: "possible" } }),
      }),
    ]),
  });
});
