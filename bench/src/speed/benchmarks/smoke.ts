import type { Benchmark, BenchOptions } from "../benchmark.ts";
import type { Contender } from "../rounds.ts";
import {
  othersOf,
  peerNames,
  sutureContender,
  sutureOnScreens,
} from "../storm-contenders.ts";
import { inWords, onStormGround } from "../storm-ground.ts";
import { admit } from "./admit.ts";
import { hold } from "./hold.ts";
import { local } from "./local.ts";

const stormSize = { devices: 5, earlyDevices: 5, recordsPerDevice: 2 };
const atWork = {
  size: { devices: 5, recordsPerDevice: 1, isNotesOnly: true },
  others: { among: ["echo", "floor"], work: "-latency" },
};
const fewest = { records: 100, connections: 8, rounds: 1 };

/** So small that it says nothing of time: it is for whether all systems do the same work. SPEC BE-7, BE-9, BE-11, BE-13, BE-14. */
export const smoke: Benchmark = {
  name: "smoke",
  goal: "every system does the same work",
  run: (options) =>
    onStormGround(stormSize, async (ground) => {
      const all = [
        sutureContender(ground),
        sutureContender(ground, "suture-critical"),
        ...othersOf(ground, options),
      ];
      await once(all, options);
      await onStormGround(atWork.size, (working) =>
        once(
          [
            sutureContender(working, `suture${atWork.others.work}`),
            sutureOnScreens(working),
            ...othersOf(working, options, atWork.others),
          ],
          options,
        ),
      );
      for (const benchmark of [admit, hold, local]) {
        options.tell(benchmark.name);
        await benchmark.run({ ...options, ...fewest });
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

async function once(
  contenders: readonly Contender[],
  { tell }: BenchOptions,
): Promise<void> {
  for (const contender of contenders) {
    tell(contender.name);
    await contender.round(Number.POSITIVE_INFINITY);
  }
}
