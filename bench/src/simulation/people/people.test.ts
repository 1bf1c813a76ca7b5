import { createWorld, SeededRandom, unfinished } from "@suture/client/testing";
import type { RecordId } from "@suture/schema";
import { afterEach, expect, test } from "vitest";

import { Journal } from "../journal.ts";
import type { Run } from "../run.ts";
import { Tally } from "../tally.ts";
import { chartKinds } from "./chart-kind.ts";
import { foundHospital } from "./found-hospital.ts";
import { House } from "./house.ts";
import type { DeviceName } from "./hospital.ts";
import { createRecord } from "./new-record.ts";
import { People } from "./people.ts";

const hospital = await foundHospital();
const kinds = chartKinds(hospital);
const runs: Run[] = [];

afterEach(async () => {
  for (const run of runs.splice(0)) await run.world.close();
});

async function begin(seed: number): Promise<Run> {
  const world = await createWorld({
    seed,
    devices: hospital.deviceNames,
    startServer: hospital.startServer,
    from: hospital.image,
  });
  for (const device of world.devices) await world.act(() => device.start());
  await world.run(5_000);
  const random = new SeededRandom(seed);
  const run = { world, journal: new Journal(), tally: new Tally(), random };
  runs.push(run);
  return run;
}

/** A desk, and whoever sits there. */
function deskOf(house: House, name: DeviceName) {
  const desk = house.desks.find((one) => one.name === name);
  const person = desk?.person;
  if (desk === undefined || person === undefined)
    throw new Error(`nobody is at ${name}`);
  return { desk, person };
}

function chartOf(type: keyof typeof kinds) {
  const chart = hospital.charts.find((one) => one.type === type);
  if (chart === undefined) throw new Error(`there is no ${type}`);
  return chart;
}

async function patientOnWard({ world }: Run, recordId: RecordId) {
  const { client } = world.device("ward");
  const found = await world.act(() => client.patients.get(recordId));
  if (found === unfinished || !found.ok) throw new Error("it is not here");
  return found.value;
}

test("[WO-90] the hospital that runs begin in is whole: everybody is signed in, and every device has what its people may read", async () => {
  const { world } = await begin(1);
  for (const { client } of world.devices) {
    expect(client.syncStatus.state).toBe("up-to-date");
    expect(client.memberships).toHaveLength(1);
    expect(await client.unsynced()).toEqual([]);
  }
  const { client } = world.device("ward");
  const patients = await client.patients.list();
  expect(patients.map(({ status }) => status.state)).toEqual(
    patients.map(() => "confirmed"),
  );
  expect(patients).toHaveLength(3);
});

test("[WO-91] what is noted of a save is what the form showed, what was written, and the changes that say it", async () => {
  const run = await begin(2);
  const house = new House(run, hospital);
  const { desk, person } = deskOf(house, "ward");
  const chart = chartOf("patient");
  const form = await kinds.patient.openForm(desk, chart);
  expect(form?.write("identity")).toBe("identity");
  expect(form?.write("telecom")).toBe("telecom");
  expect((await form?.save())?.kind).toBe("saved");
  const { personId } = person;
  const [shown, saved, shownAgain] = run.journal.entries;
  expect(shown).toMatchObject({ kind: "form-shown", device: "ward", personId });
  expect(saved).toMatchObject({
    kind: "saved",
    edits: [
      { kind: "entry", field: "telecom" },
      { kind: "statement", group: "identity" },
    ],
  });
  if (saved?.kind !== "saved") throw new Error("nothing was saved");
  const statement = saved.edits.at(-1);
  if (statement?.kind !== "statement") throw new Error("nothing was signed");
  const record = await patientOnWard(run, chart.recordId);
  expect(record.group("identity")).toMatchObject({
    status: "settled",
    content: statement.content,
  });
  expect(record.history().map(({ hash }) => hash)).toEqual(
    expect.arrayContaining([...saved.hashes]),
  );
  expect(shownAgain).toMatchObject({
    kind: "form-shown",
    groups: { identity: { status: "single", content: statement.content } },
  });
});

test("[WO-91] of a save whose device died nothing is claimed", async () => {
  const run = await begin(3);
  const house = new House(run, hospital);
  const { desk, person } = deskOf(house, "ward");
  const form = await kinds.patient.openForm(desk, chartOf("patient"));
  form?.write("identity");
  const saving = form?.save();
  desk.device.kill();
  expect(await saving).toEqual({ kind: "unknown" });
  expect(run.journal.entries.at(-1)).toMatchObject({
    kind: "save-unknown",
    formId: form?.formId,
    personId: person.personId,
    edits: [{ kind: "statement", group: "identity" }],
  });
  // What lay open in the app is gone with it.
  expect(desk.forms).toEqual([]);
});

test("[WO-91] what the app refuses is noted as refused, and nothing as saved", async () => {
  const run = await begin(4);
  const house = new House(run, hospital);
  const { desk, person } = deskOf(house, "workshop");
  await createRecord(desk, person, "patient");
  expect(run.journal.entries).toMatchObject([
    { kind: "save-refused", code: "not-permitted" },
  ]);
});

test("[WO-92] people do the same in every run of a seed, and differ between seeds", async () => {
  const words = async (seed: number) => {
    const run = await begin(seed);
    const people = new People({ run, hospital });
    const told: string[] = [];
    for (let count = 0; count < 12; count += 1) {
      const step = people.nextStep();
      told.push(step.words);
      await step.run();
      await run.world.run(500);
    }
    return { told, entries: run.journal.entries };
  };
  const first = await words(5);
  expect(await words(5)).toEqual(first);
  expect((await words(6)).told).not.toEqual(first.told);
});
