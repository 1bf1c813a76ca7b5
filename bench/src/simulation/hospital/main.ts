/**
 * `npm run hospital -- [--devices 500] [--hours 2] [--seed 1] [--json]`
 *
 * Says on stderr how it goes, and what came of it on stdout. Exit code 0 if all converged and nothing stayed unsafe.
 */
import { parseArgs } from "node:util";

import {
  hospitalDefaults,
  runHospital,
  type HospitalReport,
} from "./run-hospital.ts";
import type { Spread } from "./time-to-safe.ts";

const usage =
  "npm run hospital -- [--devices 500] [--hours 2] [--seed 1] [--json]";

const { work, deviceCount, seed } = hospitalDefaults;
const options = readOptions();
const beganAtMs = performance.now();
const tell = (line: string) =>
  console.error(
    `${((performance.now() - beganAtMs) / 1_000).toFixed(0)} s: ${line}`,
  );
const report = await runHospital({
  ...hospitalDefaults,
  deviceCount: wholeNumber("devices", options.devices),
  seed: wholeNumber("seed", options.seed),
  work: { ...work, hours: wholeNumber("hours", options.hours) },
  tell,
});
tell("looked at what every device shows");
console.log(options.json ? JSON.stringify(report) : inWords(report));
process.exitCode =
  report.convergedAfterMs !== null &&
  report.difference === null &&
  report.timeToSafeMs.unsafeCount === 0
    ? 0
    : 1;

function inWords(of: HospitalReport): string {
  const { critical, all, unsafeCount } = of.timeToSafeMs;
  const { writes, serverWork: server, link } = of;
  return [
    `${of.devices} devices in ${of.clinics} clinics, silent for ${of.hoursSilent} hours; ${writes.all} writes, ${writes.critical} critical, ${writes.contested} of them in conflict`,
    `back in one second over ${link.bytesPerSecond} bytes/s, ${link.latencyMs} to ${link.latencyMs + link.jitterMs} ms one way`,
    of.convergedAfterMs === null
      ? "not everybody has everything after an hour"
      : `everybody has everything after ${of.convergedAfterMs / 1_000} s`,
    of.difference ?? "every device shows the same",
    `critical writes safe after ${spreadInWords(critical)}; all durable after ${spreadInWords(all)}; ${unsafeCount} unsafe`,
    `the server took ${server.framesUp} frames (${server.bytesUp} bytes), sent ${server.framesDown} (${server.bytesDown} bytes), admitted ${server.logRows} rows and asked ${server.reviewsOpened} questions`,
  ].join("\n");
}

function spreadInWords({ p50, p99, max }: Spread): string {
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return `${seconds(p50)} (half), ${seconds(p99)} (99 %), ${seconds(max)} (all)`;
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        devices: { type: "string", default: String(deviceCount) },
        hours: { type: "string", default: String(work.hours) },
        seed: { type: "string", default: String(seed) },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch {
    console.error(usage);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string): number {
  if (/^[0-9]{1,6}$/.test(text)) return Number(text);
  console.error(`--${name} takes a whole number\n${usage}`);
  process.exit(2);
}
