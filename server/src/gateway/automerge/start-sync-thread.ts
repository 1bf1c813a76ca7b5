/** A thread that takes sync steps, one at a time. */
import type { SyncJob } from "@suture/schema";
import { openWorker } from "../../threads/open-worker.ts";
import type { StepReport } from "./sync-worker.ts";

export interface SyncThread {
  send(job: SyncJob): void;
  end(): Promise<void>;
}

export interface SyncThreadListener {
  /** The step that was sent is being taken. */
  onBegin(): void;
  onReport(report: StepReport): void;
  /** It ended by itself: nothing that was sent will be answered. */
  onEnd(): void;
}

export type StartSyncThread = (listener: SyncThreadListener) => SyncThread;

export const startSyncThread: StartSyncThread = (listener) => {
  const worker = openWorker("./sync-worker", import.meta.url);
  worker.on("message", (message: "begun" | StepReport) => {
    if (message === "begun") listener.onBegin();
    else listener.onReport(message);
  });
  worker.on("exit", () => listener.onEnd());
  return {
    send: (job) => worker.postMessage(job),
    async end() {
      await worker.terminate();
    },
  };
};
