import {
  automergeRepoAway,
  onAwayGround,
  sutureAway,
} from "../away-contenders.ts";
import type { Benchmark, Figure } from "../benchmark.ts";
import { nothingAway } from "../party-round.ts";
import { inRounds, ratioOf } from "../rounds.ts";

const usualSizes = [100, 1_000, 10_000];
/** Of stock automerge-repo, unless a number was asked for: it takes a message for each record, and minutes to prepare. */
const largestForPeers = 100;
const time = "time until the last message";
const compared = [time, "messages", "payload both ways"];

export const idleReturn: Benchmark = {
  name: "idle-return",
  goal: "one round trip, at most 2 KB of WebSocket payload both ways, flat in records held",
  sizeAmongAll: { records: 500 },
  async run(options) {
    const figures: Record<string, Figure> = {};
    const ratios: Record<string, number | string> = {};
    const sizes =
      options.records === undefined ? usualSizes : [options.records];
    for (const held of sizes)
      await onAwayGround(held, nothingAway, async (ground) => {
        const withPeer =
          (options.peers === "all" &&
            (held <= largestForPeers || options.records !== undefined)) ||
          (options.peers !== "all" && options.peers.has("automerge-repo"));
        const outcome = await inRounds({
          ours: sutureAway(ground),
          others: withPeer ? [automergeRepoAway(ground)] : [],
          rounds: options.rounds,
          timedBy: time,
          tell: options.tell,
        });
        for (const [key, figure] of Object.entries(outcome.figures))
          figures[`${key}, ${held} records held`] = figure;
        for (const measure of compared) {
          const ratio = ratioOf(outcome, "suture", "automerge-repo", measure);
          if (ratio !== undefined)
            ratios[`automerge-repo: ${measure}, ${held} records held`] = ratio;
        }
      });
    return {
      name: idleReturn.name,
      goal: idleReturn.goal,
      work: `A device that holds ${sizes.map((size) => size.toLocaleString("en-US")).join(", ")} records comes back, and nothing has changed.`,
      ratios,
      figures,
    };
  },
};
