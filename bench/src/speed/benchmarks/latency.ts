import type { Benchmark } from "../benchmark.ts";
import { inRounds, ratioOf } from "../rounds.ts";
import { othersOf, sutureContender } from "../storm-contenders.ts";
import { onStormGround } from "../storm-ground.ts";

const usualDevices = 40;
const p50 = "edit to a colleague (p50)";
const p99 = "edit to a colleague (p99)";
const work = "-latency";
const among = ["floor", "automerge-repo", "hocuspocus"];
const leastEdits = 600;

export const latency: Benchmark = {
  name: "latency",
  goal: "half of the edits within twice, 99 % within 3 times what the floor needs, which flushes and forwards and nothing else",
  run: ({ devices = usualDevices, ...options }) =>
    onStormGround(
      {
        devices,
        recordsPerDevice: Math.ceil(leastEdits / devices / 5),
        isNotesOnly: true,
      },
      async (ground) => {
        const outcome = await inRounds({
          ours: sutureContender(ground, `suture${work}`),
          others: othersOf(ground, options, { among, work }),
          rounds: options.rounds,
          timedBy: p50,
          tell: options.tell,
        });
        const ratios: Record<string, number | string> = {};
        for (const name of among)
          for (const measure of [p50, p99]) {
            const ratio = ratioOf(outcome, "suture", name, measure);
            if (ratio !== undefined) ratios[`${name}: ${measure}`] = ratio;
          }
        return {
          name: latency.name,
          goal: latency.goal,
          work: `${ground.size.devices} devices are connected and together make 200 edits a second, each to 4 colleagues' sockets.`,
          ratios,
          figures: outcome.figures,
        };
      },
    ),
};
