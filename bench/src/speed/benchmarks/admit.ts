import {
  floorAdmitting,
  onAdmitGround,
  sutureAdmitting,
} from "../admit/admit-contenders.ts";
import { admitKinds } from "../admit/admit-work.ts";
import type { Benchmark } from "../benchmark.ts";
import { figureOf } from "../figure.ts";
import { inRounds, ratioOf } from "../rounds.ts";

const usualChanges = 2_000;

export const admit: Benchmark = {
  name: "admit",
  goal: "at most 60 µs for an ordinary change, at most 120 µs for a statement of 4 KB",
  sizeAmongAll: { records: 1_000 },
  run: ({ records: changesPerKind = usualChanges, peers, rounds, tell }) =>
    onAdmitGround(changesPerKind, async (ground) => {
      const withFloor = peers === "all" || peers.has("floor");
      const outcome = await inRounds({
        ours: sutureAdmitting(ground),
        others: withFloor ? [floorAdmitting(ground)] : [],
        rounds,
        timedBy: "all kinds",
        tell,
      });
      const ratios: Record<string, number | string> = {};
      for (const kind of admitKinds) {
        const ratio = ratioOf(outcome, "suture", "floor", `${kind}, CPU time`);
        if (ratio !== undefined) ratios[`floor: ${kind}, CPU time`] = ratio;
      }
      const perSecond = admitKinds.flatMap((kind) => {
        const cost = outcome.figures[`suture: ${kind}, CPU time`];
        if (cost === undefined) return [];
        // The slowest round admitted the fewest.
        const { median, lowest, highest } = cost;
        const figure = figureOf([1e6 / median], "per second");
        return [
          [
            `suture: ${kind}, on one core`,
            {
              ...figure,
              lowest: 1e6 / highest,
              highest: 1e6 / lowest,
              rounds: cost.rounds,
            },
          ] as const,
        ];
      });
      return {
        name: admit.name,
        goal: admit.goal,
        work: `${changesPerKind.toLocaleString("en-US")} changes of each kind (of words in texts a tenth) by ten people at once, admitted by the whole server without its sockets, durable; half of them before time counts.`,
        ratios,
        figures: { ...outcome.figures, ...Object.fromEntries(perSecond) },
      };
    }),
};
