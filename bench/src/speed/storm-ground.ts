/** The ground that a storm's rounds stand on: a hospital of some size, founded once and removed at the end. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BenchSize } from "./benchmark.ts";
import { foundHospital } from "./peers/suture-hospital.ts";
import {
  devicesPerClinic,
  editCount,
  ofShift,
  stormWork,
  type StormSize,
} from "./storm-work.ts";

export interface StormGround {
  readonly size: StormSize;
  /** Of the founded hospital; rounds keep their files below it. */
  readonly directory: string;
}

const usualDevices = 40;
/** Their 4,000 edits are about as many as V8 needs to have compiled a server of ours. */
const mostWarmUpDevices = 40;

/** Warmed by as many devices as are measured, but never by very many. SPEC BE-14. */
export function onWarmStormGround<T>(
  {
    devices = usualDevices,
    warmUpDevices = Math.min(devices, mostWarmUpDevices),
  }: Pick<BenchSize, "devices" | "warmUpDevices">,
  work: (ground: StormGround) => Promise<T>,
): Promise<T> {
  return onStormGround({ devices, earlyDevices: warmUpDevices }, work);
}

export async function onStormGround<T>(
  {
    devices = usualDevices,
    earlyDevices = 0,
    recordsPerDevice = 20,
    isNotesOnly = false,
  }: { readonly [K in keyof StormSize]?: StormSize[K] | undefined },
  work: (ground: StormGround) => Promise<T>,
): Promise<T> {
  const size = {
    devices: inClinics(devices),
    earlyDevices: inClinics(earlyDevices),
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
  const edits = editCount(ofShift(stormWork(size), "measured"));
  const clinics = size.devices / devicesPerClinic;
  const storm = `${size.devices} devices in ${clinics} clinics come back at once, each with ${size.recordsPerDevice} records of 5 offline edits: ${edits.toLocaleString("en-US")} edits, each to 4 colleagues.`;
  return size.earlyDevices === undefined || size.earlyDevices === 0
    ? storm
    : `${storm} Before them ${size.earlyDevices} devices of other clinics came back with as much each, which is not counted, and went.`;
}

function inClinics(devices: number): number {
  return Math.ceil(devices / devicesPerClinic) * devicesPerClinic;
}
