/**
 * One organization on a server of ours, founded once for all rounds: members, teams, records, a device with key and token for each
 * member, and what each wrote while away. Accounts, sign-in and admission are the server's own. Its data folder is copied for
 * every round; nothing of this is timed.
 */
import { signIn } from "@suture/client";
import {
  createFileTokenStore,
  systemClock,
  systemRandom,
} from "@suture/client/node";
import {
  deviceIdSchema,
  initialContent,
  member,
  organization,
  randomUuid,
  recordIdFromBytes,
  recordIdSchema,
  serviceJob,
  team,
  teamScope,
  type Cursor,
  type DeviceId,
  type PersonId,
  type RecordId,
  type Role,
  type ScopeId,
} from "@suture/schema";
import {
  readConfig,
  silentLog,
  startServer,
  systemTimers,
  type PasswordHashing,
  type RunningServer,
} from "@suture/server";
import { decode, encode } from "cbor-x";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { missedRecords } from "../away-work.ts";
import type { Away } from "../party.ts";
import { nothingAway } from "../party-round.ts";
import { clinicOf, devicesPerClinic, type StormWork } from "../storm-work.ts";
import { serverDataIn, tokenFileIn } from "./hospital-files.ts";
import { readCursors } from "./read-cursors.ts";
import { WrittenRecord, type WrittenChange } from "./written-record.ts";

export interface HospitalDevice {
  /** As the work numbers it. */
  readonly number: number;
  readonly clinic: number;
  readonly organizationId: RecordId;
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
  readonly memberId: RecordId;
  readonly syncToken: string;
  readonly teamId: RecordId;
  readonly teamScopeId: ScopeId;
  /** Up to date with everything that was there before. */
  readonly cursors: Readonly<Record<ScopeId, Cursor>>;
  /** Edits of merging fields, record by record. */
  readonly edits: readonly WrittenChange[];
  /** A signed statement that a colleague contests. */
  readonly critical: WrittenChange;
}

const password = "a sample pass phrase";
/** What passwords are kept by is no part of what is measured. */
const cheapHashing: PasswordHashing = {
  hash: async (plain) => `plain:${plain}`,
  verify: async (hash, plain) => hash === `plain:${plain}`,
};
const maxBatch = 500;

/** All, or those with these numbers. */
export async function readHospital(
  directory: string,
  numbers?: readonly number[],
): Promise<readonly HospitalDevice[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written below
  const devices = decode(
    await readFile(join(directory, "hospital.cbor")),
  ) as readonly HospitalDevice[];
  if (numbers === undefined) return devices;
  const asked = new Set(numbers);
  return devices.filter(({ number }) => asked.has(number));
}

export interface FoundingOptions {
  readonly away?: Away;
  /** Of every member, in the order of the alphabet, as a set is written. */
  readonly roles?: readonly Role[];
}

/** Of what the devices did, only what one of them has missed (`away`) is on the server. */
export async function foundHospital(
  work: StormWork,
  directory: string,
  { away = nothingAway, roles = ["technician"] }: FoundingOptions = {},
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const running = await startIn(serverDataIn(directory));
  try {
    const devices = await foundOn(running, work, directory, { away, roles });
    await writeFile(join(directory, "hospital.cbor"), encode(devices));
  } finally {
    await running.stop();
  }
}

/** The server in this process, on a port of its own. */
export async function startIn(dataDir: string): Promise<RunningServer> {
  const config = readConfig({
    SUTURE_DATA_DIR: dataDir,
    SUTURE_PORT: "0",
    SUTURE_SAMPLE: "off",
  });
  if (!config.ok) throw new Error("the configuration is wrong");
  const started = await startServer({
    config: config.value,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log: silentLog,
    yieldTurn: () => new Promise((resolve) => void setImmediate(resolve)),
    passwordHashing: cheapHashing,
  });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

interface Person {
  readonly personId: PersonId;
  readonly deviceId: DeviceId;
  readonly syncToken: string;
  readonly memberId: RecordId;
}

async function foundOn(
  running: RunningServer,
  work: StormWork,
  directory: string,
  { away, roles }: Required<FoundingOptions>,
): Promise<readonly HospitalDevice[]> {
  const { server } = running;
  const admit = async (
    author: Pick<Person, "personId" | "deviceId">,
    changes: readonly WrittenChange[],
  ) => {
    for (let at = 0; at < changes.length; at += maxBatch) {
      const batch = changes.slice(at, at + maxBatch);
      const { verdicts } = await server.admission.admit(author, batch);
      for (const verdict of verdicts)
        if (verdict.verdict === "refused") throw new Error(verdict.message);
    }
  };
  const written = { random: systemRandom, atMs: systemClock.now() };
  const newRecordId = () => recordIdFromBytes(systemRandom.bytes(16));
  const organizationId = newRecordId();
  const teamIds = Array.from({ length: work.clinics }, newRecordId);

  const founderId = await signUp(running, "founder");
  const founder = {
    personId: founderId,
    deviceId: deviceIdSchema.parse(randomUuid(systemRandom)),
    memberId: newRecordId(),
  };
  const newMember = (
    memberId: RecordId,
    held: readonly Role[],
    teams: readonly RecordId[],
  ) =>
    new WrittenRecord(member, memberId, written).create(founder, {
      parentId: organizationId,
      fields: { displayName: `Member ${memberId.slice(0, 6)}` },
      groups: { membership: { roles: held, teams, active: true } },
    });
  const newTeam = (teamId: RecordId, number: number) =>
    new WrittenRecord(team, teamId, written).create(founder, {
      parentId: organizationId,
      fields: { name: `Clinic ${number + 1}`, kind: "service-group" },
    });
  const firstTeams = teamIds.slice(0, 1);
  await admit(founder, [
    new WrittenRecord(organization, organizationId, written).create(founder, {
      parentId: null,
      fields: { name: "Provincial hospital" },
    }),
    newMember(founder.memberId, ["admin", "technician"], firstTeams),
    ...firstTeams.map(newTeam),
  ]);
  await admit(
    founder,
    teamIds.slice(1).map((id, number) => newTeam(id, number + 1)),
  );
  const memberIds = work.devices.map(newRecordId);
  await admit(
    founder,
    memberIds.map((memberId, device) => {
      const teamId = teamIds[clinicOf(device)];
      return newMember(memberId, roles, teamId ? [teamId] : []);
    }),
  );
  const people: Person[] = [];
  for (const [device, memberId] of memberIds.entries())
    people.push({
      memberId,
      ...(await joinAs(running, directory, organizationId, device, memberId)),
    });

  const contested = new Map<number, WrittenRecord>();
  const seenByContested = new Map<number, WrittenChange>();
  const editsByDevice: WrittenChange[][] = [];
  for (const [device, person] of people.entries()) {
    const parentId = teamIds[clinicOf(device)];
    if (parentId === undefined) throw new Error("a device has no clinic");
    const created: WrittenChange[] = [];
    const edits: WrittenChange[] = [];
    for (const record of work.records.filter((one) => one.device === device)) {
      const job = new WrittenRecord(
        serviceJob,
        recordIdSchema.parse(record.id),
        written,
      );
      created.push(job.create(person, { parentId, fields: record.before }));
      edits.push(...record.edits.map(({ key, text }) => job.edit(key, text)));
    }
    const contest = contestOf(device);
    if (!contested.has(contest)) {
      const job = new WrittenRecord(serviceJob, newRecordId(), written);
      const creation = job.create(person, { parentId, fields: {} });
      contested.set(contest, job);
      seenByContested.set(contest, creation);
      created.push(creation);
    }
    await admit(person, created);
    editsByDevice.push(edits);
  }
  const cursorsByClinic = await readCursors(running.url, directory, people);
  const missedIds = new Set(missedRecords(work, away).map(({ id }) => id));
  for (const [device, person] of people.entries())
    await admit(
      person,
      (editsByDevice[device] ?? []).filter(({ recordId }) =>
        missedIds.has(recordId),
      ),
    );
  return people.map((person, device) => {
    const clinic = clinicOf(device);
    const teamId = teamIds[clinic];
    const job = contested.get(contestOf(device));
    const seen = seenByContested.get(contestOf(device));
    const cursors = cursorsByClinic.get(clinic);
    if (!teamId || !job || !seen || !cursors)
      throw new Error("a device has no clinic");
    return {
      ...person,
      number: device,
      organizationId,
      clinic,
      teamId,
      teamScopeId: teamScope(teamId),
      cursors,
      edits: editsByDevice[device] ?? [],
      critical: job.sign(person, "service", partReplaced(device), [seen.hash]),
    };
  });
}

/** Two or three devices of a clinic contest the same job. */
function contestOf(device: number): number {
  const half = device % devicesPerClinic < devicesPerClinic / 2 - 0.5 ? 0 : 1;
  return clinicOf(device) * 2 + half;
}

function partReplaced(device: number) {
  return {
    ...initialContent(serviceJob.groups.service),
    partsReplaced: {
      [randomUuid(systemRandom)]: {
        kind: "part",
        status: "active",
        code: { text: `Pressure sensor, found by device ${device}` },
        quantity: 1,
      },
    },
  };
}

async function signUp(running: RunningServer, name: string): Promise<PersonId> {
  const signedUp = await running.server.identity.signUp({
    email: emailOf(name),
    name,
    password,
  });
  if (!signedUp.ok) throw new Error(signedUp.error.code);
  return signedUp.value;
}

/** An account, linked to its member, signed in on a device of its own. */
async function joinAs(
  running: RunningServer,
  directory: string,
  organizationId: RecordId,
  device: number,
  memberId: RecordId,
) {
  const name = `device-${device}`;
  const personId = await signUp(running, name);
  const { invitations } = running.server.identity;
  const linked = await invitations.linkPerson(
    { organizationId, memberId },
    personId,
  );
  if (!linked.ok) throw new Error(linked.error.code);
  const tokens = createFileTokenStore(tokenFileIn(directory, device));
  const signedIn = await signIn({
    url: running.url,
    tokens,
    email: emailOf(name),
    password,
    deviceName: name,
    clock: systemClock,
    random: systemRandom,
    fetch: (url, init) => fetch(url, init),
  });
  if (!signedIn.ok) throw new Error(signedIn.error.code);
  const grant = await tokens.loadGrant(personId);
  if (grant === undefined) throw new Error("signed in without a grant");
  return { personId, deviceId: grant.deviceId, syncToken: grant.syncToken };
}

function emailOf(name: string): string {
  return `${name}@hospital.example`;
}
