/** What runs in the trial's thread: tries the jobs of each message, and says how long each took and what its memory has come to. */
import { parentPort } from "node:worker_threads";
import type { TrialJob } from "@suture/schema";
import { systemStopwatch } from "../../system-runtime.ts";
import { tryTimed, type TrialResult } from "./document-trial.ts";

export interface TrialReport {
  readonly results: readonly TrialResult[];
  /** Outside the heap, where wasm has its memory. */
  readonly externalBytes: number;
}

parentPort?.on("message", (jobs: readonly TrialJob[]) => {
  parentPort?.postMessage("begun");
  const results = jobs.map((job) => tryTimed(job, systemStopwatch.elapsedMs));
  const externalBytes = process.memoryUsage().external;
  const report: TrialReport = { results, externalBytes };
  parentPort?.postMessage(report);
});
