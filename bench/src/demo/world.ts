/** Everything a story can use: one server, nine devices, and the organization they all work in. */
import { startChaosProxy } from "@suture/client/testing";
import { member, team, type RecordId, type Role } from "@suture/schema";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DeviceProcess } from "./device-process.ts";
import { ServerProcess } from "./server-process.ts";

type Place = "avondale" | "mbare" | "serviceGroup";

/** Who works here, each on a device of their own. Grace founds the organization. */
const cast = {
  grace: {
    name: "Grace",
    roles: ["admin", "manager"],
    places: ["avondale", "mbare", "serviceGroup"],
  },
  peter: {
    name: "Peter",
    roles: ["manager"],
    places: ["avondale", "mbare", "serviceGroup"],
  },
  rutendo: { name: "Rutendo", roles: ["receptionist"], places: ["avondale"] },
  tendai: { name: "Tendai", roles: ["receptionist"], places: ["mbare"] },
  moyo: {
    name: "Dr Moyo",
    roles: ["clinician"],
    places: ["avondale", "mbare"],
  },
  sibanda: { name: "Dr Sibanda", roles: ["clinician"], places: ["mbare"] },
  blessing: { name: "Blessing", roles: ["clinician"], places: ["mbare"] },
  tapiwa: { name: "Tapiwa", roles: ["technician"], places: ["serviceGroup"] },
  simba: { name: "Simba", roles: ["technician"], places: ["serviceGroup"] },
} as const satisfies Record<
  string,
  {
    readonly name: string;
    readonly roles: readonly Role[];
    readonly places: readonly Place[];
  }
>;
type Who = keyof typeof cast;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a constant object has its own keys only
const everyone = Object.keys(cast) as readonly Who[];
const password = "a sample pass phrase";

export interface World {
  readonly server: ServerProcess;
  readonly devices: Readonly<Record<Who, DeviceProcess>>;
  /** The members' record ids, and the organization's. */
  readonly people: Readonly<Record<Who | "organizationId", RecordId>>;
  readonly clinics: Readonly<Record<Place, RecordId>>;
  /** The server's data as they were before the first story. */
  readonly backupDir: string;
  /** Another device, with an empty store, on which somebody has just signed in. */
  newDevice(who: Who): Promise<DeviceProcess>;
}

export interface Stage {
  readonly directory: string;
  open(): Promise<World>;
  /** Ends every process it has started, however far it had come. */
  close(options: { readonly keep: boolean }): Promise<void>;
}

export async function createStage(): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), "suture-demo-"));
  const server = await ServerProcess.create(join(directory, "server"));
  const devices: DeviceProcess[] = [];

  async function createDevice(who: Who): Promise<DeviceProcess> {
    const network = await startChaosProxy({ to: server.url });
    const setup = {
      directory: join(directory, `device-${devices.length + 1}`),
      url: network.url,
      name: cast[who].name,
    };
    const device = new DeviceProcess(setup, network);
    devices.push(device);
    return device;
  }

  return {
    directory,
    async open() {
      const created = new Map<Who, DeviceProcess>();
      for (const who of everyone) created.set(who, await createDevice(who));
      const named = forEveryone((who) => held(created, who));
      await Promise.all([
        server.start(),
        ...devices.map((device) => device.start()),
      ]);
      const settled = await settleIn(server, named);
      const backupDir = join(directory, "backup");
      await server.backUp(backupDir);
      return {
        server,
        devices: named,
        ...settled,
        backupDir,
        async newDevice(who) {
          const device = await createDevice(who);
          await device.start();
          await signIn(device, who);
          return device;
        },
      };
    },
    async close({ keep }) {
      await Promise.all(devices.map((device) => device.close()));
      await Promise.all(devices.map(({ network }) => network.close()));
      await server.stop();
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Everybody signs up; Grace founds the organization and invites the others; everybody accepts. */
async function settleIn(
  server: ServerProcess,
  devices: Readonly<Record<Who, DeviceProcess>>,
): Promise<Pick<World, "people" | "clinics">> {
  await Promise.all(
    everyone.map(async (who) => {
      await signUp(server, who);
      await signIn(devices[who], who);
    }),
  );
  const { grace } = devices;
  const founded = await grace.foundOrganization({
    organizationName: "Harare Community Health",
    founderName: cast.grace.name,
    founderRoles: cast.grace.roles,
    teamName: "Avondale Clinic",
    teamKind: "clinic",
  });
  if (founded === null) throw new Error("the organization was not founded");
  const { organizationId } = founded;
  const newTeam = (name: string, kind: "clinic" | "service-group") =>
    grace.create(team, { parentId: organizationId, fields: { name, kind } });
  const clinics = {
    avondale: founded.teamId,
    mbare: await newTeam("Mbare Clinic", "clinic"),
    serviceGroup: await newTeam("Equipment service", "service-group"),
  };
  const membershipOf = (who: Who) => ({
    membership: {
      roles: [...cast[who].roles].sort(),
      teams: cast[who].places.map((place) => clinics[place]).sort(),
      active: true,
    },
  });
  const memberIds = new Map<Who, RecordId>([["grace", founded.memberId]]);
  const invited = everyone.filter((who) => who !== "grace");
  for (const who of invited)
    memberIds.set(
      who,
      await grace.create(member, {
        parentId: organizationId,
        fields: { displayName: cast[who].name },
        groups: membershipOf(who),
      }),
    );
  await grace.edit(member, founded.memberId, (draft) => {
    draft.membership.teams = membershipOf("grace").membership.teams;
  });
  await mustBecome(
    grace,
    "synced",
    async () => (await grace.unsyncedCount()) === 0,
  );
  const people = {
    organizationId,
    ...forEveryone((who) => held(memberIds, who)),
  };
  await Promise.all(
    invited.map(async (who) => {
      const code = await grace.invite(organizationId, people[who]);
      await devices[who].acceptInvitation(code);
      await mustBecome(devices[who], "a member", async () => {
        const teams = new Set(await devices[who].list(team));
        return Object.values(clinics).every((id) => teams.has(id));
      });
    }),
  );
  return { people, clinics };
}

async function signIn(device: DeviceProcess, who: Who): Promise<void> {
  const problem = await device.signIn(emailOf(who), password);
  if (problem !== null) throw new Error(`${device.name}: ${problem}`);
}

async function signUp(server: ServerProcess, who: Who): Promise<void> {
  const response = await fetch(`${server.url}/v1/sign-up`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      email: emailOf(who),
      password,
      name: cast[who].name,
    }),
  });
  if (!response.ok) throw new Error(`signing up answered ${response.status}`);
}

function forEveryone<T>(make: (who: Who) => T): Readonly<Record<Who, T>> {
  const made = Object.fromEntries(everyone.map((who) => [who, make(who)]));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one for each of them
  return made as Record<Who, T>;
}

function held<T>(map: ReadonlyMap<Who, T>, who: Who): T {
  const found = map.get(who);
  if (found === undefined) throw new Error(`there is no ${who}`);
  return found;
}

function emailOf(who: Who): string {
  return `${who}@clinic.example`;
}

async function mustBecome(
  device: DeviceProcess,
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  if (!(await device.until(holds)))
    throw new Error(`${device.name}'s device did not become ${what}`);
}
