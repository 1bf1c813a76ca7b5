/** A process that runs seeds, one after the other, as the process that started it asks. */
import { doSeedTask } from "./do-seed-task.ts";
import type { SeedTask } from "./seed-task.ts";

// Whoever interrupts the simulation means the other process, which lets this one end its seed.
process.on("SIGINT", () => {});
process.on("message", (task: SeedTask) => {
  void doSeedTask(task).then((answer) => process.send?.(answer));
});
