import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Benchmark, BenchOptions } from "../benchmark.ts";
import { foundHospital } from "../peers/suture-hospital.ts";
import { inRounds, ratioOf, type Outcome } from "../rounds.ts";
import {
  stormPeers,
  sutureContender,
  type StormGround,
} from "../storm-contenders.ts";
import {
  devicesPerClinic,
  editCount,
  stormWork,
  type StormSize,
} from "../storm-work.ts";

const usualDevices = 40;
const recordsPerDevice = 20;
const reached = "everybody has everything";
const stored = "and it is stored";

export const storm: Benchmark = {
  name: "storm",
  goal: "at least 50 times as fast as stock automerge-repo, 3 times as Hocuspocus, 10 times as PouchDB, half as fast as the floor; the server in no more memory than the best peer's",
  run: (options) =>
    withGround(sizeOf(options), async (ground) => {
      const outcome = await inRounds({
        ours: sutureContender(ground),
        others: othersOf(ground, options),
        rounds: options.rounds,
        timedBy: reached,
        tell: options.tell,
      });
      return {
        name: storm.name,
        goal: storm.goal,
        work: workInWords(ground.size),
        ratios: ratiosOf(outcome),
        figures: outcome.figures,
      };
    }),
};

/** Whole clinics. */
function sizeOf({ devices = usualDevices }: BenchOptions): StormSize {
  const clinics = Math.ceil(devices / devicesPerClinic);
  return { devices: clinics * devicesPerClinic, recordsPerDevice };
}

async function withGround<T>(
  size: StormSize,
  work: (ground: StormGround) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "suture-bench-"));
  try {
    await foundHospital(stormWork(size), directory);
    return await work({ size, directory });
  } finally {
    await rm(directory, { recursive: true });
  }
}

function othersOf(ground: StormGround, { peers }: BenchOptions) {
  return Object.entries(stormPeers)
    .filter(([name]) => peers === "all" || peers.has(name))
    .map(([, contender]) => contender(ground));
}

function workInWords(size: StormSize): string {
  const work = stormWork(size);
  return `${size.devices} devices in ${work.clinics} clinics come back at once, each with ${size.recordsPerDevice} records of 5 offline edits: ${editCount(work).toLocaleString("en-US")} edits, each to 4 colleagues.`;
}

function ratiosOf(outcome: Outcome) {
  const ratios: Record<string, number | string> = {};
  for (const name of Object.keys(stormPeers)) {
    const ofReached = ratioOf(outcome, "suture", name, reached);
    const ofStored = ratioOf(outcome, "suture", name, stored);
    if (ofReached !== undefined) ratios[name] = ofReached;
    if (ofStored !== undefined) ratios[`${name}: ${stored}`] = ofStored;
  }
  return ratios;
}
