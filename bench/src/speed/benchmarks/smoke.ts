import type { Benchmark } from "../benchmark.ts";
import { othersOf, peerNames, sutureContender } from "../storm-contenders.ts";
import { inWords, onStormGround } from "../storm-ground.ts";

/** So small that it says nothing of time: it is for whether all systems do the same work. SPEC BE-7. */
export const smoke: Benchmark = {
  name: "smoke",
  goal: "every system does the same work",
  run: (options) =>
    onStormGround({ devices: 5, recordsPerDevice: 2 }, async (ground) => {
      const all = [
        sutureContender(ground),
        sutureContender(ground, "suture-critical"),
        ...othersOf(ground, options),
      ];
      for (const contender of all) {
        options.tell(contender.name);
        await contender.round(Number.POSITIVE_INFINITY);
      }
      return {
        name: smoke.name,
        goal: smoke.goal,
        work: `${inWords(ground.size)} Done and compared: suture, ${peerNames.join(", ")}.`,
        ratios: {},
        figures: {},
      };
    }),
};
