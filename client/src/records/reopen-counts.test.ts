import type { RecordId } from "@suture/schema";
import { beforeEach, expect, test } from "vitest";

import {
  foundClinic,
  newPatient,
  openDevice,
  personIdOf,
  type Device,
} from "./clinic.test-support.ts";

const minuteMs = 60_000;
let ada: Device;
let organizationId: RecordId;
let patientId: RecordId;
beforeEach(async () => {
  ada = await openDevice({ name: "ada", others: ["ben"] });
  ({ organizationId } = await foundClinic(ada));
  patientId = (await newPatient(ada, organizationId)).id;
});

const reopens = () => ada.client.reopens;

async function save(): Promise<void> {
  await reopens().saved(organizationId, patientId);
}

async function look(): Promise<void> {
  await reopens().opened(patientId);
  await reopens().left(patientId);
}

async function counted(): Promise<readonly (readonly [number, number])[]> {
  const counts = await reopens().unreported();
  return counts.map(({ saveCount, reopenCount }) => [saveCount, reopenCount]);
}

test("[AP-116] a save that is opened again within ten minutes, only to look, counts once", async () => {
  await save();
  await look();
  await look();
  expect(await counted()).toEqual([[1, 1]]);
  await save();
  ada.clock.nowMs += 10 * minuteMs + 1;
  await look();
  expect(await counted()).toEqual([[2, 1]]);
});

test("[AP-116] opening it again to go on with it does not count, nor does what somebody else saved", async () => {
  await save();
  await reopens().opened(patientId);
  expect(await counted()).toEqual([[1, 0]]);
  await save();
  await reopens().left(patientId);
  expect(await counted()).toEqual([[2, 0]]);
  await ada.client.usePerson(personIdOf("ben"));
  await look();
  expect(await counted()).toEqual([]);
  await ada.client.usePerson(personIdOf("ada"));
  expect(await counted()).toEqual([[2, 0]]);
});

test("[AP-116] it is counted across restarts; a visit whose page was killed counts an hour later", async () => {
  await save();
  ada = await openDevice({
    name: "ada",
    others: ["ben"],
    store: ada.store,
    start: 2,
  });
  await reopens().opened(patientId);
  expect(await counted()).toEqual([[1, 0]]);
  ada.clock.nowMs += 61 * minuteMs;
  await save();
  expect(await counted()).toEqual([[2, 1]]);
});

test("[AP-117] a day's counts name no record, and are told again only when they have risen", async () => {
  await save();
  const first = await reopens().unreported();
  expect(first).toEqual([
    { organizationId, day: "2026-03-02", saveCount: 1, reopenCount: 0 },
  ]);
  await look();
  await reopens().reported(first);
  const second = await reopens().unreported();
  expect(second).toEqual([
    { organizationId, day: "2026-03-02", saveCount: 1, reopenCount: 1 },
  ]);
  await reopens().reported(second);
  expect(await reopens().unreported()).toEqual([]);
});

test("[AP-116] every save of the client is told, with its record", async () => {
  const told: (readonly RecordId[])[] = [];
  const stop = ada.client.watchSaved((recordIds) => void told.push(recordIds));
  const patient = await newPatient(ada, organizationId);
  const edit = await patient.edit();
  edit.draft.maritalStatus = "M";
  expect((await edit.save()).ok).toBe(true);
  stop();
  await newPatient(ada, organizationId);
  expect(told).toEqual([[patient.id], [patient.id]]);
});
