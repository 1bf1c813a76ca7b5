/** Disks that fail, lose and damage what lies on them, under the real SDK and the real server. */
import {
  commitFails,
  createWorld,
  crashesAt,
  damagedRow,
  diskFull,
  flippedBits,
  tornCommit,
  truncatedFile,
  unfinished,
  writeFails,
} from "@suture/client/testing";
import { describe, expect, test, vi } from "vitest";

import {
  foundClinic,
  signIn,
  startServer,
  worldOf,
} from "./small-clinic.test-support.ts";

// Many simulated minutes each: of the machine's own time they take more the busier it is.
vi.setConfig({ testTimeout: 60_000 });

/** Ada's team, on the server and on her tablet, everything confirmed. */
const clinic = await founded();

async function founded() {
  const devices = ["tablet"];
  const world = await createWorld({ seed: 1, devices, startServer });
  const tablet = world.device("tablet");
  const client = await tablet.start();
  await signIn(world, "tablet");
  const { teamId } = await foundClinic(world, "tablet");
  await world.act(() => client.catchUp());
  await world.run(60_000);
  await tablet.close();
  await world.act(() => world.server.stop());
  const from = await world.image();
  await world.close();
  return { from, teamId };
}

async function clinicOf(seed: number) {
  const { from, teamId } = clinic;
  const devices = ["tablet", "phone"];
  const world = await worldOf({ seed, devices, from });
  const tablet = world.device("tablet");
  const client = await tablet.start();
  await world.act(() => client.catchUp());
  const team = async () => {
    const found = await tablet.client.teams.get(teamId);
    if (!found.ok) throw new Error(found.error.code);
    return found.value;
  };
  /** Answers whether the person was told that it is saved. */
  const rename = async (name: string): Promise<boolean> => {
    const saved = await world.act(async () => {
      const form = await (await team()).edit();
      form.draft.name = name;
      return form.save();
    });
    return saved !== unfinished && saved.ok;
  };
  const settle = () =>
    world.runUntil(
      async () =>
        tablet.isOn &&
        tablet.client.syncStatus.state === "up-to-date" &&
        (await tablet.client.unsynced()).length === 0,
      10 * 60_000,
    );
  return { world, tablet, team, rename, settle };
}

test("[WO-27] a server restored from an older backup gets everything back from a device", async () => {
  const { world, team, rename, settle } = await clinicOf(1);
  await world.act(() => world.server.stop());
  const backup = world.server.machine.disk.image();
  await world.act(() => world.server.start());
  expect(await rename("After the backup")).toBe(true);
  await world.run(60_000);
  expect((await team()).status.state).toBe("confirmed");
  await world.act(() => world.server.restore(backup));
  await world.run(1_000);
  expect(await settle()).toBe(true);
  await world.run(60_000);
  expect((await team()).status.state).toBe("confirmed");
  expect((await team()).fields.name).toBe("After the backup");
});

test("[WO-27] a device restored from an older backup has what the server has", async () => {
  const { world, tablet, team, rename, settle } = await clinicOf(2);
  await tablet.close();
  const backup = tablet.machine.disk.image();
  await tablet.start();
  expect(await rename("After the backup")).toBe(true);
  await world.run(60_000);
  await world.act(() => tablet.restore(backup));
  expect(await settle()).toBe(true);
  await world.run(60_000);
  expect((await team()).fields.name).toBe("After the backup");
  expect(await rename("And on")).toBe(true);
  expect(await settle()).toBe(true);
});

describe("[WO-28] what a person was told is saved is there, and goes on to the server, whatever the disk does", () => {
  test.each([
    ["writes fail", (nth: number) => writeFails({ nth })],
    ["fsyncs fail", (nth: number) => commitFails({ nth })],
    ["commits are torn", (nth: number) => tornCommit({ nth })],
    [
      "the app is killed between storage calls",
      (nth: number) => crashesAt({ nth }),
    ],
  ])("%s", async (_, fault) => {
    const { world, tablet, team, rename, settle } = await clinicOf(3);
    const felt: string[] = [];
    tablet.machine.disk.onFelt = (name) => felt.push(name);
    for (let nth = 1; nth <= 14; nth += 1) {
      const end = tablet.machine.disk.suffer(fault(nth));
      const told: string[] = [];
      for (const name of [`${nth} a`, `${nth} b`]) {
        if (!tablet.isOn) break;
        if (await rename(name)) told.push(name);
        await world.run(500);
      }
      end();
      tablet.kill();
      await world.act(() => tablet.start());
      const { name } = (await team()).fields;
      if (told.length > 0)
        expect([told.at(-1), `${nth} b`], `call ${nth}`).toContain(name);
      expect(await settle(), `call ${nth}`).toBe(true);
    }
    expect(felt.length).toBeGreaterThan(3);
  });

  test("the server's disk is full, and has space again", async () => {
    const { world, team, rename, settle } = await clinicOf(4);
    const end = world.server.machine.disk.suffer(diskFull());
    expect(await rename("While it is full")).toBe(true);
    await world.run(60_000);
    expect((await team()).status.state).not.toBe("synced");
    end();
    expect(await settle()).toBe(true);
    expect((await team()).fields.name).toBe("While it is full");
  });

  test("the device's disk is full: the person is told, and the form still holds it", async () => {
    const { tablet, team, rename, settle } = await clinicOf(5);
    const end = tablet.machine.disk.suffer(diskFull());
    expect(await rename("No room")).toBe(false);
    expect((await team()).fields.name).toBe("Ward");
    end();
    expect(await rename("Room again")).toBe(true);
    expect(await settle()).toBe(true);
  });
});

describe("a device whose storage was damaged", () => {
  const tables = [
    "changes",
    "change_bytes",
    "changes_by_hash",
    "records",
    "scopes",
    "log_rows",
    "views",
    "memberships",
    "device",
    "receipts",
  ];
  test.each(tables)(
    "[CL-21] [CL-22] one row of %s: it is told, the rest is kept, and all of it comes back",
    async (table) => {
      const { world, tablet, team, rename, settle } = await clinicOf(6);
      await tablet.client.teams.list();
      await tablet.close();
      expect(tablet.machine.disk.damage(damagedRow({ table }))).toBe(true);
      const client = await tablet.start();
      const [report] = await client.damage.list();
      expect(report).toMatchObject({
        areAllNamed: true,
        keptAs: "log.sqlite-damaged-1",
      });
      expect(await settle()).toBe(true);
      await world.run(60_000);
      expect((await team()).fields.name).toBe("Ward");
      expect((await team()).status.state).toBe("confirmed");
      expect((await client.damage.list())[0]?.missing).toEqual([]);
      expect(await rename("And on")).toBe(true);
      expect(await settle()).toBe(true);
      expect(await client.damage.acknowledge(report?.number ?? 0)).toBe(true);
      await tablet.close();
      expect(await (await tablet.start()).damage.list()).toEqual([]);
    },
  );

  test.each([
    { tables: ["changes", "changes_by_hash"], areAllNamed: true },
    { tables: ["damage_reports"], areAllNamed: false },
    {
      tables: ["changes", "changes_by_hash", "change_bytes"],
      areAllNamed: false,
    },
  ])(
    "[CL-32] whether more may be missing than is named is told where a row was damaged in each of $tables",
    async ({ tables, areAllNamed }) => {
      const { tablet } = await clinicOf(7);
      await tablet.close();
      expect(tablet.machine.disk.damage(damagedRow({ table: "records" }))).toBe(
        true,
      );
      await tablet.start();
      await tablet.close();
      for (const table of tables)
        expect(tablet.machine.disk.damage(damagedRow({ table }))).toBe(true);
      const reports = await (await tablet.start()).damage.list();
      expect(reports.at(-1)).toMatchObject({ areAllNamed });
    },
  );

  test("[CL-22] work that was only here is named if it is lost, and kept and sent if it is not", async () => {
    const outcomes = new Set<string>();
    for (let seed = 30; seed < 42; seed += 1) {
      const { world, tablet, team, rename, settle } = await clinicOf(seed);
      world.server.kill();
      expect(await rename("Only here")).toBe(true);
      const [work] = await tablet.client.unsynced();
      await tablet.close();
      expect(tablet.machine.disk.damage(damagedRow({ table: "changes" }))).toBe(
        true,
      );
      const client = await tablet.start();
      const isHere = (await client.unsynced()).some(
        ({ hash }) => hash === work?.hash,
      );
      await world.act(() => world.server.start());
      expect(await settle()).toBe(true);
      const [report] = await client.damage.list();
      expect(report?.missing.map(({ hash }) => hash)).toEqual(
        isHere ? [] : [work?.hash],
      );
      expect((await team()).fields.name).toBe(isHere ? "Only here" : "Ward");
      outcomes.add(isHere ? "kept" : "lost");
    }
    expect(outcomes).toEqual(new Set(["kept", "lost"]));
  });

  test("[CL-21] whatever bits flip and whatever is cut off, it opens, tells of it, and has everything from the server again", async () => {
    let toldCount = 0;
    for (let seed = 10; seed < 16; seed += 1) {
      const { world, tablet, team, settle } = await clinicOf(seed);
      await tablet.close();
      const damage =
        seed % 2 === 0
          ? // Most of a small file is empty: a few flips would change nothing that anybody reads.
            flippedBits({ count: 60 })
          : truncatedFile({ share: (seed - 10) / 6 });
      tablet.machine.disk.damage(damage);
      const client = await tablet.start();
      toldCount += (await client.damage.list()).length;
      expect(await settle(), `seed ${seed}`).toBe(true);
      await world.run(60_000);
      expect((await team()).fields.name).toBe("Ward");
      expect((await team()).status.state).toBe("confirmed");
    }
    expect(toldCount).toBe(6);
  });
});

test("[CL-21] an app that is killed anywhere while it makes do with damage goes on the next time, and tells of it", async () => {
  let killedCount = 0;
  for (let nth = 1; nth <= 40; nth += 3) {
    const { world, tablet, team, settle } = await clinicOf(50);
    await tablet.close();
    const { disk } = tablet.machine;
    expect(disk.damage(damagedRow({ table: "log_rows" }))).toBe(true);
    const end = disk.suffer(crashesAt({ nth }));
    if ((await world.act(() => tablet.start())) === unfinished)
      killedCount += 1;
    end();
    await world.act(() => tablet.start());
    expect(await tablet.client.damage.list()).toHaveLength(1);
    expect(await settle()).toBe(true);
    expect((await team()).fields.name).toBe("Ward");
  }
  expect(killedCount).toBeGreaterThan(5);
});

describe("[WO-29] what the server has answered for is there when it is up again, whatever its disk did", () => {
  test.each([
    ["writes fail", (round: number) => writeFails({ nth: 1 + 3 * round })],
    ["fsyncs fail", (round: number) => commitFails({ nth: 1 + (round % 2) })],
    [
      "commits are torn",
      (round: number) => tornCommit({ nth: 1 + (round % 2) }),
    ],
    [
      "it is killed between storage calls",
      (round: number) => crashesAt({ nth: 1 + 2 * round }),
    ],
  ])("%s", async (_, fault) => {
    const { world, team, rename, settle } = await clinicOf(60);
    const { disk } = world.server.machine;
    const felt: string[] = [];
    disk.onFelt = (name) => felt.push(name);
    for (let round = 0; round < 10; round += 1) {
      const end = disk.suffer(fault(round));
      expect(await rename(`${round}`)).toBe(true);
      await world.run(2_000);
      end();
      world.server.kill();
      await world.act(() => world.server.start());
      expect(await settle(), `round ${round}`).toBe(true);
      expect((await team()).fields.name).toBe(`${round}`);
    }
    await world.run(60_000);
    expect((await team()).status.state).toBe("confirmed");
    expect(felt.length).toBeGreaterThan(3);
  });
});

test("[ST-16] a server with a damaged store does not start, and goes on from a backup with what the devices bring back", async () => {
  const { world, team, rename, settle } = await clinicOf(20);
  await world.act(() => world.server.stop());
  const { disk } = world.server.machine;
  const backup = disk.image();
  await world.act(() => world.server.start());
  expect(await rename("After the backup")).toBe(true);
  await world.run(60_000);
  await world.act(() => world.server.stop());
  expect(disk.damage(damagedRow({ table: "change_bytes" }))).toBe(true);
  await expect(world.act(() => world.server.start())).rejects.toMatchObject({
    code: "store-damaged",
  });
  await world.act(() => world.server.restore(backup));
  await world.run(1_000);
  expect(await settle()).toBe(true);
  expect((await team()).fields.name).toBe("After the backup");
});

test("[ST-15] a row damaged while the server runs ends the sessions that need it, and no others", async () => {
  const { world, team, rename, settle } = await clinicOf(21);
  const beside = world.server.machine.disk.openHandle("suture.db", "write");
  beside.exec("UPDATE kv_change_bytes SET checksum = checksum + 1");
  beside.close();
  const phone = await world.device("phone").start();
  await signIn(world, "phone");
  expect(await rename("Meanwhile")).toBe(true);
  expect(await settle()).toBe(true);
  await world.run(60_000);
  expect((await team()).status.state).toBe("confirmed");
  expect(phone.syncStatus.problem).toMatchObject({
    code: "server-failed",
    isRetryable: true,
  });
  expect(await phone.teams.list()).toEqual([]);
});
