/**
 * Builds one organization of many clinics, as its people would: by the SDK, in a world without faults. Each device has a person
 * of its own, and five of them are a clinic.
 */
import { acceptInvitation, createInvitation } from "@suture/client";
import {
  createWorld,
  offline,
  unfinished,
  type World,
  type WorldDevice,
} from "@suture/client/testing";
import type { RecordId, Result } from "@suture/schema";
import { simulatedServer, type SimulatedServer } from "@suture/server/testing";

export interface Clinic {
  readonly teamId: RecordId;
  readonly devices: readonly WorldDevice[];
  readonly patientId: RecordId;
  readonly appointmentIds: readonly RecordId[];
}

export interface WholeHospital {
  readonly world: World<SimulatedServer>;
  readonly clinics: readonly Clinic[];
}

const devicesPerClinic = 5;
const appointmentsPerClinic = 3;
const password = "a sample pass phrase";
const roles = ["clinician", "receptionist"] as const;

/** Everybody is signed in, connected, and has all there is. The world is the caller's to close. */
export async function foundWholeHospital(options: {
  readonly deviceCount: number;
  readonly seed: number;
}): Promise<WholeHospital> {
  const names = Array.from(
    { length: options.deviceCount },
    (_, index) => `device ${index + 1}`,
  );
  const startServer = await simulatedServer({
    accounts: names.map((name) => ({ email: emailOf(name), name, password })),
  });
  const world = await createWorld({
    seed: options.seed,
    devices: names,
    startServer,
  });
  const teams = await settle(world);
  const clinics: Clinic[] = [];
  for (const team of teams)
    clinics.push({ ...team, appointmentIds: await openDiary(world, team) });
  for (const device of world.devices) {
    device.link.heal();
    device.client.startSync();
  }
  for (const { client } of world.devices)
    await must(world, () => client.catchUp());
  return { world, clinics };
}

/** What somebody does and waits for. Whatever does not work is a bug, so it throws. */
export async function must<T>(
  world: World,
  work: () => Promise<T>,
): Promise<T> {
  const done = await world.act(work, 30 * 60_000);
  if (done === unfinished) throw new Error("it did not come to an end");
  return done;
}

export async function mustBeOk<T>(
  world: World,
  work: () => Promise<Result<T, unknown>>,
): Promise<T> {
  const done = await must(world, work);
  if (!done.ok) throw new Error(JSON.stringify(done.error));
  return done.value;
}

/** The first founds the organization, its clinics, a patient of each, and invites all the others, who join one by one. */
async function settle(
  world: World,
): Promise<readonly Omit<Clinic, "appointmentIds">[]> {
  const [founder, ...others] = world.devices;
  if (founder === undefined) throw new Error("there is no device");
  await must(world, () => founder.start());
  const { client } = founder;
  await signIn(world, founder);
  const founded = await mustBeOk(world, () =>
    client.foundOrganization({
      organizationName: "Provincial hospital",
      founderName: founder.name,
      founderRoles: roles,
      teamName: "Clinic 1",
      teamKind: "clinic",
    }),
  );
  const { organizationId } = founded;
  const clinics: Omit<Clinic, "appointmentIds">[] = [];
  for (const devices of inFives(world.devices)) {
    const name = `Clinic ${clinics.length + 1}`;
    const team =
      clinics.length === 0
        ? { id: founded.teamId }
        : await mustBeOk(world, () =>
            client.teams.create({
              parentId: organizationId,
              fields: { name, kind: "clinic" },
            }),
          );
    const patient = await mustBeOk(world, () =>
      client.patients.create({
        parentId: organizationId,
        groups: {
          identity: { name: [{ text: `Patient of ${name}` }] },
          prescribing: {},
        },
      }),
    );
    clinics.push({ devices, teamId: team.id, patientId: patient.id });
  }
  const memberIds = new Map<WorldDevice, RecordId>();
  for (const { devices, teamId } of clinics)
    for (const device of devices) {
      if (device === founder) continue;
      const membership = {
        roles: [...roles],
        teams: [teamId],
        active: true,
      };
      const member = await mustBeOk(world, () =>
        client.members.create({
          parentId: organizationId,
          fields: { displayName: device.name },
          groups: { membership },
        }),
      );
      memberIds.set(device, member.id);
    }
  await must(world, () => client.catchUp());
  await world.run(10_000);
  const session = await mustBeOk(world, () => client.session());
  for (const device of others) {
    const memberId = memberIds.get(device);
    if (memberId === undefined) continue;
    const { code } = await mustBeOk(world, () =>
      createInvitation(
        { url: founder.url, fetch: founder.link.fetch },
        session,
        { organizationId, memberId },
      ),
    );
    await must(world, () => device.start());
    const signedIn = await signIn(world, device);
    await mustBeOk(world, () =>
      acceptInvitation(
        { url: device.url, fetch: device.link.fetch },
        signedIn,
        code,
      ),
    );
    // It has heard everything once, and need not hear how the others come.
    await must(world, () => device.client.catchUp());
    device.link.suffer(offline());
  }
  return clinics;
}

/** The clinic's first device books, and the others find it there when they come. */
async function openDiary(
  world: World,
  { teamId, devices: [first] }: Omit<Clinic, "appointmentIds">,
): Promise<readonly RecordId[]> {
  if (first === undefined) throw new Error("a clinic has no device");
  const appointmentIds: RecordId[] = [];
  for (let count = 0; count < appointmentsPerClinic; count += 1) {
    const startMs = world.time.nowMs + (count + 2) * 86_400_000;
    const appointment = await mustBeOk(world, () =>
      first.client.appointments.create({
        parentId: teamId,
        fields: { description: `Visit ${count + 1}` },
        groups: { slot: { status: "booked", period: halfHourFrom(startMs) } },
      }),
    );
    appointmentIds.push(appointment.id);
  }
  return appointmentIds;
}

export function halfHourFrom(startMs: number) {
  return {
    start: new Date(startMs).toISOString(),
    end: new Date(startMs + 30 * 60_000).toISOString(),
  };
}

function signIn(world: World, { name, client }: WorldDevice) {
  return mustBeOk(world, () =>
    client.signIn({ email: emailOf(name), password, deviceName: name }),
  );
}

function emailOf(name: string): string {
  return `${name.replace(" ", "-")}@hospital.example`;
}

function inFives(
  devices: readonly WorldDevice[],
): readonly (readonly WorldDevice[])[] {
  const clinics: WorldDevice[][] = [];
  for (let at = 0; at < devices.length; at += devicesPerClinic)
    clinics.push(devices.slice(at, at + devicesPerClinic));
  return clinics;
}
