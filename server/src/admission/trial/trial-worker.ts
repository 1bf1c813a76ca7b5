/** What runs in the trial's thread: tries the jobs of each message, and says what its memory has come to. */
import { parentPort } from "node:worker_threads";
import { tryChanges, type TrialJob, type TrialVerdict } from "@suture/schema";

export interface TrialReport {
  readonly verdicts: readonly (readonly TrialVerdict[])[];
  /** Outside the heap, where wasm has its memory. */
  readonly externalBytes: number;
}

parentPort?.on("message", (jobs: readonly TrialJob[]) => {
  parentPort?.postMessage("begun");
  const verdicts = jobs.map(tryChanges);
  const externalBytes = process.memoryUsage().external;
  const report: TrialReport = { verdicts, externalBytes };
  parentPort?.postMessage(report);
});
