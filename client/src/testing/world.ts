/**
 * A world in simulated time: devices with the SDK as it ships, a server as it ships, and between them a network, clocks and
 * disks that fail on command. Everything that happens follows from the seed and from what is asked of the world, in order.
 *
 * Time stands still until `run`, `runUntil` or `act` lets it pass. Whatever is due then runs one after the other, each until
 * nothing is left to do but wait; so two runs of one seed are the same.
 */
import type { DiskImage } from "./disk/simulated-disk.ts";
import type { Quiet } from "./quiet.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { ServerInWorld } from "./server-in-world.ts";
import type { SimulatedTime } from "./simulated-time.ts";
import type { WorldDevice } from "./world-device.ts";
import { suffer, type WorldFault } from "./world-fault.ts";
import type { WorldServer } from "./world-server.ts";
import { lookEveryMs, quietForMs, whatIsUnsettled } from "./settle.ts";
import { keepTokens, type KeptTokens } from "./keep-tokens.ts";

export interface WorldDeps<S extends ServerInWorld> {
  readonly seed: number;
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly quiet: Quiet;
  readonly devices: ReadonlyMap<string, WorldDevice>;
  readonly server: WorldServer<S>;
  /** Lets go of what the world took from the machine. */
  release(): void;
}

/** A world at one moment, to begin others from: who is known to the server, what lies on every disk. */
export interface WorldImage {
  readonly nowMs: number;
  readonly server: DiskImage;
  readonly devices: ReadonlyMap<
    string,
    { readonly disk: DiskImage; readonly tokens: KeptTokens }
  >;
}

/** What somebody began did not come to an end: their device died meanwhile, or it takes longer than they waited. */
export const unfinished = Symbol("unfinished");

export class World<S extends ServerInWorld = ServerInWorld> {
  readonly seed: number;
  readonly time: SimulatedTime;
  /** For whoever decides what happens next. Devices and server draw from streams of their own. */
  readonly random: SeededRandom;
  readonly server: WorldServer<S>;
  readonly #deps: WorldDeps<S>;

  constructor(deps: WorldDeps<S>) {
    this.#deps = deps;
    this.seed = deps.seed;
    this.time = deps.time;
    this.random = deps.random;
    this.server = deps.server;
  }

  get devices(): readonly WorldDevice[] {
    return [...this.#deps.devices.values()];
  }

  /** Throws for a name the world was not given. */
  device(name: string): WorldDevice {
    const device = this.#deps.devices.get(name);
    if (device === undefined) throw new Error(`there is no device ${name}`);
    return device;
  }

  /** Time passes, and everything due in it happens. */
  async run(forMs: number): Promise<void> {
    const { time, quiet } = this.#deps;
    const untilMs = time.nowMs + forMs;
    await quiet.settle();
    while ((time.nextAtMs ?? Infinity) <= untilMs) {
      time.runNext();
      await quiet.settle();
    }
    time.skipTo(untilMs);
  }

  /** Time passes until something is so, `withinMs` at most. Answers whether it is. */
  async runUntil(
    isSo: () => boolean | Promise<boolean>,
    withinMs: number,
  ): Promise<boolean> {
    const { time, quiet } = this.#deps;
    const untilMs = time.nowMs + withinMs;
    await quiet.settle();
    while (!(await isSo())) {
      if ((time.nextAtMs ?? Infinity) > untilMs) {
        time.skipTo(untilMs);
        return false;
      }
      time.runNext();
      await quiet.settle();
    }
    return true;
  }

  /** Something a person does and waits for: time passes until it is done. `unfinished` if that takes longer than `withinMs`. */
  async act<T>(
    work: () => Promise<T>,
    withinMs = 60_000,
  ): Promise<T | typeof unfinished> {
    let end: { readonly result: () => T } | undefined;
    work().then(
      (value) => void (end = { result: () => value }),
      (cause: unknown) =>
        void (end = {
          result: () => {
            throw cause;
          },
        }),
    );
    await this.runUntil(() => end !== undefined, withinMs);
    return end === undefined ? unfinished : end.result();
  }

  /** Begins a fault of a device, or of the `server`: a network's fault there is one of every line to it. Gives back what ends it. */
  suffer(name: string, fault: WorldFault): () => void {
    const devices = name === "server" ? this.devices : [this.device(name)];
    const { machine } = name === "server" ? this.server : this.device(name);
    return suffer(fault, { machine, devices, server: this.server.running });
  }

  /** All faults end, of networks, clocks and disks. What they did stays: connections that are dead, files that are damaged. */
  heal(): void {
    for (const { link } of this.devices) link.heal();
    for (const { machine } of [...this.devices, this.server]) {
      machine.disk.heal();
      machine.clock.heal();
    }
  }

  /**
   * All faults end, what is off is started, what had stopped tries again, and time passes until nothing is left to do. Answers
   * what still was after `withinMs`, in words.
   */
  async healAndSettle(withinMs = 20 * 60_000): Promise<string | undefined> {
    this.heal();
    await this.act(() => this.server.start());
    for (const device of this.devices) (await device.start()).startSync();
    const untilMs = this.time.nowMs + withinMs;
    while (this.time.nowMs < untilMs) {
      await this.run(lookEveryMs);
      if ((await whatIsUnsettled(this.devices)) !== undefined) continue;
      await this.run(quietForMs);
      if ((await whatIsUnsettled(this.devices)) === undefined) return undefined;
    }
    return whatIsUnsettled(this.devices);
  }

  /** A copy of the world, whose apps and server must be closed. */
  async image(): Promise<WorldImage> {
    const { devices, server, time } = this.#deps;
    const kept = await Promise.all(
      [...devices].map(
        async ([name, { machine, tokens }]) =>
          [
            name,
            { disk: machine.disk.image(), tokens: await keepTokens(tokens) },
          ] as const,
      ),
    );
    return {
      nowMs: time.nowMs,
      server: server.machine.disk.image(),
      devices: new Map(kept),
    };
  }

  /** Ends everything at once, and removes what lay on the disks. */
  async close(): Promise<void> {
    const { quiet, release } = this.#deps;
    await quiet.settle();
    for (const device of this.devices) device.kill();
    this.server.kill();
    await quiet.settle();
    for (const { machine } of [...this.devices, this.server])
      machine.disk.erase();
    release();
  }
}
