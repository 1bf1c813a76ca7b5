/** Counts what a run is about: conflicts, how they end, what is refused. It judges nothing. */
import type { Tally } from "../tally.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";
import { resolutionBeside } from "./written-as-meant.ts";

export class WhatHappened implements Check {
  readonly #evidence: Evidence;
  readonly #tally: Tally;
  /** `record group`, of conflicts that are open on the server. */
  readonly #open = new Set<string>();

  constructor(evidence: Evidence, tally: Tally) {
    this.#evidence = evidence;
    this.#tally = tally;
  }

  afterStep({ disks, committed }: News): undefined {
    for (const { written } of disks.values())
      for (const { progress } of written)
        if (progress.state === "refused") {
          this.#tally.count("refusal");
          this.#tally.count(`refused:${progress.code}`);
        }
    for (const recordId of new Set(committed?.map((row) => row.recordId)))
      this.#countConflicts(recordId);
  }

  #countConflicts(recordId: string): void {
    const model = this.#evidence.modelOf(recordId);
    const held = this.#evidence.server.hashesOf(recordId);
    for (const [group, { live, isConflict }] of model.expectedOf(held).groups) {
      const name = `${recordId} ${group}`;
      if (isConflict === this.#open.has(name)) continue;
      if (!isConflict) {
        this.#open.delete(name);
        this.#tally.count("conflict-ended");
        continue;
      }
      this.#open.add(name);
      this.#tally.count("conflict");
      const isReopened = live.some(({ hash }) => {
        const change = model.change(hash);
        return change !== undefined && resolutionBeside(change, group);
      });
      if (isReopened) this.#tally.count("reopening");
    }
  }
}
