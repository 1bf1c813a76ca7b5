import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Benchmark } from "../benchmark.ts";
import { figureOf } from "../figure.ts";
import { measureDevice, prepareDevice } from "../local-work.ts";
import { inRounds } from "../rounds.ts";

const usualPatients = 50_000;
const changes = 1_000;

export const local: Benchmark = {
  name: "local",
  goal: "save to durable p99 < 10 ms, open a record with 1,000 changes < 20 ms, first page and search over 50,000 < 50 ms",
  sizeAmongAll: { records: 5_000 },
  async run({ records = usualPatients, rounds, tell }) {
    const directory = await mkdtemp(join(tmpdir(), "suture-bench-"));
    try {
      const ground = await prepareDevice(directory, records, changes, tell);
      const outcome = await inRounds({
        ours: { name: "suture", round: () => measureDevice(ground) },
        others: [],
        rounds,
        timedBy: "open a long record",
        tell,
      });
      const { intake } = ground;
      const save = outcome.figures["suture: save to durable, p99"];
      const bare = outcome.figures["suture: bare commit, p99"];
      return {
        name: local.name,
        goal: local.goal,
        work: `One device, ${records.toLocaleString("en-US")} patients, one of them with ${changes.toLocaleString("en-US")} changes; everything durable on SQLite, synchronous=FULL. Each round opens the app anew.`,
        ratios:
          save && bare
            ? { "bare SQLite commit: save, p99": bare.median / save.median }
            : {},
        figures: {
          ...outcome.figures,
          "suture: an empty device has all": figureOf([intake.tookMs], "ms"),
          "suture: share of records sent when a list was there": figureOf(
            [intake.sharedWhenUsable],
            "",
          ),
          "suture: memory grown behind the first tenth": figureOf(
            [intake.grownBytes],
            "bytes",
          ),
        },
      };
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};
