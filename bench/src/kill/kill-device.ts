/**
 * A device killed by SIGKILL in front of every call of its storage, in a day that is always the same: what its person had been
 * told is there when the app is opened again, whole, and reaches the server. SPEC WO-62.
 */
import { createNodeClient } from "@suture/client/node";
import type { Client } from "@suture/client";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ServerProcess } from "../demo/server-process.ts";
import { untilHolds } from "../until-holds.ts";
import { checkServerData, copyServerData } from "./check-server-data.ts";
import { dayEdit, isWhole } from "./day-edit.ts";
import type { DaySetup, Told } from "./day-protocol.ts";
import { liveDay, signUp } from "./live-day.ts";
import type { SavedChange } from "./staff-protocol.ts";

export interface KillDeviceOptions {
  /** 1 kills at every call, 10 at every tenth. */
  readonly every: number;
  /** Devices that live their day side by side. */
  readonly lanes: number;
  readonly tell: (line: string) => void;
}

export interface KillDeviceReport {
  /** Calls of the storage in a whole day. */
  readonly calls: number;
  readonly kills: number;
  readonly saved: number;
  readonly failures: readonly string[];
  readonly seconds: number;
}

const password = "a sample pass phrase";
const sendWithinMs = 300_000;
const progressEvery = 50;

export async function killDevice(
  options: KillDeviceOptions,
): Promise<KillDeviceReport> {
  const startedAtMs = Date.now();
  const directory = await mkdtemp(join(tmpdir(), "suture-kill-device-"));
  const server = await ServerProcess.create(join(directory, "server"), {
    variables: { SUTURE_BUDGET_FACTOR: "1000000" },
  });
  await server.start();
  const days = new Days(options, directory, server.url);
  try {
    await Promise.all(Array.from({ length: options.lanes }, () => days.lane()));
    await server.stop();
    const copy = await copyServerData(join(directory, "server"));
    for (const one of await checkServerData(copy, days.saved)) days.fail(one);
  } finally {
    await server.kill();
    if (days.failures.length === 0) await rm(directory, { recursive: true });
    else options.tell(`the files are kept in ${directory}`);
  }
  const seconds = (Date.now() - startedAtMs) / 1_000;
  const { calls, kills, failures } = days;
  return { calls, kills, saved: days.saved.length, failures, seconds };
}

class Days {
  readonly saved: SavedChange[] = [];
  readonly failures: string[] = [];
  calls = 0;
  kills = 0;
  readonly #options: KillDeviceOptions;
  readonly #directory: string;
  readonly #url: string;
  #nextKillAt = 1;

  constructor(options: KillDeviceOptions, directory: string, url: string) {
    this.#options = options;
    this.#directory = directory;
    this.#url = url;
  }

  fail(words: string): void {
    this.failures.push(words);
    this.#options.tell(words);
  }

  /** One day after the other, each killed later, until one comes to its end. */
  async lane(): Promise<void> {
    while (this.calls === 0) {
      const killAt = this.#nextKillAt;
      this.#nextKillAt += this.#options.every;
      try {
        for (const one of await this.#day(killAt))
          this.fail(`killed at call ${killAt}: ${one}`);
      } catch (cause) {
        const words = cause instanceof Error ? cause.message : String(cause);
        this.fail(`killed at call ${killAt}: ${words}`);
      }
      if (this.kills % progressEvery === 0)
        this.#options.tell(`${this.kills} kills`);
    }
  }

  async #day(killAt: number): Promise<readonly string[]> {
    const email = `day-${killAt}@clinic.example`;
    const directory = join(this.#directory, `device-${killAt}`);
    const setup = { directory, url: this.#url, email, password, killAt };
    await signUp(setup);
    const { told, signal } = await liveDay(setup);
    const over = told.find((one) => one.told === "over");
    if (over !== undefined) this.calls = over.calls;
    else if (signal === "SIGKILL") this.kills += 1;
    else return ["the day broke off by itself"];
    const saved = told.flatMap((one) => (one.told === "saved" ? [one] : []));
    for (const { recordId, hashes } of saved)
      for (const hash of hashes) this.saved.push({ recordId, hash });
    const problems = await lookAgain(setup, told);
    if (problems.length === 0) await rm(directory, { recursive: true });
    return problems;
  }
}

/** Opens the app again where it was killed: what is not as its person was told, in words. */
async function lookAgain(
  { directory, url, email }: DaySetup,
  told: readonly Told[],
): Promise<readonly string[]> {
  const client = await createNodeClient({ directory, url });
  try {
    const problems: string[] = [];
    if (client.person === null) {
      if (told.some((one) => one.told === "signed-in"))
        problems.push("nobody is signed in any more");
      const again = await client.signIn({ email, password, deviceName: "A" });
      if (!again.ok) return [...problems, `not signed in: ${again.error.code}`];
    }
    for (const one of told)
      if (one.told === "saved" && !(await isHeld(client, one)))
        problems.push(`what was saved is gone: ${one.recordId}`);
    for (const record of await client.patients.list()) {
      if (!isWhole(record)) problems.push("half of a save is there");
      const saved = await dayEdit(record, 99);
      if (!saved.ok) problems.push(`cannot save on: ${saved.error.reason}`);
    }
    client.startSync();
    const isSent = async () => (await client.unsynced()).length === 0;
    if (!(await untilHolds(client, isSent, sendWithinMs)))
      problems.push(
        `does not sync on: ${client.syncStatus.problem?.code ?? client.syncStatus.state}`,
      );
    for (const { code } of await client.stranded())
      problems.push(`its own work was refused: ${code}`);
    return problems;
  } finally {
    await client.close();
  }
}

/** Whether the device holds these changes, in their record and not refused. */
async function isHeld(
  client: Client,
  { recordId, hashes }: Extract<Told, { readonly told: "saved" }>,
): Promise<boolean> {
  const patient = await client.patients.get(recordId);
  const record = patient.ok
    ? patient
    : await client.organizations.get(recordId);
  if (!record.ok) return false;
  const held = new Set(
    record.value
      .history()
      .flatMap(({ hash, state }) => (state === "refused" ? [] : [hash])),
  );
  return hashes.every((hash) => held.has(hash));
}
