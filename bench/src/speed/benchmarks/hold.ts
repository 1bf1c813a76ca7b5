import type { Benchmark, Figure } from "../benchmark.ts";
import { figureOf } from "../figure.ts";
import { HoldGround } from "../hold/hold-ground.ts";
import { holdRound } from "../hold/hold-round.ts";
import { inRounds } from "../rounds.ts";

const usual = { records: 20_000, connections: 400 };
const memory = "memory after start";
const ofConnection = "memory of a connection";
const promisedBytes = 40_000;

/** No peer takes part: none of them goes without its records in memory. */
export const hold: Benchmark = {
  name: "hold",
  goal: "nothing for a record in memory, at most 40 KB for a connection",
  sizeAmongAll: { records: 5_000, connections: 200 },
  async run({ rounds, tell, ...options }) {
    const { records = usual.records } = options;
    const connections = Math.max(2, options.connections ?? usual.connections);
    const sizes = [Math.ceil(records / 10), records];
    const ground = await HoldGround.found(connections);
    try {
      const figures: Record<string, Figure> = {};
      let edit = 0;
      for (const size of sizes) {
        await ground.fill(size, tell);
        tell(`${size} records are held`);
        const outcome = await inRounds({
          ours: {
            name: "suture",
            round: () => {
              edit += 1;
              return holdRound({ ground, connections, edit: edit - 1 });
            },
          },
          others: [],
          rounds,
          timedBy: "time to start",
          tell,
        });
        for (const [key, figure] of Object.entries(outcome.figures))
          figures[`${key}, ${size} records held`] = figure;
      }
      const at = (measure: string, size: number | undefined) =>
        figures[`suture: ${measure}, ${size} records held`]?.median ?? 0;
      const [few, many] = sizes;
      const grown = at(memory, many) - at(memory, few);
      return {
        name: hold.name,
        goal: hold.goal,
        work: `A server that holds ${sizes.map((size) => size.toLocaleString("en-US")).join(" and then ")} records is started, and ${connections.toLocaleString("en-US")} devices connect, say hello and stay. Memory is resident, after garbage was collected.`,
        ratios: {
          [`a tenth of the records: ${memory}`]:
            at(memory, few) / at(memory, many),
          [`40 KB: ${ofConnection}`]: promisedBytes / at(ofConnection, many),
        },
        figures: {
          ...figures,
          "suture: memory of a record": figureOf(
            [grown / Math.max(1, records - Math.ceil(records / 10))],
            "bytes",
          ),
        },
      };
    } finally {
      await ground.close();
    }
  },
};
