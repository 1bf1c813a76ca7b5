import type { Client, Saved, SaveProblem, SutureRecord } from "@suture/client";
import { createNodeClient } from "@suture/client/node";
import type {
  ChangeHash,
  GroupReading,
  patient,
  RecordId,
  Result,
} from "@suture/schema";
import { randomUUID } from "node:crypto";
import { join } from "node:path";

import { Chance } from "../fuzz/chance.ts";
import { untilHolds } from "../until-holds.ts";
import type { SavedChange } from "./staff-protocol.ts";

/** Between two edits. */
const thinkMs = 25;
/** Nobody saves on while so much of theirs waits for the server: the rounds would only get longer. */
const maxOpen = 12;
/** Whoever fails to connect a few times waits for up to a minute before the next time. */
const goOnWithinMs = 300_000;
/** Of the sample's: few, so that people meet in them. */
const sharedPatients = 3;
/** One edit of so many begins a new record. */
const oneNewIn = 12;

export interface WorkerOptions {
  readonly directory: string;
  readonly url: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly seed: number;
  readonly number: number;
}

export interface Account {
  readonly savedCount: number;
  readonly acknowledged: readonly SavedChange[];
  readonly refused: readonly string[];
}

type Patient = SutureRecord<typeof patient>;
type Conflict = Extract<
  GroupReading<(typeof patient)["groups"]["identity"]["parts"]>,
  { readonly status: "conflict" }
>;

/** One of the staff: somebody of the care team on a device of their own. */
export class Worker {
  readonly name: string;
  readonly #client: Client;
  readonly #chance: Chance;
  readonly #patients: readonly Patient[];
  /** Of a phone number that this person writes again and again. */
  readonly #entryId = randomUUID();
  readonly #acknowledged: SavedChange[] = [];
  /** Saved, and not known to be acknowledged. */
  readonly #open = new Map<ChangeHash, SavedChange>();
  /** What became of sync since the work began, for whoever reads why it did not go on. */
  #seen: string[] = [];
  #beganAtMs = 0;
  #savedCount = 0;
  #isWorking = false;
  #working: Promise<void> = Promise.resolve();

  private constructor(
    { name, seed, number }: WorkerOptions,
    client: Client,
    patients: readonly Patient[],
  ) {
    this.name = name;
    this.#client = client;
    this.#chance = new Chance(seed, number);
    this.#patients = patients;
    client.watchSync(({ state, problem }) => {
      const seconds = ((Date.now() - this.#beganAtMs) / 1_000).toFixed(1);
      this.#seen.push(`${seconds} s ${problem?.code ?? state}`);
    });
  }

  /** With everything the server has. */
  static async signIn(options: WorkerOptions): Promise<Worker> {
    const { directory, url, name, email, password } = options;
    const client = await createNodeClient({
      directory: join(directory, name),
      url,
    });
    const signedIn = await client.signIn({ email, password, deviceName: name });
    if (!signedIn.ok) throw new Error(signedIn.error.code);
    await client.catchUp();
    const patients = await client.patients.list({ limit: sharedPatients });
    return new Worker(options, client, patients);
  }

  /** Goes online, and edits until `rest`. */
  work(): void {
    this.#seen = [];
    this.#beganAtMs = Date.now();
    this.#client.startSync();
    this.#isWorking = true;
    this.#working = this.#workOn();
  }

  /** Resolves once what is saved by now is acknowledged: null, or after a long time with words for that it is not. */
  async goOn(): Promise<string | null> {
    const before = [...this.#open.keys()];
    const client = this.#client;
    const isAcknowledged = async () => {
      await this.#settleOpen();
      return before.every((hash) => !this.#open.has(hash));
    };
    if (await untilHolds(client, isAcknowledged, goOnWithinMs)) return null;
    return `${this.state}: ${this.#seen.join(", ")}`;
  }

  /** How it stands with sync, in words. */
  get state(): string {
    const { state, problem } = this.#client.syncStatus;
    const why = problem === null ? "" : ` (${problem.code})`;
    return `${this.name} is ${state}${why} with ${this.#open.size} changes to be acknowledged`;
  }

  /** Ends it, and gives account of what was acknowledged since the last time. */
  async rest(): Promise<Account> {
    this.#isWorking = false;
    await this.#working;
    await this.#settleOpen();
    const stranded = await this.#client.stranded();
    return {
      savedCount: this.#savedCount,
      acknowledged: this.#acknowledged.splice(0),
      refused: stranded.map(({ code }) => code),
    };
  }

  async unsyncedCount(): Promise<number> {
    return (await this.#client.unsynced()).length;
  }

  /** Of every patient here, in one text each. */
  async headsByRecordId(): Promise<ReadonlyMap<string, string>> {
    const held = await this.#client.patients.list({
      limit: 10_000,
      withEnteredInError: true,
    });
    return new Map(held.map(({ id, heads }) => [id, [...heads].sort().join()]));
  }

  async #workOn(): Promise<void> {
    let count = 0;
    while (this.#isWorking) {
      count += 1;
      if (this.#open.size < maxOpen) await this.#edit(count);
      await new Promise((resolve) => {
        setTimeout(resolve, thinkMs);
      });
      await this.#settleOpen();
    }
  }

  async #edit(count: number): Promise<void> {
    if (this.#chance.below(oneNewIn) === 0) return this.#create();
    const record = this.#chance.pick(this.#patients);
    const identity = record.group("identity");
    if (identity.status === "conflict") return this.#resolve(record, identity);
    const form = await record.edit();
    if (this.#chance.isLikely(0.5))
      form.draft.telecom.set(
        { status: "active", system: "phone", value: `+263 77 ${count}` },
        this.#entryId,
      );
    else form.draft.identity.birthDate = this.#dateOfBirth();
    this.#noteSaved(record.id, await form.save());
  }

  async #create(): Promise<void> {
    const parentId = this.#client.memberships[0]?.organizationId;
    if (parentId === undefined) throw new Error("there is no organization");
    const made = await this.#client.patients.create({
      parentId,
      groups: { identity: { birthDate: this.#dateOfBirth() } },
    });
    if (!made.ok) throw new Error(made.error.reason);
    this.#note(made.value.id, made.value.heads);
  }

  async #resolve(record: Patient, { candidates }: Conflict): Promise<void> {
    const { opId } = this.#chance.pick(candidates);
    this.#noteSaved(
      record.id,
      await record.resolve("identity", { choose: opId, reason: "Asked." }),
    );
  }

  #dateOfBirth(): string {
    return `19${10 + this.#chance.below(90)}-0${1 + this.#chance.below(9)}`;
  }

  /** A colleague's change may have made it impossible meanwhile: that is said at once, and nothing is saved. */
  #noteSaved(recordId: RecordId, saved: Result<Saved, SaveProblem>): void {
    if (saved.ok) this.#note(recordId, saved.value.hashes);
    else if (saved.error.code === "not-saved")
      throw new Error(saved.error.reason);
  }

  #note(recordId: RecordId, hashes: readonly ChangeHash[]): void {
    this.#savedCount += hashes.length;
    for (const hash of hashes) this.#open.set(hash, { recordId, hash });
  }

  /** What is neither waiting nor refused was acknowledged. */
  async #settleOpen(): Promise<void> {
    const noted = [...this.#open.values()];
    const unsynced = await this.#client.unsynced();
    const waiting = new Set(unsynced.map(({ hash }) => hash));
    for (const change of noted)
      if (!waiting.has(change.hash) && this.#open.delete(change.hash))
        this.#acknowledged.push(change);
  }
}
