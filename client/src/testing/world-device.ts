/** A device in a simulated world: a machine, a line to the server, and the SDK as it ships. */
import type { RecordType } from "@suture/schema";

import type { Client } from "../client.ts";
import { createClient } from "../create-client.ts";
import type { TokenStore } from "../identity/token-store.ts";
import { clientMigrations } from "../store/client-migrations.ts";
import { clientTables } from "../store/client-tables.ts";
import { clientSalvage } from "../store/damage-report.ts";
import type { DiskImage } from "./disk/simulated-disk.ts";
import type { Machine } from "./machine.ts";
import type { SimulatedLink } from "./network/simulated-link.ts";

export interface WorldDeviceDeps {
  readonly name: string;
  readonly machine: Machine;
  readonly link: SimulatedLink;
  /** Outlives the app, as a keyring does. */
  readonly tokens: TokenStore;
  readonly url: string;
  readonly recordTypes: readonly RecordType[];
}

export class WorldDevice {
  /** As the world was given it. */
  readonly name: string;
  /** Of the server, as its app knows it. */
  readonly url: string;
  readonly machine: Machine;
  readonly link: SimulatedLink;
  readonly tokens: TokenStore;
  readonly #deps: WorldDeviceDeps;
  #client: Client | undefined;

  constructor(deps: WorldDeviceDeps) {
    this.#deps = deps;
    this.name = deps.name;
    this.url = deps.url;
    this.machine = deps.machine;
    this.link = deps.link;
    this.tokens = deps.tokens;
    this.machine.onKilled = () => {
      this.#client = undefined;
      this.link.hangUp("device");
    };
  }

  /** Whether the app is open. */
  get isOn(): boolean {
    return this.#client !== undefined;
  }

  /** The SDK of the app that is open. Throws while it is not. */
  get client(): Client {
    if (this.#client === undefined) throw new Error(`${this.name} is off`);
    return this.#client;
  }

  /** Opens the app; it syncs as soon as somebody is signed in. Throws a `StoreError` where its store cannot be opened. */
  async start(): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    const { machine, link, tokens, url, recordTypes } = this.#deps;
    const runtime = machine.start();
    try {
      const store = await runtime.openStore({
        file: "log.sqlite",
        tables: clientTables,
        migrations: clientMigrations,
        salvage: clientSalvage,
      });
      const client = await createClient({
        url,
        store,
        tokens,
        recordTypes,
        clock: runtime.clock,
        timers: runtime.timers,
        random: runtime.random,
        connect: (request) => machine.whileAlive(link.connect(request)),
        fetch: (to, init) => machine.whileAlive(link.fetch(to, init)),
        appVersion: "world",
      });
      this.#client = client;
      client.startSync();
      return client;
    } catch (cause) {
      machine.kill();
      throw cause;
    }
  }

  /** Closes the app as a person does. */
  async close(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    this.#client = undefined;
    await client.close();
    this.machine.stopped();
    this.link.hangUp("device");
  }

  /** The app is killed, or the battery is empty: what was not on its disk is gone. */
  kill(): void {
    this.machine.kill();
  }

  /** The app is killed, its disk is as it was in a backup, and it is opened again. Tokens lie elsewhere and stay. */
  async restore(backup: DiskImage): Promise<Client> {
    this.kill();
    this.machine.disk.restore(backup);
    return this.start();
  }
}
