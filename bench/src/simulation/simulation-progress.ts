/**
 * How far a simulation of many seeds has got, so that it can be shown, kept in a file and gone on with. SPEC WO-55.
 *
 * Seeds are handed out in order and end in any order: what had not ended when the process did is run again.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";

import type { SeedAnswer } from "./seed-task.ts";
import { stageNameSchema } from "./stage.ts";

const planSchema = z.object({
  stage: stageNameSchema,
  from: z.int(),
  seeds: z.int().positive(),
});
export type SimulationPlan = Readonly<z.infer<typeof planSchema>>;

const failureSchema = z
  .object({
    seed: z.int(),
    promise: z.string(),
    words: z.string(),
    atStep: z.int().nullable(),
    shortestPrefix: z.int(),
    lastSteps: z.array(z.string()).readonly(),
  })
  .readonly();

const keptSchema = z.object({
  plan: planSchema,
  /** All seeds before this one have ended, and of those after it these. */
  next: z.int(),
  beyond: z.array(z.int()),
  counts: z.record(z.string(), z.int()),
  stepCount: z.int(),
  failures: z.array(failureSchema),
  /** Real time spent running. */
  spentMs: z.number(),
});
type Kept = z.infer<typeof keptSchema>;

export class SimulationProgress {
  readonly #kept: Kept;
  readonly #beyond: Set<number>;

  private constructor(kept: Kept) {
    this.#kept = kept;
    this.#beyond = new Set(kept.beyond);
  }

  static begin(plan: SimulationPlan): SimulationProgress {
    return new SimulationProgress({
      plan,
      next: plan.from,
      beyond: [],
      counts: {},
      stepCount: 0,
      failures: [],
      spentMs: 0,
    });
  }

  /** What the file holds. Throws where it is no such file, or holds the progress of another plan. */
  static goOn(plan: SimulationPlan, path: string): SimulationProgress {
    if (!existsSync(path)) return SimulationProgress.begin(plan);
    const kept = keptSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    if (JSON.stringify(kept.plan) !== JSON.stringify(planSchema.parse(plan)))
      throw new Error(`${path} holds the progress of another simulation`);
    return new SimulationProgress(kept);
  }

  get plan(): SimulationPlan {
    return this.#kept.plan;
  }

  get failures(): Kept["failures"] {
    return this.#kept.failures;
  }

  get counts(): Readonly<Record<string, number>> {
    return this.#kept.counts;
  }

  get stepCount(): number {
    return this.#kept.stepCount;
  }

  get doneCount(): number {
    return this.#kept.next - this.#kept.plan.from + this.#beyond.size;
  }

  get seedsPerMinute(): number {
    const { spentMs } = this.#kept;
    return spentMs === 0 ? 0 : Math.round((this.doneCount * 60_000) / spentMs);
  }

  /** Those that have not ended, in order. */
  *waitingSeeds(): Generator<number> {
    const { next, plan } = this.#kept;
    const end = plan.from + plan.seeds;
    const ended = new Set(this.#beyond);
    for (let seed = next; seed < end; seed += 1)
      if (!ended.has(seed)) yield seed;
  }

  add({ seed, counts, stepCount, failure }: SeedAnswer): void {
    const kept = this.#kept;
    this.#beyond.add(seed);
    while (this.#beyond.delete(kept.next)) kept.next += 1;
    for (const [name, count] of Object.entries(counts))
      kept.counts[name] = (kept.counts[name] ?? 0) + count;
    kept.stepCount += stepCount;
    if (failure !== undefined) kept.failures.push({ ...failure });
  }

  spend(ms: number): void {
    this.#kept.spentMs += ms;
  }

  /** In place of what the file held, whole or not at all. */
  keepIn(path: string): void {
    const kept = { ...this.#kept, beyond: [...this.#beyond] };
    writeFileSync(`${path}.new`, JSON.stringify(kept));
    renameSync(`${path}.new`, path);
  }
}
