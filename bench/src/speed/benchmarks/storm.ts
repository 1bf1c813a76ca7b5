import type { Benchmark } from "../benchmark.ts";
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
  goal: "at least 50 times as fast as stock automerge-repo, 3 times as Hocuspocus, 10 times as PouchDB, half as fast as the floor; the server in no more memory than the best peer's",
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
        ratios: ratiosOf(outcome),
        figures: outcome.figures,
      };
    }),
};

function ratiosOf(outcome: Outcome) {
  const ratios: Record<string, number | string> = {};
  for (const name of peerNames) {
    const ofReached = ratioOf(outcome, "suture", name, reached);
    const ofStored = ratioOf(outcome, "suture", name, stored);
    if (ofReached !== undefined) ratios[name] = ofReached;
    const ofCpu = ratioOf(outcome, "suture", name, cpu);
    if (ofCpu !== undefined) ratios[`${name}: ${cpu}`] = ofCpu;
    if (ofStored !== undefined) ratios[`${name}: ${stored}`] = ofStored;
  }
  return ratios;
}
