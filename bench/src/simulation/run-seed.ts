/**
 * Runs one seed: steps drawn by chance, the promises checked after each; then all faults end, everything is started and
 * settles, and the promises are checked in full. SPEC WO-50.
 *
 * The steps of a run that is stopped early are the first of the run that is not. Whatever is thrown is a broken promise too:
 * nobody's app may die of what happens in a run.
 */
import { healAndSettle } from "./heal-and-settle.ts";
import type { BrokenPromise } from "./run.ts";
import type { Play, Stage } from "./stage.ts";
import { Story } from "./story.ts";

export interface SeedOptions {
  readonly seed: number;
  /** Stops after so many steps, and heals then. */
  readonly stopAfter?: number;
  /** Called with each line of the story as it happens. */
  readonly tell?: (line: string) => void;
}

export interface SeedReport {
  readonly seed: number;
  /** How many were taken. */
  readonly stepCount: number;
  readonly broken: BrokenSeed | undefined;
  /** How often each thing happened. */
  readonly counts: Readonly<Record<string, number>>;
  readonly story: readonly string[];
}

export interface BrokenSeed extends BrokenPromise {
  /** After which step it was noticed; undefined if after healing. */
  readonly atStep: number | undefined;
}

export async function runSeed(
  stage: Stage,
  { seed, stopAfter = Infinity, tell }: SeedOptions,
): Promise<SeedReport> {
  const play = await stage.begin(seed);
  const { world, tally } = play.run;
  const story = new Story(world.time, tell);
  try {
    const { stepCount, broken } = await takeSteps(play, story, stopAfter);
    return {
      seed,
      stepCount,
      broken: broken ?? (await judgeHealed(play, story)),
      counts: tally.counts,
      story: story.lines,
    };
  } finally {
    await world.close();
  }
}

async function takeSteps(
  play: Play,
  story: Story,
  stopAfter: number,
): Promise<{ stepCount: number; broken: BrokenSeed | undefined }> {
  const { run, promises } = play;
  let stepCount = 0;
  while (stepCount < stopAfter && play.goesOnAfter(stepCount)) {
    stepCount += 1;
    const broken = await judged(async () => {
      const step = play.nextStep();
      story.add(stepCount, step.words);
      run.tally.count(step.name);
      await step.run();
      await run.world.run(play.pauseMs());
      return promises.afterStep(step);
    });
    if (broken !== undefined)
      return { stepCount, broken: { ...broken, atStep: stepCount } };
  }
  return { stepCount, broken: undefined };
}

async function judgeHealed(
  { run, promises }: Play,
  story: Story,
): Promise<BrokenSeed | undefined> {
  const broken = await judged(async () => {
    story.add("", "all faults end, and everything is started");
    const unsettled = await healAndSettle(run);
    story.add("", unsettled?.words ?? "everything has settled");
    return unsettled ?? promises.afterHealing();
  });
  return broken && { ...broken, atStep: undefined };
}

async function judged(
  work: () => Promise<BrokenPromise | undefined>,
): Promise<BrokenPromise | undefined> {
  try {
    return await work();
  } catch (cause) {
    return { promise: "none is kept by what throws", words: inWords(cause) };
  }
}

function inWords(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const because =
    cause.cause === undefined ? "" : `\nbecause of ${inWords(cause.cause)}`;
  return `${cause.stack ?? cause.message}${because}`;
}
