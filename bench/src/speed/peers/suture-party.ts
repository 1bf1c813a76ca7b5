/**
 * Suture's devices as sockets: each says hello with where it stands, pushes what it holds in batches as the SDK makes them, and
 * keeps the bytes it is sent. An edit counts once its verdict says that it is durable and once every colleague's socket has it.
 */
import {
  encodeFrame,
  maxManifestRecords,
  protocolVersion,
  schemaVersion,
  type Manifest,
  type ServerMessage,
} from "@suture/schema";

import { AwaitedArrivals } from "../awaited-arrivals.ts";
import type { OpenParty, Party, PartySetup } from "../party.ts";
import type { Measured } from "../rounds.ts";
import { tokenFileIn } from "./hospital-files.ts";
import { inBatches } from "./in-batches.ts";
import { readHospital, type HospitalDevice } from "./suture-hospital.ts";
import { lineHeaders, SyncLine, type LineHeaders } from "./sync-line.ts";
import type { WrittenChange } from "./written-record.ts";

/** As many pushes as the SDK has on their way at a time. */
const maxInFlight = 4;

interface Prepared {
  readonly headers: LineHeaders;
  readonly hello: Uint8Array;
}

export const openParty: OpenParty = async (setup) =>
  new SutureParty(
    setup,
    (await readHospital(setup.directory, setup.work.devices)).map((device) => ({
      device,
      changes: device.edits,
      pushes: pushesOf(device, device.edits),
    })),
  ).prepare();

/** One device, with what it did while it was away. */
export interface AwayDevice {
  readonly device: HospitalDevice;
  readonly changes: readonly WrittenChange[];
  /** All of them, in the order in which they are sent. */
  readonly pushes: readonly Uint8Array[];
}

export class SutureParty implements Party {
  readonly #setup: PartySetup;
  readonly #devices: readonly AwayDevice[];
  readonly #reached: AwaitedArrivals;
  readonly #durable: AwaitedArrivals;
  readonly #keptByDevice: Map<string, Uint8Array>[] = [];
  readonly #lines: SyncLine[] = [];
  #prepared: readonly Prepared[] = [];
  #fail: (cause: Error) => void = () => undefined;
  /** Told of every message, beside what is done with it here. */
  onMessage: (message: ServerMessage) => void = () => undefined;

  constructor(setup: PartySetup, devices: readonly AwayDevice[]) {
    this.#setup = setup;
    this.#devices = devices;
    this.#reached = new AwaitedArrivals(
      devices.map((own) =>
        this.#colleaguesOf(own).flatMap(({ changes }) => changes.map(hashOf)),
      ),
    );
    this.#durable = new AwaitedArrivals(
      devices.map(({ changes }) => changes.map(hashOf)),
    );
  }

  /** What a device has ready before it finds its network. */
  async prepare(): Promise<this> {
    const { directory, port } = this.#setup;
    const prepared: Prepared[] = [];
    for (const { device, changes } of this.#devices) {
      const file = tokenFileIn(directory, device.number);
      prepared.push({
        headers: await lineHeaders(port, file, device.syncToken),
        hello: helloOf(device, changes),
      });
    }
    this.#prepared = prepared;
    return this;
  }

  async comeBack(): Promise<Measured> {
    const failed = new Promise<never>((_resolve, reject) => {
      this.#fail = reject;
    });
    const startMs = performance.now();
    for (const [at, own] of this.#devices.entries()) this.#connect(at, own);
    const afterMs = async (all: Promise<void>) => {
      await Promise.race([all, failed]);
      return { value: performance.now() - startMs, unit: "ms" } as const;
    };
    const [durable, reached] = await Promise.all([
      afterMs(this.#durable.all()),
      afterMs(this.#reached.all()),
    ]);
    const both = durable.value > reached.value ? durable : reached;
    return { "everybody has everything": both, "and it is stored": both };
  }

  /** What was kept is compared with what its author composed, byte by byte. */
  async differences(): Promise<readonly string[]> {
    return this.#devices.flatMap((own, at) =>
      this.#colleaguesOf(own)
        .flatMap(({ changes }) => changes)
        .filter(({ hash, bytes }) => {
          const kept = this.#keptByDevice[at]?.get(hash);
          return kept === undefined || Buffer.compare(kept, bytes) !== 0;
        })
        .map(({ hash }) => `${nameOf(own)} has ${hash} otherwise`),
    );
  }

  async leave(): Promise<void> {
    for (const line of this.#lines) line.close();
  }

  #connect(at: number, own: AwayDevice): void {
    const prepared = this.#prepared[at];
    if (prepared === undefined) throw new Error("nothing is prepared");
    const { headers, hello } = prepared;
    const { pushes } = own;
    const kept = new Map<string, Uint8Array>();
    this.#keptByDevice[at] = kept;
    let nextPush = 0;
    const pushMore = () => {
      const push = pushes[nextPush];
      nextPush += 1;
      if (push !== undefined) line.send(push);
    };
    const onMessage = (message: ServerMessage) => {
      this.onMessage(message);
      switch (message.type) {
        case "welcome":
          for (let count = 0; count < maxInFlight; count += 1) pushMore();
          return;
        case "verdicts":
          for (const { hash, verdict } of message.verdicts) {
            if (verdict !== "accepted")
              return this.#fail(new Error(`${nameOf(own)}: ${verdict}`));
            this.#durable.arrived(at, hash);
          }
          return pushMore();
        case "changes":
          for (const { hash, bytes } of message.rows)
            if (bytes !== null) {
              kept.set(hash, bytes);
              this.#reached.arrived(at, hash);
            }
          if (message.hasMore)
            line.send(
              encodeFrame({
                type: "pull",
                scopeId: message.scopeId,
                cursor: message.cursor,
              }),
            );
          return;
        case "ping":
          return line.send(
            encodeFrame({ type: "pong", number: message.number }),
          );
        case "busy":
        case "error":
        case "push-deferred":
        case "answers-paused":
          return this.#fail(new Error(`${nameOf(own)}: ${message.type}`));
        default:
          return;
      }
    };
    const line = SyncLine.open(this.#setup.port, headers, {
      hello,
      onMessage,
      onClose: (code) =>
        this.#fail(new Error(`${nameOf(own)} was closed with ${code}`)),
    });
    this.#lines.push(line);
  }

  #colleaguesOf(own: AwayDevice): readonly AwayDevice[] {
    return this.#devices.filter(
      (other) => other !== own && other.device.clinic === own.device.clinic,
    );
  }
}

export function helloOf(
  { deviceId, personId, cursors }: HospitalDevice,
  changes: readonly WrittenChange[],
): Uint8Array {
  return encodeFrame({
    type: "hello",
    protocolVersion,
    schemaVersion,
    appVersion: "bench",
    deviceId,
    cursors,
    unsynced: manifestOf(personId, changes),
  });
}

export function pushesOf(
  { personId, syncToken }: HospitalDevice,
  changes: readonly WrittenChange[],
  /** What is sent afterwards, and how many pushes went before. */
  { later = [], before = 0 } = {} as {
    readonly later?: readonly WrittenChange[];
    readonly before?: number;
  },
): readonly Uint8Array[] {
  let sent = 0;
  return inBatches(changes).map((batch, number) => {
    sent += batch.length;
    return encodeFrame({
      type: "push",
      pushId: before + number,
      token: syncToken,
      changes: batch.map(({ recordId, bytes }) => ({ recordId, bytes })),
      unsynced: manifestOf(personId, [...changes.slice(sent), ...later]),
    });
  });
}

function manifestOf(
  personId: HospitalDevice["personId"],
  changes: readonly WrittenChange[],
): Manifest {
  if (changes.length === 0) return { people: [], recordIds: [] };
  return {
    people: [
      {
        personId,
        countsByPriority: [0, 0, 0, changes.length],
        oldestAgeMs: 3_600_000,
      },
    ],
    recordIds: [...new Set(changes.map(({ recordId }) => recordId))].slice(
      0,
      maxManifestRecords,
    ),
  };
}

/** As the hospital counts: of those that come back in a shift, the first need not be 0. */
function nameOf({ device }: AwayDevice): string {
  return `device ${device.number}`;
}

function hashOf({ hash }: WrittenChange): string {
  return hash;
}
