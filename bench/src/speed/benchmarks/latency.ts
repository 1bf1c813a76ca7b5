import type { Benchmark } from "../benchmark.ts";
import { inRounds, ratioOf } from "../rounds.ts";
import {
  othersOf,
  sutureContender,
  sutureOnScreens,
} from "../storm-contenders.ts";
import { onStormGround } from "../storm-ground.ts";

const usualDevices = 40;
const p50 = "edit to a colleague (p50)";
const p99 = "edit to a colleague (p99)";
const work = "-latency";
const among = ["echo", "floor", "automerge-repo", "hocuspocus"];
const screens = "suture devices";
/** Five edits each, of which seven of ten only warm. */
const usualRecords = 400;

export const latency: Benchmark = {
  name: "latency",
  goal: "half of the edits within twice, 99 % within 3 times what a bare echo needs that flushes before it forwards",
  sizeAmongAll: { devices: 10, records: 240 },
  run: ({ devices = usualDevices, records = usualRecords, ...options }) =>
    onStormGround(
      {
        devices,
        recordsPerDevice: Math.ceil(records / devices),
        isNotesOnly: true,
      },
      async (ground) => {
        const withDevices =
          options.peers === "all" || options.peers.has("devices");
        const outcome = await inRounds({
          ours: sutureContender(ground, `suture${work}`),
          others: [
            ...othersOf(ground, options, { among, work }),
            ...(withDevices ? [sutureOnScreens(ground)] : []),
          ],
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
          work: `${ground.size.devices} devices are connected and together make 200 edits a second, each to 4 colleagues' sockets. Apart from that, "${screens}": 5 SDK clients of one clinic and 20 edits a second, from a save until a colleague's client has told its screen and the screen reads it.`,
          ratios,
          figures: outcome.figures,
        };
      },
    ),
};
