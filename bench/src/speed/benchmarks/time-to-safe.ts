import type { Benchmark } from "../benchmark.ts";
import { inRounds } from "../rounds.ts";
import { sutureContender } from "../storm-contenders.ts";
import { inWords, onWarmStormGround } from "../storm-ground.ts";

const whole = "suture: everybody has everything";
const p99 = "suture: a critical edit is safe (p99)";

/** No peer takes part: none of them holds a conflict until somebody decides. */
export const timeToSafe: Benchmark = {
  name: "time-to-safe",
  goal: "99 % of critical edits are durable, and their conflicts in the review queue, within a quarter of the storm's time",
  sizeAmongAll: { devices: 15, warmUpDevices: 40 },
  run: (options) =>
    onWarmStormGround(options, async (ground) => {
      const { figures } = await inRounds({
        ours: sutureContender(ground, "suture-critical"),
        others: [],
        rounds: options.rounds,
        timedBy: "everybody has everything",
        tell: options.tell,
      });
      const storm = figures[whole];
      const safe = figures[p99];
      if (storm === undefined || safe === undefined)
        throw new Error("nothing was measured");
      return {
        name: timeToSafe.name,
        goal: timeToSafe.goal,
        work: `${inWords(ground.size)} One more on each is a signed statement that a colleague contests.`,
        ratios: { "its own storm, to p99": storm.median / safe.median },
        figures,
      };
    }),
};
