import { createWorld, diskFull } from "@suture/client/testing";
import { expect, test } from "vitest";

import { foundHospital } from "./people/found-hospital.ts";

const halfAnHourMs = 30 * 60_000;

test("[SY-20] a device that cannot store what it receives asks ever more seldom, and goes on once it can (seed 111)", async () => {
  const { image, startServer, deviceNames, charts } = await foundHospital();
  const world = await createWorld({
    seed: 111,
    devices: deviceNames,
    startServer,
    from: image,
  });
  const workshop = world.device("workshop");
  const office = world.device("office");
  const connections = new Set<number>();
  workshop.link.watch(({ connection }) => connections.add(connection));
  await world.act(() => workshop.start());
  const client = await office.start();
  await world.run(10_000);
  workshop.machine.disk.suffer(diskFull());
  const chart = charts.find(({ type }) => type === "equipment");
  if (chart === undefined) throw new Error("there is no equipment");
  const found = await world.act(() => client.equipment.get(chart.recordId));
  if (typeof found === "symbol" || !found.ok) throw new Error("not there");
  const form = await world.act(() => found.value.edit());
  if (typeof form === "symbol") throw new Error("it does not open");
  form.draft.deviceName = "Ventilator, moved";
  await world.act(() => form.save());
  await world.run(halfAnHourMs);
  expect(workshop.client.syncStatus.problem?.code).toBe("store-failed");
  // With waits that were started over each time it would be 3,600.
  expect(connections.size).toBeLessThan(120);
  workshop.machine.disk.heal();
  expect(await world.healAndSettle()).toBeUndefined();
  const there = await world.act(() =>
    workshop.client.equipment.get(found.value.id),
  );
  if (typeof there === "symbol" || !there.ok) throw new Error("not there");
  expect(there.value.fields.deviceName).toBe("Ventilator, moved");
  await world.close();
});
