import {
  automergeRepoAway,
  onAwayGround,
  sutureAway,
} from "../away-contenders.ts";
import type { Benchmark } from "../benchmark.ts";
import { inRounds, ratioOf } from "../rounds.ts";

const time = "time until the last message";
const usualRecords = 500;
const editsPerRecord = 5;

export const newDevice: Benchmark = {
  name: "new-device",
  goal: "at least 10 times as fast as stock automerge-repo; a usable list before 10 % has arrived",
  sizeAmongAll: { records: 200 },
  run: ({ records: held = usualRecords, peers, rounds, tell }) =>
    onAwayGround(
      held,
      { missed: held + editsPerRecord, brought: 0 },
      async (ground) => {
        const withPeer = peers === "all" || peers.has("automerge-repo");
        const outcome = await inRounds({
          ours: sutureAway(ground, "suture-new"),
          others: withPeer
            ? [automergeRepoAway(ground, "automerge-repo-new")]
            : [],
          rounds,
          timedBy: time,
          tell,
        });
        const ratios: Record<string, number | string> = {};
        for (const measure of [
          time,
          "time until the first records",
          "messages",
          "payload both ways",
        ]) {
          const ratio = ratioOf(outcome, "suture", "automerge-repo", measure);
          if (ratio !== undefined) ratios[`automerge-repo: ${measure}`] = ratio;
        }
        return {
          name: newDevice.name,
          goal: newDevice.goal,
          work: `An empty device comes to ${held.toLocaleString("en-US")} records, each with ${editsPerRecord} edits behind it.`,
          ratios,
          figures: outcome.figures,
        };
      },
      editsPerRecord,
    ),
};
