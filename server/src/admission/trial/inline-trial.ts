import { tryTimed, untried, type DocumentTrial } from "./document-trial.ts";

/** Tries at once, where it is called: the same answers at every run, without limits on time and memory. For tests and tools. */
export function createInlineTrial(
  elapsedMs: () => number = () => 0,
): DocumentTrial {
  let isClosed = false;
  return {
    try: async (jobs) =>
      jobs.map((job) => (isClosed ? untried(job) : tryTimed(job, elapsedMs))),
    async close() {
      isClosed = true;
    },
  };
}
