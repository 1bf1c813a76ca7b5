/**
 * Builds the hospital as its people would: by the SDK, in a world without faults. Once per process; every run begins from the
 * image of it.
 */
import {
  acceptInvitation,
  createInvitation,
  type Client,
} from "@suture/client";
import {
  createWorld,
  SeededRandom,
  unfinished,
  type World,
  type WorldDevice,
} from "@suture/client/testing";
import type { PersonId, RecordId, Result } from "@suture/schema";
import { simulatedServer } from "@suture/server/testing";

import {
  cast,
  deviceNames,
  emailOf,
  password,
  type Chart,
  type DeviceName,
  type Hospital,
  type Person,
  type Place,
} from "./hospital.ts";
import { chartNames } from "./house.ts";
import { Pen } from "./pen.ts";
import { wantedPeriod } from "./appointment-writing.ts";

type CastMember = (typeof cast)[number];
type Account = { readonly personId: PersonId; readonly memberId: RecordId };

let founding: Promise<Hospital> | undefined;

/** The same one for everybody in this process. */
export function foundHospital(): Promise<Hospital> {
  founding ??= buildHospital();
  return founding;
}

async function buildHospital(): Promise<Hospital> {
  const startServer = await simulatedServer({
    accounts: cast.map(({ name }) => ({
      email: emailOf(name),
      name,
      password,
    })),
  });
  const world = await createWorld({
    seed: 0,
    devices: deviceNames,
    startServer,
  });
  try {
    const office = new Office(world);
    for (const device of world.devices) await office.must(() => device.start());
    const settled = await office.settlePeople();
    const charts = await office.openCharts(settled);
    const deviceIds = office.deviceIds();
    await office.handOut(settled.people);
    await office.everythingArrives();
    for (const device of world.devices) await office.must(() => device.close());
    await office.must(() => world.server.stop());
    return {
      ...settled,
      charts,
      image: await world.image(),
      deviceNames,
      deviceIds,
      startServer,
      nowMs: world.time.nowMs,
    };
  } finally {
    await world.close();
  }
}

type Settled = Pick<Hospital, "organizationId" | "teams" | "people">;

/** Whoever sets the house up. Whatever does not work is a bug, so everything here throws. */
class Office {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async must<T>(work: () => Promise<T>): Promise<T> {
    const done = await this.#world.act(work);
    if (done === unfinished) throw new Error("it did not come to an end");
    return done;
  }

  async mustBeOk<T>(work: () => Promise<Result<T, unknown>>): Promise<T> {
    const done = await this.must(work);
    if (!done.ok) throw new Error(JSON.stringify(done.error));
    return done.value;
  }

  /** Grace founds the organization and invites the others. */
  async settlePeople(): Promise<Settled> {
    const [founder, ...others] = cast;
    if (founder === undefined) throw new Error("there is nobody");
    const { client, fetch, url } = this.#device(founder);
    const { personId } = await this.#signIn(founder, client);
    const founded = await this.mustBeOk(() =>
      client.foundOrganization({
        organizationName: "Harare Community Health",
        founderName: founder.name,
        founderRoles: founder.roles,
        teamName: "Avondale Clinic",
        teamKind: "clinic",
      }),
    );
    const { organizationId } = founded;
    const newTeam = async (name: string, kind: "clinic" | "service-group") => {
      const fields = { name, kind };
      const team = await this.mustBeOk(() =>
        client.teams.create({ parentId: organizationId, fields }),
      );
      return team.id;
    };
    const teams = {
      avondale: founded.teamId,
      mbare: await newTeam("Mbare Clinic", "clinic"),
      service: await newTeam("Equipment service", "service-group"),
    };
    const accounts = new Map<CastMember, Account>([
      [founder, { personId, memberId: founded.memberId }],
    ]);
    const grace = await this.mustBeOk(() =>
      client.members.get(founded.memberId),
    );
    const form = await this.must(() => grace.edit());
    form.draft.membership.teams = teamsOf(founder, teams);
    await this.mustBeOk(() => form.save());
    const memberIds = new Map<CastMember, RecordId>();
    for (const one of others) {
      const membership = {
        roles: one.roles.toSorted(),
        teams: teamsOf(one, teams),
        active: true,
      };
      const member = await this.mustBeOk(() =>
        client.members.create({
          parentId: organizationId,
          fields: { displayName: one.name },
          groups: { membership },
        }),
      );
      memberIds.set(one, member.id);
    }
    await this.everythingArrives();
    for (const [one, memberId] of memberIds) {
      const session = await this.mustBeOk(() => client.session());
      const name = { organizationId, memberId };
      const { code } = await this.mustBeOk(() =>
        createInvitation({ url, fetch }, session, name),
      );
      const own = this.#device(one);
      const signedIn = await this.#signIn(one, own.client);
      await this.mustBeOk(() => acceptInvitation(own, signedIn, code));
      accounts.set(one, { personId: signedIn.personId, memberId });
    }
    for (const one of cast)
      for (const name of one.devices.slice(1))
        await this.#signIn(one, this.#world.device(name).client);
    const people = cast.map((one): Person => {
      const account = accounts.get(one);
      if (account === undefined) throw new Error(`${one.name} has no account`);
      const { name, roles, devices } = one;
      return {
        ...account,
        name,
        roles,
        devices,
        email: emailOf(name),
        teamIds: teamsOf(one, teams),
      };
    });
    return { organizationId, teams, people };
  }

  /** A few of each type. */
  async openCharts({
    organizationId,
    teams,
    people,
  }: Settled): Promise<Chart[]> {
    const pen = new Pen(new SeededRandom("the hospital"));
    const { client } = this.#world.device("mbare");
    const { client: workshop } = this.#world.device("workshop");
    await this.#usePerson(client, people, "Dr Sibanda");
    await this.#usePerson(workshop, people, "Tapiwa");
    await this.everythingArrives();
    const charts: Chart[] = [];
    const keep = (type: Chart["type"], recordId: RecordId) => {
      const count = charts.filter((chart) => chart.type === type).length;
      charts.push({ recordId, type, name: `${chartNames[type]} ${count + 1}` });
    };
    for (let count = 0; count < 3; count += 1) {
      const patient = await this.mustBeOk(() =>
        client.patients.create({
          parentId: organizationId,
          groups: {
            identity: { name: [{ text: pen.unique("Patient") }] },
            prescribing: {},
          },
        }),
      );
      keep("patient", patient.id);
    }
    const [patient] = charts;
    for (let count = 0; count < 2; count += 1) {
      const appointment = await this.mustBeOk(() =>
        client.appointments.create({
          parentId: teams.mbare,
          fields: { description: pen.unique("First visit") },
          groups: {
            slot: {
              status: "booked",
              period: wantedPeriod({ nowMs: this.#world.time.nowMs }, pen),
            },
          },
        }),
      );
      keep("appointment", appointment.id);
    }
    for (let count = 0; count < 2; count += 1) {
      const equipment = await this.mustBeOk(() =>
        workshop.equipment.create({
          parentId: organizationId,
          fields: { deviceName: pen.unique("Ventilator") },
        }),
      );
      keep("equipment", equipment.id);
      const job = await this.mustBeOk(() =>
        workshop.serviceJobs.create({
          parentId: teams.service,
          fields: {
            equipmentId: equipment.id,
            description: `${pen.unique("Does not start")}. `,
          },
        }),
      );
      keep("serviceJob", job.id);
    }
    if (patient === undefined) throw new Error("nobody is ill");
    return charts;
  }

  deviceIds(): Hospital["deviceIds"] {
    const idOf = (name: DeviceName) => {
      const { person } = this.#world.device(name).client;
      if (person === null) throw new Error(`nobody is on ${name}`);
      return person.deviceId;
    };
    return {
      office: idOf("office"),
      ward: idOf("ward"),
      mbare: idOf("mbare"),
      tablet: idOf("tablet"),
      workshop: idOf("workshop"),
    };
  }

  /** Every device to the first of those who work with it. */
  async handOut(people: readonly Person[]): Promise<void> {
    for (const { name, client } of this.#world.devices) {
      const person = people.find(({ devices }) =>
        devices.some((device) => device === name),
      );
      if (person !== undefined)
        await this.must(() => client.usePerson(person.personId));
    }
  }

  /** Until every device has all there is, and it is confirmed. */
  async everythingArrives(): Promise<void> {
    for (const { client } of this.#world.devices)
      if (client.person !== null) await this.must(() => client.catchUp());
    await this.#world.run(60_000);
  }

  async #usePerson(
    client: Client,
    people: readonly Person[],
    name: string,
  ): Promise<void> {
    const person = people.find((one) => one.name === name);
    if (person === undefined) throw new Error(`there is no ${name}`);
    await this.must(() => client.usePerson(person.personId));
  }

  #device({ devices: [name] }: CastMember) {
    const { client, link, url }: WorldDevice = this.#world.device(name);
    return { client, fetch: link.fetch, url };
  }

  #signIn({ name, devices: [deviceName] }: CastMember, client: Client) {
    return this.mustBeOk(() =>
      client.signIn({ email: emailOf(name), password, deviceName }),
    );
  }
}

function teamsOf(
  { places }: CastMember,
  teams: Readonly<Record<Place, RecordId>>,
): readonly RecordId[] {
  return places.map((place) => teams[place]).sort();
}
