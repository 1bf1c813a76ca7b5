import type { BrokenPromise, Step } from "../run.ts";
import type { News } from "./evidence.ts";

/** Watches over one or a few of the promises. Answers with the first that is broken. */
export interface Check {
  /** How everything stood before the first step. */
  begin?(first: News): void;
  afterStep(
    news: News,
    step: Step,
  ): BrokenPromise | undefined | Promise<BrokenPromise | undefined>;
  /** Everything has healed and settled; the last news have been told. */
  afterHealing?():
    BrokenPromise | undefined | Promise<BrokenPromise | undefined>;
}
