import { patient as patientType } from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";

import {
  amoxicillin,
  foundClinic,
  join,
  openDevice,
  TestServer,
  type Device,
} from "./clinic.test-support.ts";
import type { SutureRecord } from "./record.ts";

const step = fc.record({
  device: fc.integer({ min: 0, max: 1 }),
  act: fc.constantFrom(
    "phone",
    "status",
    "sign",
    "end",
    "resolve",
    "send",
    "refuse",
    "receive",
    "note",
  ),
  number: fc.integer({ min: 0, max: 99 }),
});

test("[CO-14] devices that hold the same changes show the same record", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const devices = [
        await openDevice({ name: "ada" }),
        await openDevice({ name: "ben" }),
      ] as const;
      const { organizationId, teamId } = await foundClinic(devices[0]);
      await join(devices[1], organizationId, teamId, [
        "clinician",
        "receptionist",
      ]);
      const server = new TestServer(organizationId);
      const created = await devices[0].client.patients.create({
        parentId: organizationId,
      });
      if (!created.ok) throw new Error(created.error.reason);
      const patientId = created.value.id;
      await server.takeFrom(devices[0]);
      for (const device of devices) await server.deliverTo(device);

      const patientOn = async (device: Device) => {
        await device.client.settle();
        const opened = await device.client.patients.get(patientId);
        if (!opened.ok) throw new Error(opened.error.code);
        return opened.value;
      };
      for (const { device: at, act, number } of steps) {
        const device = devices[at] ?? devices[0];
        if (act === "send") await server.takeFrom(device);
        else if (act === "refuse") {
          let isFirst = true;
          await server.takeFrom(device, () => {
            const code = isFirst ? "not-permitted" : null;
            isFirst = false;
            return code;
          });
        } else if (act === "receive") await server.deliverTo(device);
        else await write(await patientOn(device), act, number);
      }
      for (let round = 0; round < 2; round += 1)
        for (const device of devices) {
          await server.takeFrom(device);
          await server.deliverTo(device);
        }
      const [ada, ben] = [
        await patientOn(devices[0]),
        await patientOn(devices[1]),
      ];
      expect(ada.heads).toEqual(ben.heads);
      expect(ada.fields).toEqual(ben.fields);
      expect(ada.group("prescribing")).toEqual(ben.group("prescribing"));
      // What a start from the rows gives is what the open record had become.
      const again = await openDevice({
        name: "ben",
        store: devices[1].store,
        start: 2,
      });
      const fresh = await patientOn(again);
      expect(fresh.heads).toEqual(ben.heads);
      expect(fresh.group("prescribing")).toEqual(ben.group("prescribing"));
      expect(fresh.status).toEqual(ben.status);
      expect(await again.client.unsynced()).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

/** Saves one thing, as a person might; what is refused early is nothing. */
async function write(
  patient: SutureRecord<typeof patientType>,
  act: "phone" | "status" | "sign" | "end" | "resolve" | "note",
  number: number,
): Promise<void> {
  const inConflict = patient.group("prescribing").status === "conflict";
  if (act === "resolve") {
    const review = patient.review("prescribing");
    const chosen = review?.reading.candidates[number % 2];
    if (review === null || chosen === undefined) return;
    const saved = await review.resolve({ choose: chosen.opId, reason: "seen" });
    expect(saved.ok).toBe(true);
    return;
  }
  const edit = await patient.edit();
  const { draft } = edit;
  if (act === "phone")
    draft.telecom.set({ status: "active", value: `+${number}` });
  else if (act === "note")
    draft.notes.set({ status: "active", text: `${number}` });
  else if (act === "status") draft.maritalStatus = number % 2 === 0 ? "M" : "S";
  else if (inConflict) return;
  else if (act === "sign")
    draft.prescribing.medications.add({ ...amoxicillin, note: `${number}` });
  else {
    const [first] = Object.entries(draft.prescribing.medications.entries);
    if (first === undefined) return;
    draft.prescribing.medications.end(first[0], {
      ...first[1],
      status: "stopped",
    });
  }
  const saved = await edit.save();
  expect(saved.ok).toBe(true);
}
