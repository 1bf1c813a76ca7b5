/**
 * A hospital with many more records than anybody writes in: each of them let in by admission, as every record of a server was, by
 * the devices of all clinics in turns. It may be filled further between rounds.
 */
import { recordIdFromBytes, serviceJob } from "@suture/schema";
import { systemRandom } from "@suture/client/node";
import type { RunningServer } from "@suture/server";
import { decode, encode } from "cbor-x";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serverDataIn } from "../peers/hospital-files.ts";
import { readCursors, type Cursors } from "../peers/read-cursors.ts";
import {
  foundHospital,
  readHospital,
  startIn,
  type HospitalDevice,
} from "../peers/suture-hospital.ts";
import { WrittenRecord, type WrittenChange } from "../peers/written-record.ts";
import { clinicOf, devicesPerClinic, stormWork } from "../storm-work.ts";

/** As many as a server keeps of one device. */
export const connectionsPerDevice = 4;
/** Of one device, and of several at once, so that they share a commit. */
const [recordsPerPush, pushesAtOnce] = [200, 5];
const atMs = Date.UTC(2026, 0, 5, 8);

export class HoldGround {
  readonly directory: string;
  readonly devices: readonly HospitalDevice[];
  #records: number;

  private constructor(directory: string, devices: readonly HospitalDevice[]) {
    this.directory = directory;
    this.devices = devices;
    // Each device has one that is written in.
    this.#records = devices.length;
  }

  /** For so many connections. Removed by `close`. */
  static async found(connections: number): Promise<HoldGround> {
    const clinics = connections / connectionsPerDevice / devicesPerClinic;
    const devices = Math.max(1, Math.ceil(clinics)) * devicesPerClinic;
    const directory = await mkdtemp(join(tmpdir(), "suture-bench-"));
    await foundHospital(stormWork({ devices, recordsPerDevice: 1 }), directory);
    return new HoldGround(directory, await readHospital(directory));
  }

  get dataDir(): string {
    return serverDataIn(this.directory);
  }

  /** Until there are so many records, with what devices know then. */
  async fill(records: number, tell: (line: string) => void): Promise<void> {
    const running = await startIn(this.dataDir);
    try {
      let next = 0;
      while (this.#records < records) {
        const pushes = Array.from({ length: pushesAtOnce }, () => {
          next += 1;
          return this.#create(running, next, records);
        });
        const before = this.#records;
        await Promise.all(pushes);
        if (Math.floor(before / 100_000) < Math.floor(this.#records / 100_000))
          tell(`${this.#records} records are there`);
      }
      const cursors = await readCursors(
        running.url,
        this.directory,
        this.devices,
      );
      await writeFile(fileIn(this.directory), encode([...cursors]));
    } finally {
      await running.stop();
    }
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }

  async #create(
    { server }: RunningServer,
    turn: number,
    records: number,
  ): Promise<void> {
    const author = this.devices[turn % this.devices.length];
    if (author === undefined) throw new Error("there are no devices");
    const count = Math.min(recordsPerPush, records - this.#records);
    this.#records += count;
    const { personId, deviceId } = author;
    const { verdicts } = await server.admission.admit(
      { personId, deviceId },
      Array.from({ length: count }, () => newJob(author)),
    );
    for (const { verdict } of verdicts)
      if (verdict !== "accepted") throw new Error(`a record was ${verdict}`);
  }
}

/** Up to date with all that was there when it was filled. */
export async function readHeldDevices(
  directory: string,
): Promise<readonly HospitalDevice[]> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written above
  const written = decode(
    await readFile(fileIn(directory)),
  ) as readonly (readonly [number, Cursors])[];
  const cursorsByClinic = new Map(written);
  return (await readHospital(directory)).map((device, number) => ({
    ...device,
    cursors: cursorsByClinic.get(clinicOf(number)) ?? device.cursors,
  }));
}

function newJob(author: HospitalDevice): WrittenChange {
  const recordId = recordIdFromBytes(systemRandom.bytes(16));
  const given = { random: systemRandom, atMs };
  return new WrittenRecord(serviceJob, recordId, given).create(author, {
    parentId: author.teamId,
    fields: { requester: "Ward 3: asked for at the desk" },
  });
}

function fileIn(directory: string): string {
  return join(directory, "cursors.cbor");
}
