/** What runs in the thread that writes to the store: each message is a group of works, answered by what could not be written of it. */
import { parentPort, workerData } from "node:worker_threads";
// Alone, since the whole of it takes 30 MB of memory in each thread.
import { HandedGroups, type HandedGroup } from "@suture/schema/handed-groups";
import { openHandle } from "./open-handle.ts";

const db = openHandle(String(workerData), "write");
const groups = new HandedGroups(db);

parentPort?.on("message", (message: HandedGroup | "close") => {
  if (message !== "close") {
    parentPort?.postMessage(groups.write(message));
    return;
  }
  db.close();
  parentPort?.close();
});
