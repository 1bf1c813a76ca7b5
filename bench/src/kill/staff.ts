/**
 * Several people at work: Node clients with a store each, in one process that outlives the server's. They edit the same few
 * records, so that conflicts open and are resolved, and keep account of what they were told: what was saved, and what of it
 * the server has acknowledged. Ends when whoever started it is gone.
 */
import type { FromStaff, ToStaff } from "./staff-protocol.ts";
import { staffSetupSchema } from "./staff-protocol.ts";
import { Worker } from "./worker.ts";

const setup = staffSetupSchema.parse(JSON.parse(process.argv[2] ?? "{}"));
const workers = await Promise.all(
  setup.people.map((person, number) =>
    Worker.signIn({ ...setup, ...person, number }),
  ),
);
/** For all devices to hold the same, at the end. */
const compareWithinMs = 300_000;

process.on("message", (message: ToStaff) => {
  void answer(message).catch((cause: unknown) =>
    tell({
      kind: "failed",
      reason: cause instanceof Error ? cause.message : String(cause),
    }),
  );
});
process.once("disconnect", () => process.exit(0));
tell({ kind: "ready" });

async function answer({ kind }: ToStaff): Promise<void> {
  switch (kind) {
    case "work":
      for (const worker of workers) worker.work();
      return;
    case "go-on": {
      const stuck = await Promise.all(workers.map((one) => one.goOn()));
      return tell({
        kind: "gone-on",
        stuck: stuck.filter((one) => one !== null),
      });
    }
    case "rest": {
      const accounts = await Promise.all(workers.map((one) => one.rest()));
      return tell({
        kind: "account",
        savedCount: accounts.reduce((sum, one) => sum + one.savedCount, 0),
        acknowledged: accounts.flatMap((one) => one.acknowledged),
        refused: accounts.flatMap((one) => one.refused),
        states: workers.map((one) => one.state),
      });
    }
    case "compare":
      return tell({ kind: "compared", differences: await compare() });
  }
}

/** Everything sent, and every record the same everywhere. */
async function compare(): Promise<readonly string[]> {
  const overAtMs = Date.now() + compareWithinMs;
  for (;;) {
    const differences = await differencesNow();
    if (differences.length === 0 || Date.now() > overAtMs) return differences;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

async function differencesNow(): Promise<readonly string[]> {
  const differences: string[] = [];
  const headsByWorker = [];
  for (const worker of workers) {
    const waiting = await worker.unsyncedCount();
    if (waiting > 0)
      differences.push(`${worker.name} still has ${waiting} changes to send`);
    headsByWorker.push(await worker.headsByRecordId());
  }
  const [first = new Map<string, string>(), ...others] = headsByWorker;
  for (const [number, heads] of others.entries()) {
    const ids = new Set([...first.keys(), ...heads.keys()]);
    const unlike = [...ids].filter((id) => heads.get(id) !== first.get(id));
    if (unlike.length > 0)
      differences.push(
        `${unlike.length} of ${ids.size} records differ between ${workers[0]?.name} and ${workers[number + 1]?.name}: ${unlike.slice(0, 3).join(", ")}`,
      );
  }
  return differences;
}

function tell(message: FromStaff): void {
  process.send?.(message);
}
