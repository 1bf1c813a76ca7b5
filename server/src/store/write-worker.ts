/** What runs in the thread that writes to the store: each message is a group of works, answered by what could not be written of it. */
import { parentPort, workerData } from "node:worker_threads";
// Alone, since the whole of it takes 30 MB of memory in each thread.
import {
  HandedGroups,
  type HandedFailure,
  type HandedGroup,
} from "@suture/schema/handed-groups";
import { openHandle } from "./open-handle.ts";

const db = openHandle(String(workerData), "write");
const groups = new HandedGroups(db);

/** What it gives back for each group that it was sent. */
export interface WriteReport {
  /** Of the group. */
  readonly number: number;
  readonly failures: readonly HandedFailure[];
}

parentPort?.on("messageerror", (cause: Error) => {
  throw cause;
});
parentPort?.on("message", (message: HandedGroup | "close") => {
  if (message !== "close") {
    const failures = groups.write(message);
    const report: WriteReport = { number: message.number, failures };
    parentPort?.postMessage(report);
    return;
  }
  db.close();
  parentPort?.close();
});
