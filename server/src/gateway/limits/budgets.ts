/**
 * How much each device, person and organization has used lately, and how long they must wait until they may go on.
 *
 * Whoever is not in debt may ask for one thing more, whatever it costs; what it did cost is charged afterwards, and a debt is
 * paid by time. So nothing is ever too large to be asked for, and nobody is in debt by more than what they had in flight. Kept
 * in memory and bounded: of more subjects than that, whoever was quiet longest is forgotten. SPEC LM-1, LM-2.
 */
import type {
  BudgetKind,
  BudgetLimits,
  Cost,
  SubjectKind,
} from "./budget-limits.ts";
import type { Stopwatch } from "./stopwatch.ts";

export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

interface Used {
  readonly atMs: number;
  readonly cost: Cost;
}

const nothing: Cost = { requests: 0, changes: 0, bytes: 0, workMs: 0 };
const kinds: readonly BudgetKind[] = ["requests", "changes", "bytes", "workMs"];
const defaultMaxSubjects = 50_000;

export interface BudgetsDeps {
  readonly stopwatch: Stopwatch;
  readonly limits: BudgetLimits;
  readonly maxSubjects?: number;
}

export class Budgets {
  readonly #deps: BudgetsDeps;
  /** Whoever was charged last is last. */
  readonly #usedBySubject = new Map<string, Used>();

  constructor(deps: BudgetsDeps) {
    this.#deps = deps;
  }

  charge(subjects: readonly Subject[], cost: Partial<Cost>): void {
    for (const subject of subjects) this.#chargeOne(subject, cost);
  }

  /** Until none of them is in debt, of these kinds; 0 where none is. */
  waitMs(
    subjects: readonly Subject[],
    counted: readonly BudgetKind[] = kinds,
  ): number {
    let longestMs = 0;
    for (const subject of subjects) {
      const { cost } = this.#usedBy(subject);
      for (const kind of counted) {
        const { atOnce, perSecond } = this.#deps.limits[subject.kind][kind];
        const debt = cost[kind] - atOnce;
        if (debt > 0)
          longestMs = Math.max(longestMs, wholeMs((debt / perSecond) * 1000));
      }
    }
    return longestMs;
  }

  #chargeOne(subject: Subject, cost: Partial<Cost>): void {
    const key = keyOf(subject);
    const used = this.#usedBy(subject);
    const sum = { ...used.cost };
    for (const kind of kinds) sum[kind] += cost[kind] ?? 0;
    this.#usedBySubject.delete(key);
    this.#usedBySubject.set(key, { ...used, cost: sum });
    const { maxSubjects = defaultMaxSubjects } = this.#deps;
    if (this.#usedBySubject.size <= maxSubjects) return;
    const [quietest] = this.#usedBySubject.keys();
    if (quietest !== undefined) this.#usedBySubject.delete(quietest);
  }

  /** As of now: what time has paid is gone. */
  #usedBy(subject: Subject): Used {
    const nowMs = this.#deps.stopwatch.elapsedMs();
    const used = this.#usedBySubject.get(keyOf(subject));
    if (used === undefined) return { atMs: nowMs, cost: nothing };
    const seconds = (nowMs - used.atMs) / 1000;
    const limits = this.#deps.limits[subject.kind];
    const cost = { ...nothing };
    for (const kind of kinds)
      cost[kind] = Math.max(
        0,
        used.cost[kind] - seconds * limits[kind].perSecond,
      );
    return { atMs: nowMs, cost };
  }
}

/** Up, but not for what adding fractions has left over. */
function wholeMs(ms: number): number {
  return Math.ceil(ms - 1e-6);
}

function keyOf({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}
