/** Samples what a process does while it works: who was running, a few thousand times a second. */
import type { Profiler } from "node:inspector";
import { Session } from "node:inspector/promises";

import { stepOfStack, type Step } from "./admit-steps.ts";

/** Short against a part of a batch, and long enough not to be what is measured. */
const samplingIntervalUs = 250;

export type Profile = Pick<
  Profiler.Profile,
  "nodes" | "samples" | "timeDeltas"
>;

export async function profiled(work: () => Promise<void>): Promise<Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", {
      interval: samplingIntervalUs,
    });
    await session.post("Profiler.start");
    await work();
    return (await session.post("Profiler.stop")).profile;
  } finally {
    session.disconnect();
  }
}

/** Of the time in which the process was not idle, each step's share; they add up to 1. SPEC BE-10. */
export function sharesOf(profile: Profile): ReadonlyMap<Step, number> {
  const parents = new Map<number, number>();
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  for (const { id, children = [] } of profile.nodes)
    for (const child of children) parents.set(child, id);
  const stackOf = (id: number) => {
    const urls: string[] = [];
    for (
      let at: number | undefined = id;
      at !== undefined;
      at = parents.get(at)
    )
      urls.push(nodes.get(at)?.callFrame.url ?? "");
    return urls;
  };
  const stepById = new Map<number, Step | null>();
  const stepOf = (id: number) => {
    const known = stepById.get(id);
    if (known !== undefined) return known;
    const name = nodes.get(id)?.callFrame.functionName;
    const step =
      name === "(idle)"
        ? null
        : name === "(garbage collector)"
          ? "garbage collection"
          : stepOfStack(stackOf(id));
    stepById.set(id, step);
    return step;
  };
  const times = new Map<Step, number>();
  let all = 0;
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const step = stepOf(id);
    if (step === null) continue;
    // V8 gives a sample the time since the one before it, which may be earlier on another processor's clock.
    const time = Math.max(0, profile.timeDeltas?.[at + 1] ?? 0);
    times.set(step, (times.get(step) ?? 0) + time);
    all += time;
  }
  return new Map([...times].map(([step, time]) => [step, time / all]));
}
