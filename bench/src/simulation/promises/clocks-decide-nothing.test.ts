/** PM-10: one morning in the hospital, told with right clocks and with wrong ones. Whoever looks sees the same. */
import { createWorld, unfinished, type World } from "@suture/client/testing";
import { sutureRecords } from "@suture/schema";
import { expect, test } from "vitest";

import { textOf } from "../model/canonical-text.ts";
import { foundHospital } from "../people/found-hospital.ts";
import type { Chart, DeviceName, Hospital } from "../people/hospital.ts";
import { readShown } from "./shown-record.ts";

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;

type Clocks = Partial<Record<DeviceName | "server", number>>;

/** How far ahead each clock is; whatever is not named is right. */
const wrongClocks: readonly Clocks[] = [
  { mbare: 30 * yearMs, ward: -20 * yearMs },
  { server: -3 * yearMs, office: 2 * hourMs, workshop: -6 * hourMs },
  { server: 5 * yearMs, mbare: -yearMs, ward: yearMs, workshop: 9 * yearMs },
];

test("[PM-10] with clocks that are years off, everybody sees what they see with right ones", async () => {
  const hospital = await foundHospital();
  const right = await tellTheMorning(hospital, {});
  // The morning has something in it that a clock could decide.
  expect(right).toContain('"status":"conflict"');
  for (const clocks of wrongClocks)
    expect(await tellTheMorning(hospital, clocks)).toBe(right);
});

/** What every device shows of the charts in the end. */
async function tellTheMorning(
  hospital: Hospital,
  clocks: Clocks,
): Promise<string> {
  const world = await createWorld({
    seed: 10,
    devices: hospital.deviceNames,
    startServer: hospital.startServer,
    from: hospital.image,
  });
  try {
    for (const [name, aheadMs] of Object.entries(clocks))
      machineOf(world, name).clock.set(aheadMs);
    for (const device of world.devices) await must(world, () => device.start());
    await world.run(10_000);
    const chartOf = (type: Chart["type"]) => {
      const chart = hospital.charts.find((one) => one.type === type);
      if (chart === undefined) throw new Error(`there is no ${type}`);
      return chart;
    };
    const ventilator = chartOf("equipment");
    const visit = chartOf("appointment");
    // Apart, both of them: nobody sees what the other writes.
    for (const name of ["workshop", "mbare"] as const)
      world.device(name).link.latencyMs = 60_000;
    for (const [name, status] of [
      ["workshop", "out-of-service"],
      ["office", "restricted"],
    ] as const) {
      await write(world, name, ventilator, (draft) => {
        Reflect.set(Reflect.get(draft, "fitness"), "operationalStatus", status);
        Reflect.set(draft, "locationText", `seen by ${name}`);
      });
      await world.run(1_000);
    }
    for (const [name, attendance] of [
      ["mbare", "noshow"],
      ["tablet", "arrived"],
    ] as const)
      await write(world, name, visit, (draft) => {
        Reflect.set(draft, "attendance", attendance);
        Reflect.set(draft, "description", `by ${name}`);
      });
    for (const { link } of world.devices) link.latencyMs = 20;
    // A clock that somebody sets right meanwhile: a jump of years.
    world.device("mbare").machine.clock.set(0);
    await write(world, "office", visit, (draft) => {
      Reflect.set(draft, "description", "by the office, later");
    });
    expect(await world.healAndSettle()).toBeUndefined();
    return await everythingShown(world, [ventilator, visit]);
  } finally {
    await world.close();
  }
}

function machineOf(world: World, name: string) {
  return name === "server" ? world.server.machine : world.device(name).machine;
}

async function must<T>(world: World, work: () => Promise<T>): Promise<T> {
  const done = await world.act(work, 10 * 60_000);
  if (done === unfinished) throw new Error("it did not come to an end");
  return done;
}

function typeOf(chart: Chart) {
  const type = sutureRecords.find((one) => one.type === chart.type);
  if (type === undefined) throw new Error("there is no such type");
  return type;
}

async function write(
  world: World,
  name: DeviceName,
  chart: Chart,
  fill: (draft: object) => void,
): Promise<void> {
  const { client } = world.device(name);
  const found = await must(world, () =>
    client.records(typeOf(chart)).get(chart.recordId),
  );
  if (!found.ok) throw new Error(`${name} has no ${chart.name}`);
  const form = await must(world, () => found.value.edit());
  fill(form.draft);
  const saved = await must(world, () => form.save());
  if (!saved.ok) throw new Error(`${name}: ${saved.error.code}`);
}

/** Which of two values entered at once stands is chance's, so all that were entered count; signatures tell the time and do not. */
async function everythingShown(
  world: World,
  charts: readonly Chart[],
): Promise<string> {
  const shown: unknown[] = [];
  for (const { name, client } of world.devices)
    for (const chart of charts) {
      const found = await must(world, () =>
        client.records(typeOf(chart)).get(chart.recordId),
      );
      if (!found.ok) continue;
      const snapshot = found.value.snapshot();
      const { groups, fields } = readShown(snapshot, chart.type);
      const entered = Object.keys(fields).map((field) => [
        field,
        snapshot
          .valuesOf(field as never)
          .map(textOf)
          .toSorted(),
      ]);
      const readings = Object.entries(groups).map(([group, reading]) => [
        group,
        reading.status === "conflict"
          ? { ...reading, contents: reading.contents.map(textOf).toSorted() }
          : reading,
      ]);
      const { state } = found.value.status;
      shown.push({ name, chart: chart.name, state, entered, readings });
    }
  return textOf(shown);
}
