import type { SeededRandom, World } from "@suture/client/testing";
import type { SimulatedServer } from "@suture/server/testing";

import type { Journal } from "./journal.ts";
import type { Tally } from "./tally.ts";

/** One run of a seed: the world it happens in, and what is written down of it. */
export interface Run {
  readonly world: World<SimulatedServer>;
  readonly journal: Journal;
  readonly tally: Tally;
  /** For who does what next; the world's parts draw from streams of their own. */
  readonly random: SeededRandom;
}

/** Something that may happen next, in words for whoever reads the story of a run. */
export interface Step {
  /** As counted in the tally: `edit`, `kill-app`, `fault:offline`. */
  readonly name: string;
  /** "Ada opens Mr. Moyo's chart on ward-tablet". */
  readonly words: string;
  /** Does it. Resolves when it is over, or goes on by itself. Throws only for a bug. */
  run(): Promise<void>;
}

/** A promise of SPEC PM that did not hold. */
export interface BrokenPromise {
  /** `PM-5`. */
  readonly promise: string;
  /** Who saw what where, and what they should have seen. */
  readonly words: string;
}

/** Watches over the promises through one run. Answers with the first that is broken, undefined while all hold. */
export interface Promises {
  /** Cheap: what the step could have touched. */
  afterStep(step: Step): Promise<BrokenPromise | undefined>;
  /** Everything, on every device and the server: all faults have ended, everything runs and has settled. */
  afterHealing(): Promise<BrokenPromise | undefined>;
}
