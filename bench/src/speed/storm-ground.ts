/** The ground that a storm's rounds stand on: a hospital of some size, founded once and removed at the end. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { foundHospital } from "./peers/suture-hospital.ts";
import {
  devicesPerClinic,
  editCount,
  stormWork,
  type StormSize,
} from "./storm-work.ts";

export interface StormGround {
  readonly size: StormSize;
  /** Of the founded hospital; rounds keep their files below it. */
  readonly directory: string;
}

const usualDevices = 40;

export async function onStormGround<T>(
  {
    devices = usualDevices,
    recordsPerDevice = 20,
    isNotesOnly = false,
  }: { readonly [K in keyof StormSize]?: StormSize[K] | undefined },
  work: (ground: StormGround) => Promise<T>,
): Promise<T> {
  const size = {
    devices: Math.ceil(devices / devicesPerClinic) * devicesPerClinic,
    recordsPerDevice,
    isNotesOnly,
  };
  const directory = await mkdtemp(join(tmpdir(), "suture-bench-"));
  try {
    await foundHospital(stormWork(size), directory);
    return await work({ size, directory });
  } finally {
    await rm(directory, { recursive: true });
  }
}

export function inWords(size: StormSize): string {
  const work = stormWork(size);
  const edits = editCount(work).toLocaleString("en-US");
  return `${size.devices} devices in ${work.clinics} clinics come back at once, each with ${size.recordsPerDevice} records of 5 offline edits: ${edits} edits, each to 4 colleagues.`;
}
