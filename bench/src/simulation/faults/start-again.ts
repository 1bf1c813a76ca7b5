import { StoreError } from "@suture/schema";
import { unfinished } from "@suture/client/testing";

import type { Run } from "../run.ts";

/** Starts what is off. Its disk may fail once more meanwhile: then it stays off, and somebody will try again. */
export async function startAgain(
  { world, tally }: Run,
  machine: { start(): Promise<unknown> },
): Promise<void> {
  try {
    const started = await world.act(() => machine.start());
    if (started === unfinished) tally.count("died-while-starting");
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    tally.count("not-started");
  }
}
