import { tryChanges } from "@suture/schema";
import { untried, type DocumentTrial } from "./document-trial.ts";

/** Tries at once, where it is called: the same answers at every run, without limits on time and memory. For tests and tools. */
export function createInlineTrial(): DocumentTrial {
  let isClosed = false;
  return {
    try: async (jobs) => jobs.map(isClosed ? untried : tryChanges),
    async close() {
      isClosed = true;
    },
  };
}
