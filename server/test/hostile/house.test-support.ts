/**
 * A server on a free port, with an organization of a few people in it, and a second one whose people are strangers there.
 * Timers can be made to elapse at once, so that no case waits for one.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { patient, recordIdFromBytes } from "@suture/schema";
import type { PersonId, RecordId, Role, Timer, Timers } from "@suture/schema";
import type { Replica } from "../../src/admission/author.test-support.ts";
import type { PushedChange } from "../../src/admission/judgement.ts";
import { membership, typeOf } from "../../src/admission/world.test-support.ts";
import { readConfig } from "../../src/config.ts";
import { createCheapHashing } from "../../src/identity/identity-world.ts";
import {
  type Device,
  registered,
} from "../../src/running-server.test-support.ts";
import { samplePassword } from "../../src/sample/sample-people.ts";
import { type RunningServer, startServer } from "../../src/start-server.ts";
import { createSystemLog } from "../../src/system-log.ts";
import {
  systemClock,
  systemRandom,
  systemTimers,
} from "../../src/system-runtime.ts";
import { Actor } from "./actor.test-support.ts";

export interface Organization {
  readonly organizationId: RecordId;
  readonly replica: Replica;
  readonly north: RecordId;
  readonly south: RecordId;
  readonly admin: Actor;
}

export interface House extends Organization {
  readonly running: RunningServer;
  readonly url: string;
  readonly dataDir: string;
  /** What the server has logged: a crash behind an answer stands here. */
  readonly logLines: readonly string[];
  readonly timers: HeldTimers;
  readonly clinician: Actor;
  readonly receptionist: Actor;
  readonly technician: Actor;
  readonly manager: Actor;
  readonly auditor: Actor;
  /** A clinician of the other team only. */
  readonly southern: Actor;
  /** A clinician of the second organization. */
  readonly stranger: Actor;
  readonly elsewhere: Organization;
  /** A patient's record, on the server and on the clinician's device. */
  readonly patient: Replica;
  /** The strangers'. */
  readonly foreignPatient: Replica;
  /** The same person on a device of its own, so that what is done to it harms no other case. */
  onFreshDevice(actor: Actor): Promise<Actor>;
  hire(
    by: Organization,
    roles: readonly Role[],
    teams: readonly RecordId[],
  ): Promise<Actor>;
  /** The honest member's next piece of work is accepted, on the socket they have had all along. */
  expectUnharmed(): Promise<void>;
  close(): Promise<void>;
}

/** The system's timers, of which those that wait for as long as is said can be made to elapse now. */
export class HeldTimers implements Timers {
  readonly #pending = new Set<{ delayMs: number; run: () => void }>();

  after(delayMs: number, task: () => void): Timer {
    const run = () => {
      timer.cancel();
      this.#pending.delete(held);
      task();
    };
    const held = { delayMs, run };
    const timer = systemTimers.after(delayMs, run);
    this.#pending.add(held);
    return {
      cancel: () => {
        timer.cancel();
        this.#pending.delete(held);
      },
    };
  }

  elapse(delayMs: number): void {
    for (const held of [...this.#pending])
      if (held.delayMs === delayMs) held.run();
  }
}

export async function createHouse(
  variables: Readonly<Record<string, string>> = {},
): Promise<House> {
  const dataDir = mkdtempSync(join(tmpdir(), "suture-hostile-"));
  const logLines: string[] = [];
  const timers = new HeldTimers();
  const config = readConfig({
    SUTURE_PORT: "0",
    SUTURE_SAMPLE: "off",
    SUTURE_DATA_DIR: dataDir,
    ...variables,
  });
  if (!config.ok) throw new Error("bad settings");
  const started = await startServer({
    config: config.value,
    clock: systemClock,
    timers,
    random: systemRandom,
    log: createSystemLog({
      level: "debug",
      stream: { write: (line) => void logLines.push(line) },
    }),
    passwordHashing: createCheapHashing(),
  });
  if (!started.ok) throw new Error(started.error.code);
  const running = started.value;
  const { url } = running;
  const actors: Actor[] = [];
  const crashes: unknown[] = [];
  const noteCrash = (cause: unknown) => void crashes.push(cause);
  // In a process of its own, this would have been its end.
  process.on("uncaughtExceptionMonitor", noteCrash);
  let signUps = 0;

  async function signUp(): Promise<{ email: string; personId: PersonId }> {
    signUps += 1;
    const email = `person-${signUps}@hostile.example`;
    const person = await running.server.identity.signUp({
      email,
      password: samplePassword,
      name: "Somebody",
    });
    if (!person.ok) throw new Error(person.error.code);
    return { email, personId: person.value };
  }

  async function arrive(
    email: string,
    personId: PersonId,
    memberId: RecordId,
  ): Promise<Actor> {
    const device: Device = await registered(running, email);
    const actor = new Actor(url, email, personId, memberId, device);
    actors.push(actor);
    return actor;
  }

  async function found(): Promise<Organization> {
    const { email, personId } = await signUp();
    const memberId = recordIdFromBytes(systemRandom.bytes(16));
    const admin = await arrive(email, personId, memberId);
    const organization = admin.create(typeOf("organization"), {
      parentId: null,
      fields: { name: "St. Anne" },
    });
    const organizationId = organization.replica.recordId;
    const member = admin.create(typeOf("member"), {
      parentId: organizationId,
      recordId: memberId,
      statements: { membership: membership(["admin"], []) },
    });
    const teams = ["north", "south"].map((name) =>
      admin.create(typeOf("team"), {
        parentId: organizationId,
        fields: { name },
      }),
    );
    await admin.pushAccepted(
      organization.pushed,
      member.pushed,
      ...teams.map(({ pushed }) => pushed),
    );
    const [north, south] = teams.map(({ replica }) => replica.recordId);
    if (north === undefined || south === undefined) throw new Error("no teams");
    const { replica } = organization;
    return { organizationId, replica, north, south, admin };
  }

  async function hire(
    { organizationId, admin }: Organization,
    roles: readonly Role[],
    teams: readonly RecordId[],
  ): Promise<Actor> {
    const { replica, pushed } = admin.create(typeOf("member"), {
      parentId: organizationId,
      statements: { membership: membership(roles, teams) },
    });
    await admin.pushAccepted(pushed);
    const { email, personId } = await signUp();
    const memberId = replica.recordId;
    await running.server.identity.invitations.linkPerson(
      { organizationId, memberId },
      personId,
    );
    const actor = await arrive(email, personId, memberId);
    actor.member = replica;
    return actor;
  }

  const own = await found();
  const elsewhere = await found();
  const { north, south } = own;
  const clinician = await hire(own, ["clinician"], [north]);
  const stranger = await hire(elsewhere, ["clinician"], [elsewhere.north]);
  const honest = await hire(own, ["clinician"], [north, south]);
  const honestPatient = await honest.newRecord(patient, own.organizationId);
  const honestSocket = await honest.socket();

  return {
    ...own,
    running,
    url,
    dataDir,
    logLines,
    timers,
    clinician,
    receptionist: await hire(own, ["receptionist"], [north]),
    technician: await hire(own, ["technician"], [north]),
    manager: await hire(own, ["manager"], [north]),
    auditor: await hire(own, ["auditor"], [north]),
    southern: await hire(own, ["clinician"], [south]),
    stranger,
    elsewhere,
    patient: await clinician.newRecord(patient, own.organizationId),
    foreignPatient: await stranger.newRecord(patient, elsewhere.organizationId),
    hire,
    async onFreshDevice({ email, personId, signer }) {
      return arrive(email, personId, signer.memberId);
    },
    async expectUnharmed() {
      const work: PushedChange = honest.setField(
        honestPatient,
        "maritalStatus",
        honestPatient.index.size % 2 === 0 ? "M" : "S",
      );
      await honest.pushAccepted(work);
      const isUndisturbed =
        honestSocket.isOpen && (await honest.socket()) === honestSocket;
      if (!isUndisturbed)
        throw new Error("the honest member's session was disturbed");
      const crash = logLines.find((line) => line.includes('"level":"error"'));
      if (crash !== undefined) throw new Error(`the server failed: ${crash}`);
      if (crashes.length > 0) throw new Error("the process would have ended");
    },
    async close() {
      for (const actor of actors) await actor.leave();
      await running.stop();
      process.off("uncaughtExceptionMonitor", noteCrash);
      rmSync(dataDir, { recursive: true });
    },
  };
}
