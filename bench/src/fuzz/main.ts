/**
 * `npm run fuzz -- --count N --seed S [--first I] [--json]`: hostile inputs against a real server process. Says on stderr what it
 * sees; with `--json` its last line on stdout is the report. Exit code 0 if everything held. SPEC HO-10.
 */
import { parseArgs } from "node:util";

import { runFuzz, type FuzzReport } from "./run-fuzz.ts";

const maxGrowthMiB = 64;

const values = readOptions();

const report = await runFuzz({
  count: wholeNumber("count", values.count),
  seed: wholeNumber("seed", values.seed),
  first: wholeNumber("first", values.first),
  tell: (line) => console.error(line),
});
console.log(values.json ? JSON.stringify(report) : inWords(report));
process.exitCode = holds(report) ? 0 : 1;

function holds(one: FuzzReport): boolean {
  return (
    one.crashes === 0 &&
    one.stallsOver100ms === 0 &&
    one.rssGrowthMiB <= maxGrowthMiB &&
    one.honestLost === 0
  );
}

function inWords(one: FuzzReport): string {
  return [
    `${one.count} inputs, ${one.crashes} crashes, ${one.stallsOver100ms} stalls (longest ${one.maxStallMs} ms),`,
    `memory grew by ${one.rssGrowthMiB} MiB, honest p99 ${one.honestP99Ms} ms, ${one.honestLost} honest changes lost`,
  ].join(" ");
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        count: { type: "string", default: "2000" },
        seed: { type: "string", default: "1" },
        first: { type: "string", default: "0" },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch {
    console.error("npm run fuzz -- --count N --seed S [--first I] [--json]");
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (/^[0-9]{1,9}$/.test(text)) return number;
  console.error(`--${name} takes a whole number`);
  process.exit(2);
}
