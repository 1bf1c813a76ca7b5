/** The server of a simulated world: a machine, and the process that runs on it. */
import type { DiskImage } from "./disk/simulated-disk.ts";
import type { Machine } from "./machine.ts";
import type { ServerInWorld, StartServer } from "./server-in-world.ts";

export interface WorldServerDeps<S extends ServerInWorld> {
  readonly machine: Machine;
  readonly startServer: StartServer<S>;
  /** Its process is gone, and so are its ends of all connections. */
  cutLinks(): void;
}

export class WorldServer<S extends ServerInWorld = ServerInWorld> {
  readonly machine: Machine;
  readonly #deps: WorldServerDeps<S>;
  #running: S | undefined;

  constructor(deps: WorldServerDeps<S>) {
    this.#deps = deps;
    this.machine = deps.machine;
    this.machine.onKilled = () => {
      this.#running = undefined;
      deps.cutLinks();
    };
  }

  /** What runs; undefined while it is down. */
  get running(): S | undefined {
    return this.#running;
  }

  /** Throws what `startServer` throws, for a store that cannot be opened, say. */
  async start(): Promise<S> {
    if (this.#running !== undefined) return this.#running;
    const { machine, startServer } = this.#deps;
    const runtime = machine.start();
    try {
      this.#running = await startServer(runtime);
      return this.#running;
    } catch (cause) {
      machine.kill();
      throw cause;
    }
  }

  /** In good order: every device is told. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    await running.close();
    this.#running = undefined;
    this.machine.stopped();
    this.#deps.cutLinks();
  }

  kill(): void {
    this.machine.kill();
  }

  /** It is killed, its disk is as it was in a backup, and it starts again. Accounts lie elsewhere and stay. */
  async restore(backup: DiskImage): Promise<S> {
    this.kill();
    this.machine.disk.restore(backup);
    return this.start();
  }
}
