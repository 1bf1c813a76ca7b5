/** A server as `npm start` runs it, with its sample organization, and clients over real sockets and SQLite files. */
import {
  createClient,
  clientMigrations,
  clientTables,
  type Client,
  type SyncStatus,
} from "@suture/client";
import {
  connectWebSocket,
  createFileTokenStore,
  createNodeClient,
} from "@suture/client/node";
import { createSqliteStore, type RecordId, type Verdict } from "@suture/schema";
import {
  sampleEmail,
  samplePassword,
  samplePeople,
  systemClock,
  systemRandom,
  systemTimers,
  type PasswordHashing,
  type RunningServer,
} from "@suture/server";
import Database from "better-sqlite3";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

import {
  startSampleServer,
  type SampleServerOptions,
} from "../sample-server.ts";

export type PersonKey = (typeof samplePeople)[number]["key"];

/** What passwords are kept by is proven elsewhere; here it would only cost time. */
const cheapHashing: PasswordHashing = {
  hash: async (password) => `plain:${password}`,
  verify: async (hash, password) => hash === `plain:${password}`,
};

export type RealWorldLimits = Pick<
  SampleServerOptions,
  "budgetLimits" | "syncLimits"
>;

export class RealWorld {
  readonly directory: string;
  /** Added to the server's clock. */
  serverAheadMs = 0;
  readonly #limits: RealWorldLimits;
  #running: RunningServer | undefined;
  readonly #clients = new Set<Client>();

  private constructor(directory: string, limits: RealWorldLimits) {
    this.directory = directory;
    this.#limits = limits;
  }

  static async create(limits: RealWorldLimits = {}): Promise<RealWorld> {
    const directory = await mkdtemp(join(tmpdir(), "suture-e2e-"));
    const world = new RealWorld(directory, limits);
    await world.startServer();
    return world;
  }

  get url(): string {
    if (this.#running === undefined) throw new Error("the server is stopped");
    return this.#running.url;
  }

  /** On the same port as before, if it ran before. */
  async startServer(port = "0"): Promise<void> {
    this.#running = await startSampleServer({
      ...this.#limits,
      directory: this.directory,
      port,
      clock: { now: () => systemClock.now() + this.serverAheadMs },
      passwordHashing: cheapHashing,
    });
  }

  async stopServer(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** What an operator does beside the running server. */
  async rotateKeys(): Promise<void> {
    await this.#running?.server.identity.keys.rotate();
  }

  /** Somebody of the sample, signed in over HTTP: asks, or with a body posts. */
  async ask(who: PersonKey) {
    const json = { "content-type": "application/json" };
    const signedIn = await fetch(`${this.url}/v1/sign-in`, {
      method: "POST",
      headers: json,
      body: JSON.stringify(credentialsOf(who)),
    });
    const { sessionToken } = z
      .object({ sessionToken: z.string() })
      .parse(await signedIn.json());
    const headers = { ...json, authorization: `Bearer ${sessionToken}` };
    return async (path: string, body?: object) => {
      const response = await fetch(`${this.url}${path}`, {
        headers,
        ...(body !== undefined && {
          method: "POST",
          body: JSON.stringify(body),
        }),
      });
      const text = await response.text();
      const answer: unknown = text === "" ? null : JSON.parse(text);
      return { status: response.status, body: answer };
    };
  }

  /** What reaches the server in the name of a device's person, but not from that device. */
  async forge(
    { person }: Client,
    recordId: RecordId,
    bytes: Uint8Array,
  ): Promise<readonly Verdict[]> {
    if (this.#running === undefined || person === null)
      throw new Error("there is no server, or nobody to be forged");
    const { admission } = this.#running.server;
    return (await admission.admit(person, [{ recordId, bytes }])).verdicts;
  }

  directoryOf(device: string): string {
    return join(this.directory, device);
  }

  /** Opens a device; one that was there before finds what it had. */
  async open(device: string, url = this.url): Promise<Client> {
    const directory = this.directoryOf(device);
    return this.#keep(await createNodeClient({ directory, url }));
  }

  /** A device whose disk can be filled. */
  async openSmall(device: string): Promise<SmallDevice> {
    const directory = this.directoryOf(device);
    await mkdir(directory, { recursive: true });
    const file = join(directory, "log.sqlite");
    const writer = new Database(file);
    writer.pragma("journal_mode = WAL");
    const store = await createSqliteStore({
      writer,
      reader: new Database(file, { readonly: true }),
      tables: clientTables,
      migrations: clientMigrations,
      defer: setImmediate,
      onCommit: undefined,
    });
    const client = await createClient({
      url: this.url,
      store,
      tokens: createFileTokenStore(join(directory, "tokens.json")),
      clock: systemClock,
      timers: systemTimers,
      random: systemRandom,
      connect: connectWebSocket,
      fetch: (url, init) => fetch(url, init),
    });
    return {
      client: this.#keep(client),
      fillDisk: () => {
        const pages: unknown = writer.pragma("page_count", { simple: true });
        writer.pragma(`max_page_count = ${String(pages)}`);
      },
      freeDisk: () => void writer.pragma("max_page_count = 1000000"),
    };
  }

  /** Opens a device, signs somebody of the sample in, and waits for everything. */
  async join(device: string, who: PersonKey): Promise<Client> {
    const client = await this.open(device);
    await signIn(client, who);
    await client.catchUp();
    return client;
  }

  async close(client: Client): Promise<void> {
    this.#clients.delete(client);
    await client.close();
  }

  /** Ends everything, and removes what it wrote. */
  async end(): Promise<void> {
    for (const client of [...this.#clients]) await this.close(client);
    await this.stopServer();
    await rm(this.directory, { recursive: true });
  }

  #keep(client: Client): Client {
    this.#clients.add(client);
    return client;
  }
}

export interface SmallDevice {
  readonly client: Client;
  /** From now on the database cannot grow: SQLite answers as on a full disk. */
  readonly fillDisk: () => void;
  readonly freeDisk: () => void;
}

function credentialsOf(who: PersonKey) {
  const person = samplePeople.find(({ key }) => key === who);
  if (person === undefined) throw new Error(`there is no ${who}`);
  return { email: sampleEmail(person), password: samplePassword };
}

export async function signIn(client: Client, who: PersonKey): Promise<void> {
  const signedIn = await client.signIn({
    ...credentialsOf(who),
    deviceName: "A device",
  });
  if (!signedIn.ok) throw new Error(signedIn.error.code);
}

/** Resolves once it holds; asked again after everything that changes on the device. The test's own limit ends it otherwise. */
export function until(
  client: Client,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      if (!(await holds())) return;
      for (const stop of stops) stop();
      resolve();
    };
    const again = () => void look().catch(reject);
    const stops = [client.watch(again), client.watchSync(again)];
    again();
  });
}

/** Waits for the sentence that says why the device does not sync. */
export async function problemOf(
  client: Client,
): Promise<NonNullable<SyncStatus["problem"]>> {
  client.startSync();
  await until(client, () => client.syncStatus.problem !== null);
  const { problem } = client.syncStatus;
  if (problem === null) throw new Error("the problem went away");
  return problem;
}

export async function everythingIsSent(client: Client): Promise<void> {
  await until(client, async () => (await client.unsynced()).length === 0);
}
