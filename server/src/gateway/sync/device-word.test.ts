import { equipment, member, patient } from "@suture/schema";
import type {
  DeviceDescription,
  Manifest,
  PersonId,
  RecordId,
} from "@suture/schema";
import { expect, test } from "vitest";
import { RecordWriter } from "../../sample/record-writer.ts";
import { describeDevices } from "../http/device-reports.ts";
import { found, hire, membership, type House } from "./house.test-support.ts";
import { SyncWorld, type Somebody } from "./sync-world.test-support.ts";

const counts = (first: number, last = 0): Manifest["people"][number] => ({
  personId: "" as PersonId,
  countsByPriority: [first, 0, 0, last],
  oldestAgeMs: first + last === 0 ? null : 7_000,
});

function said(
  people: readonly (readonly [PersonId, number])[],
  recordIds: readonly RecordId[] = [],
): { readonly unsynced: Manifest } {
  return {
    unsynced: {
      people: people.map(([personId, count]) => ({
        ...counts(count),
        personId,
      })),
      recordIds: [...recordIds],
    },
  };
}

async function devicesOf(
  { server, store }: SyncWorld,
  { organizationId }: House,
): Promise<readonly DeviceDescription[]> {
  const { identity } = server;
  const connections = { has: () => false, reopen: () => undefined };
  return describeDevices({ identity, store, connections }, organizationId);
}

async function reportOf(
  world: SyncWorld,
  house: House,
  { deviceId, memberId }: Pick<Somebody, "deviceId" | "memberId">,
) {
  const devices = await devicesOf(world, house);
  return devices
    .find((device) => device.deviceId === deviceId)
    ?.members.find((held) => held.memberId === memberId);
}

/** A ward tablet with two colleagues on it. */
async function sharedTablet() {
  const world = await SyncWorld.create();
  const house = await found(world);
  const anna = await world.signUp("anna");
  const ben = await world.signUp("ben", anna.device);
  await hire(world, house, anna, ["clinician"]);
  await hire(world, house, ben, ["receptionist"]);
  return { world, house, anna, ben };
}

test("[EV-4] what a device holds is kept for each person on it, with version and times, also when it goes silent", async () => {
  const { world, house, anna, ben } = await sharedTablet();
  const client = world.connect(anna);
  const reportedAtMs = world.timers.now();
  client.hello(
    {},
    {
      appVersion: "2.1.0",
      ...said([
        [anna.personId, 2],
        [ben.personId, 1],
      ]),
    },
  );
  await world.settle();
  world.timers.advance(10_000);
  client.pair.cut();
  await world.settle();
  for (const [somebody, count] of [
    [anna, 2],
    [ben, 1],
  ] as const)
    expect(await reportOf(world, house, somebody)).toMatchObject({
      isOnDevice: true,
      lastReport: {
        unsynced: { countsByPriority: [count, 0, 0, 0], oldestAgeMs: 7_000 },
        reportedAtMs,
        contactAtMs: world.timers.now(),
        appVersion: "2.1.0",
        schemaVersion: 1,
      },
    });
});

test("[EV-4] a device's word counts for people on it and nobody else, and whom it does not name holds nothing", async () => {
  const { world, house, anna, ben } = await sharedTablet();
  const elsewhere = await world.signUp("elsewhere");
  await hire(world, house, elsewhere, ["clinician"]);
  const client = world.connect(ben);
  client.hello(
    {},
    said([
      [anna.personId, 5],
      [elsewhere.personId, 9],
    ]),
  );
  await world.settle();
  expect(await reportOf(world, house, anna)).toMatchObject({
    lastReport: { unsynced: { countsByPriority: [5, 0, 0, 0] } },
  });
  expect(await reportOf(world, house, ben)).toMatchObject({
    lastReport: { unsynced: { countsByPriority: [0, 0, 0, 0] } },
  });
  expect(
    await reportOf(world, house, { ...elsewhere, deviceId: anna.deviceId }),
  ).toBeUndefined();
  expect(await reportOf(world, house, elsewhere)).toMatchObject({
    lastReport: null,
  });
});

test("[EV-5] a device of another organization never appears, and on a shared one only the organization's own members", async () => {
  const { world, house, anna } = await sharedTablet();
  const stranger = await world.signUp("stranger", anna.device);
  const alone = await world.signUp("alone");
  for (const somebody of [stranger, alone]) {
    const client = world.connect(somebody);
    client.hello({}, said([[somebody.personId, 3]]));
  }
  await world.settle();
  const devices = await devicesOf(world, house);
  expect(devices.map(({ deviceId }) => deviceId)).not.toContain(alone.deviceId);
  const tablet = devices.find(({ deviceId }) => deviceId === anna.deviceId);
  expect(tablet?.members).toHaveLength(2);
});

test("[EV-6] colleagues are told ids of records that they may read, and of nothing else", async () => {
  const { world, house, anna } = await sharedTablet();
  const technician = await world.signUp("technician");
  await hire(world, house, technician, ["technician"]);
  const writer = world.writerOf(house.admin);
  const { organizationId: parentId } = house;
  const person = new RecordWriter(patient, world.random);
  const machine = new RecordWriter(equipment, world.random);
  house.adminClient.push([
    person.create(writer, { parentId }),
    machine.create(writer, { parentId }),
  ]);
  await world.settle();
  const watching = world.connect(technician);
  watching.hello();
  const unknown = new RecordWriter(patient, world.random).recordId;
  const client = world.connect(anna);
  const touched = [unknown, person.recordId, machine.recordId];
  client.hello({}, said([[anna.personId, 3]], touched));
  await world.settle();
  const told = (by: typeof client) =>
    by.all("presence").find(({ memberId }) => memberId === anna.memberId)
      ?.unsynced;
  expect(told(watching)).toMatchObject({
    countsByPriority: [3, 0, 0, 0],
    recordIds: [machine.recordId],
  });
  const nurse = await world.signUp("nurse");
  await hire(world, house, nurse, ["clinician"]);
  const later = world.connect(nurse);
  later.hello();
  await world.settle();
  expect(told(later)?.recordIds).toEqual(touched.slice(1));
});

test("[EV-6] who left a team is no longer shown there, live or to those who come later", async () => {
  const { world, house, anna } = await sharedTablet();
  const record = new RecordWriter(member, world.random);
  const leaver = await world.signUp("leaver");
  leaver.memberId = record.recordId;
  const writer = world.writerOf(house.admin);
  house.adminClient.push([
    record.create(writer, {
      parentId: house.organizationId,
      groups: membership(["clinician"], [house.clinicId]),
    }),
  ]);
  await world.settle();
  const { organizationId } = house;
  await world.server.identity.invitations.linkPerson(
    { organizationId, memberId: record.recordId },
    leaver.personId,
  );
  const staying = world.connect(anna);
  staying.hello();
  const leaving = world.connect(leaver);
  leaving.hello({}, said([[leaver.personId, 4]]));
  await world.settle();
  const seen = (by: typeof staying) =>
    by.all("presence").filter(({ memberId }) => memberId === leaver.memberId);
  expect(seen(staying).at(-1)).toMatchObject({ isConnected: true });
  const { membership: content } = membership(["clinician"], []);
  house.adminClient.push([
    record.sign(writer, { group: "membership", content }),
  ]);
  await world.settle();
  expect(seen(staying).at(-1)).toMatchObject({
    isConnected: false,
    unsynced: { countsByPriority: [0, 0, 0, 0], recordIds: [] },
  });
  const nurse = await world.signUp("nurse");
  await hire(world, house, nurse, ["clinician"]);
  const later = world.connect(nurse);
  later.hello();
  await world.settle();
  expect(seen(later)).toEqual([]);
  // Those who run the organization still see what the device holds.
  expect(await reportOf(world, house, leaver)).toMatchObject({
    lastReport: { unsynced: { countsByPriority: [4, 0, 0, 0] } },
  });
});

test("[EV-6] who joins a team hears what its devices hold", async () => {
  const { world, house, anna } = await sharedTablet();
  const joiner = await world.signUp("joiner");
  const record = await hire(world, house, joiner, ["clinician"], []);
  const holding = world.connect(anna);
  holding.hello({}, said([[anna.personId, 4]]));
  const client = world.connect(joiner);
  client.hello();
  await world.settle();
  const seen = () =>
    client.all("presence").filter(({ memberId }) => memberId === anna.memberId);
  expect(seen()).toEqual([]);
  const { membership: content } = membership(["clinician"], [house.clinicId]);
  house.adminClient.push([
    record.sign(world.writerOf(house.admin), { group: "membership", content }),
  ]);
  await world.settle();
  expect(seen().at(-1)).toMatchObject({
    unsynced: { countsByPriority: [4, 0, 0, 0] },
  });
});

test("[EV-6] leaving a team of one organization says nothing of another there", async () => {
  const world = await SyncWorld.create();
  const here = await found(world);
  const both = await world.signUp("both");
  const record = await hire(world, here, both, ["clinician"]);
  const staying = await world.signUp("staying");
  await hire(world, here, staying, ["clinician"]);
  const elsewhere = await found(world, ["admin"], "elsewhere");
  await hire(world, elsewhere, both, ["clinician"]);
  const watching = world.connect(staying);
  watching.hello();
  world.connect(both).hello();
  await world.settle();
  const { membership: content } = membership(["clinician"], []);
  here.adminClient.push([
    record.sign(world.writerOf(here.admin), { group: "membership", content }),
  ]);
  await world.settle();
  expect(
    watching.all("presence").map(({ organizationId }) => organizationId),
  ).not.toContain(elsewhere.organizationId);
});
