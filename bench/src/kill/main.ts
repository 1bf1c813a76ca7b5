/**
 * `npm run kill -- [--rounds N] [--every K] [--only PART,…] [--seed S] [--lanes L] [--json]`: real processes, killed and starved.
 *
 * Parts: `server` is killed N times under load; `device` at every K-th call of its storage; `disk` fills disks; `order` shows
 * from system calls that flushing comes before telling. Says on stderr what it sees; with `--json` its last line on stdout is the
 * report. Exit code 0 if everything held, 1 if not, 2 for options that are none. SPEC WO-66.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { fillDisks } from "./fill-disks.ts";
import { killDevice } from "./kill-device.ts";
import { killServer } from "./kill-server.ts";
import { inWords, isSound, type KillReport } from "./report.ts";
import { traceFlushes } from "./trace-flushes.ts";

const partNames = ["server", "device", "disk", "order"] as const;
type PartName = (typeof partNames)[number];

const options = readOptions();
const tell = (line: string) => console.error(line);
const { rounds, every, seed, lanes } = options;

const report: KillReport = {
  ...(options.parts.includes("server") && {
    server: await killServer({ rounds, seed, lanes, tell }),
  }),
  ...(options.parts.includes("device") && {
    device: await killDevice({ every, lanes, tell }),
  }),
  ...(options.parts.includes("disk") && { disk: await fillDisks() }),
  ...(options.parts.includes("order") && { order: await traceFlushes() }),
};
console.log(options.json ? JSON.stringify(report) : inWords(report));
process.exitCode = isSound(report) ? 0 : 1;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: "string", default: "20" },
        every: { type: "string", default: "10" },
        only: { type: "string", default: partNames.join(",") },
        seed: { type: "string", default: "1" },
        lanes: { type: "string", default: String(availableParallelism()) },
        json: { type: "boolean", default: false },
      },
    });
    const parts = values.only.split(",");
    if (!parts.every(isPartName)) throw new Error("there is no such part");
    return {
      parts,
      rounds: wholeNumber(values.rounds),
      every: wholeNumber(values.every),
      seed: wholeNumber(values.seed),
      lanes: wholeNumber(values.lanes),
      json: values.json,
    };
  } catch {
    console.error(
      "npm run kill -- [--rounds N] [--every K] [--only server,device,disk,order] [--seed S] [--lanes L] [--json]",
    );
    process.exit(2);
  }
}

function isPartName(text: string): text is PartName {
  return partNames.some((name) => name === text);
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new Error("not a whole number");
  return Number(text);
}
