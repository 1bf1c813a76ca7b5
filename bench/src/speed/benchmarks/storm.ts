import type { Benchmark, BenchReport } from "../benchmark.ts";
import { inRounds, ratioOf, type Outcome } from "../rounds.ts";
import { foundSdkDevices } from "../peers/suture-sdk-devices.ts";
import {
  othersOf,
  peerNames,
  sutureContender,
  sutureOnDevices,
} from "../storm-contenders.ts";
import { inWords, onWarmStormGround } from "../storm-ground.ts";
import { stormWork } from "../storm-work.ts";

const reached = "everybody has everything";
const cpu = "CPU time of the server";
const stored = "and it is stored";

export const storm: Benchmark = {
  name: "storm",
  goal: "until everybody has everything and it is stored, at least 50 times as fast as stock automerge-repo, 3 times as Hocuspocus, 10 times as PouchDB, half as fast as the floor; the server in no more memory than the best peer's",
  sizeAmongAll: { devices: 10, warmUpDevices: 10 },
  run: (options) =>
    onWarmStormGround(options, async (ground) => {
      const withDevices =
        options.peers === "all" || options.peers.has("devices");
      if (withDevices)
        await foundSdkDevices(stormWork(ground.size), ground.directory);
      const outcome = await inRounds({
        ours: sutureContender(ground),
        others: [
          ...othersOf(ground, options),
          ...(withDevices ? [sutureOnDevices(ground)] : []),
        ],
        rounds: options.rounds,
        timedBy: reached,
        tell: options.tell,
      });
      return {
        name: storm.name,
        goal: storm.goal,
        work: inWords(ground.size),
        ratios: stormRatios(outcome),
        figures: outcome.figures,
      };
    }),
};

/** A peer's own is the time until nothing can be lost any more. Some tell colleagues before they store: that stands beside it. */
export function stormRatios(outcome: Outcome): BenchReport["ratios"] {
  const ratios: Record<string, number | string> = {};
  for (const name of peerNames) {
    for (const measure of [stored, reached, cpu]) {
      const ratio = ratioOf(outcome, "suture", name, measure);
      const key = measure === stored ? name : `${name}: ${measure}`;
      if (ratio !== undefined) ratios[key] = ratio;
    }
  }
  return ratios;
}
