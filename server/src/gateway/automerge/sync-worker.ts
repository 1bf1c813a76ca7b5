/** What runs in the thread of sync steps: one step a message, and what its memory has come to. */
import { parentPort } from "node:worker_threads";
import type { SyncJob } from "@suture/schema";
import { systemStopwatch } from "../../system-runtime.ts";
import { stepTimed, type TimedStep } from "./document-sync.ts";

export interface StepReport {
  readonly step: TimedStep | null;
  /** Outside the heap, where wasm has its memory. */
  readonly externalBytes: number;
}

parentPort?.on("message", (job: SyncJob) => {
  parentPort?.postMessage("begun");
  const step = stepTimed(job, systemStopwatch.elapsedMs);
  const report: StepReport = {
    step,
    externalBytes: process.memoryUsage().external,
  };
  parentPort?.postMessage(report);
});
