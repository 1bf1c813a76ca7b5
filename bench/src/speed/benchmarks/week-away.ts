import {
  automergeRepoAway,
  onAwayGround,
  sutureAway,
} from "../away-contenders.ts";
import type { Benchmark } from "../benchmark.ts";
import { figureOf } from "../figure.ts";
import { compressedBytes } from "../peers/compressed-bytes.ts";
import { inRounds, ratioOf } from "../rounds.ts";

const time = "time until the last message";
const payload = "payload both ways";
const usualRecords = 1_000;

export const weekAway: Benchmark = {
  name: "week-away",
  goal: "at least 50 times fewer messages, 10 times fewer bytes, 20 times as fast as stock automerge-repo; at most 1.3 times the bytes of the compressed changes",
  sizeAmongAll: { records: 400 },
  async run({ records: held = usualRecords, peers, rounds, tell }) {
    const away = {
      missed: Math.ceil(held / 100),
      brought: Math.ceil(held / 20),
    };
    return onAwayGround(held, away, async (ground) => {
      const withPeer = peers === "all" || peers.has("automerge-repo");
      const outcome = await inRounds({
        ours: sutureAway(ground),
        others: withPeer ? [automergeRepoAway(ground)] : [],
        rounds,
        timedBy: time,
        tell,
      });
      const ratios: Record<string, number | string> = {};
      for (const measure of [time, "messages", payload]) {
        const ratio = ratioOf(outcome, "suture", "automerge-repo", measure);
        if (ratio !== undefined) ratios[`automerge-repo: ${measure}`] = ratio;
      }
      const changes = await compressedBytes(ground);
      const ours = outcome.figures[`suture: ${payload}`];
      if (ours !== undefined)
        ratios["the compressed changes: payload"] = changes / ours.median;
      return {
        name: weekAway.name,
        goal: weekAway.goal,
        work: `A device that holds ${held.toLocaleString("en-US")} records comes back with ${away.brought} edits of its own, and ${away.missed} were made elsewhere.`,
        ratios,
        figures: {
          ...outcome.figures,
          [`the compressed changes: ${payload}`]: figureOf([changes], "bytes"),
        },
      };
    });
  },
};
