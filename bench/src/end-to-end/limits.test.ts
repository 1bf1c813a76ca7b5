/** Real clients at a server that asks them for something, or for time: they give it, and nothing is lost or called what it is not. */
import { createFileTokenStore } from "@suture/client/node";
import { statusLabels } from "@suture/schema";
import { defaultBudgetLimits } from "@suture/server";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";

import {
  everythingIsSent,
  RealWorld,
  type RealWorldLimits,
} from "./real-world.test-support.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: RealWorld | undefined;

afterEach(() => world?.end());

async function opened(limits: RealWorldLimits): Promise<RealWorld> {
  world = await RealWorld.create(limits);
  return world;
}

test("[SY-28] a device that pushes more than its share waits, says its work is only here, and gets all of it in", async () => {
  const { device } = defaultBudgetLimits;
  // What one push may bring; and a tenth of a second for each change that is too many.
  const changes = { atOnce: 2, perSecond: 10 };
  const there = await opened({
    budgetLimits: { ...defaultBudgetLimits, device: { ...device, changes } },
  });
  const client = await there.join("tablet", "technician");
  const [pump] = await client.equipment.list();
  if (pump === undefined) throw new Error("there is no equipment");
  for (let number = 0; number < 12; number += 1) {
    const form = await pump.edit();
    form.draft.modelNumber = `Model ${number}`;
    const saved = await form.save();
    expect(saved.ok).toBe(true);
  }
  expect(pump.status.label).toBe(statusLabels.queued);
  await everythingIsSent(client);
  const other = await there.join("phone", "technician");
  const same = await other.equipment.get(pump.id);
  expect(same.ok && same.value.fields).toMatchObject({
    modelNumber: "Model 11",
  });
});

test("[SY-28] a device whose token is about to end renews it on the open connection, and stays", async () => {
  const dayMs = 24 * 3_600_000;
  // A token lives for 180 days: one that is a day old is asked for, a new one is not.
  const there = await opened({ syncLimits: { tokenWarningMs: 179.5 * dayMs } });
  const client = await there.join("tablet", "technician");
  const tokens = createFileTokenStore(
    join(there.directoryOf("tablet"), "tokens.json"),
  );
  const personId = client.person?.personId;
  if (personId === undefined) throw new Error("nobody is signed in");
  const before = await tokens.loadGrant(personId);
  client.stopSync();
  there.serverAheadMs = dayMs;
  const problems: string[] = [];
  client.watchSync(({ problem }) => problem && problems.push(problem.code));
  await client.catchUp();
  const isRenewed = async () =>
    (await tokens.loadGrant(personId))?.syncToken !== before?.syncToken;
  await vi.waitUntil(isRenewed, { timeout: 30_000, interval: 20 });
  const created = await client.equipment.list();
  expect(created).not.toEqual([]);
  expect(problems).toEqual([]);
  expect(client.syncStatus.state).toBe("up-to-date");
});
