/** A thread that tries documents: the built worker beside this file or, from sources, the same compiled as it is loaded. */
import { Worker } from "node:worker_threads";
import type { TrialJob } from "@suture/schema";
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

const maxHeapMiB = 256;

export const startTrialThread: StartTrialThread = (listener) => {
  const isBuilt = import.meta.url.endsWith(".js");
  const file = isBuilt ? "trial-worker.js" : "trial-worker.ts";
  const loader = new URL("load-typescript.mjs", import.meta.url);
  const worker = new Worker(new URL(file, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
    ...(!isBuilt && {
      execArgv: ["--conditions=suture-source", "--import", loader.href],
    }),
  });
  // What keeps a server alive is its socket.
  worker.unref();
  worker.on("message", (message: "begun" | TrialReport) => {
    if (message === "begun") listener.onBegin();
    else listener.onReport(message);
  });
  // Every end is told by "exit"; the error before it has nothing to add.
  worker.on("error", () => undefined);
  worker.on("exit", () => listener.onEnd());
  return {
    send: (jobs) => worker.postMessage(jobs),
    async end() {
      await worker.terminate();
    },
  };
};
