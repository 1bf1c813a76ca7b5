/** A thread that tries documents. */
import type { TrialJob } from "@suture/schema";
import { openWorker } from "../../threads/open-worker.ts";
import type { TrialReport } from "./trial-worker.ts";

export interface TrialThread {
  /** To be answered by one report, one at a time. */
  send(jobs: readonly TrialJob[]): void;
  end(): Promise<void>;
}

export interface TrialThreadListener {
  /** A message that was sent is being worked on. */
  onBegin(): void;
  onReport(report: TrialReport): void;
  /** It ended by itself: nothing that was sent will be answered. */
  onEnd(): void;
}

export type StartTrialThread = (listener: TrialThreadListener) => TrialThread;

export const startTrialThread: StartTrialThread = (listener) => {
  const worker = openWorker("./trial-worker", import.meta.url);
  worker.on("message", (message: "begun" | TrialReport) => {
    if (message === "begun") listener.onBegin();
    else listener.onReport(message);
  });
  worker.on("exit", () => listener.onEnd());
  return {
    send: (jobs) => worker.postMessage(jobs),
    async end() {
      await worker.terminate();
    },
  };
};
