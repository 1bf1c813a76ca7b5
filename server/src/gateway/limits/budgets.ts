/**
 * How much each device, person and organization has used lately, and how long they must wait until they may go on.
 *
 * Whoever is not in debt may ask for one thing more, whatever it costs; what it did cost is charged afterwards, or ahead where it is
 * known, and a debt is paid by time. So nothing is ever too large to be asked for, and nobody is in debt by more than what they had in flight. Kept
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

/** As of a moment; brought forward in place, since every request asks and charges several times. */
interface Used {
  atMs: number;
  readonly cost: Record<BudgetKind, number>;
}

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

  /** Less than nothing gives back what was charged ahead. */
  charge(subjects: readonly Subject[], cost: Partial<Cost>): void {
    const nowMs = this.#deps.stopwatch.elapsedMs();
    for (const subject of subjects) this.#chargeOne(subject, cost, nowMs);
  }

  /** Until none of them is in debt, of these kinds; 0 where none is. */
  waitMs(
    subjects: readonly Subject[],
    counted: readonly BudgetKind[] = kinds,
  ): number {
    const nowMs = this.#deps.stopwatch.elapsedMs();
    let longestMs = 0;
    for (const subject of subjects) {
      const used = this.#usedBySubject.get(keyOf(subject));
      if (used === undefined) continue;
      const { cost } = this.#bringForward(subject, used, nowMs);
      for (const kind of counted) {
        const { atOnce, perSecond } = this.#deps.limits[subject.kind][kind];
        const debt = cost[kind] - atOnce;
        if (debt > 0)
          longestMs = Math.max(longestMs, wholeMs((debt / perSecond) * 1000));
      }
    }
    return longestMs;
  }

  #chargeOne(subject: Subject, cost: Partial<Cost>, nowMs: number): void {
    const key = keyOf(subject);
    const known = this.#usedBySubject.get(key);
    const used = known
      ? this.#bringForward(subject, known, nowMs)
      : {
          atMs: nowMs,
          cost: { requests: 0, changes: 0, bytes: 0, workMs: 0 },
        };
    for (const kind of kinds)
      used.cost[kind] = Math.max(0, used.cost[kind] + (cost[kind] ?? 0));
    this.#usedBySubject.delete(key);
    this.#usedBySubject.set(key, used);
    const { maxSubjects = defaultMaxSubjects } = this.#deps;
    if (this.#usedBySubject.size <= maxSubjects) return;
    const [quietest] = this.#usedBySubject.keys();
    if (quietest !== undefined) this.#usedBySubject.delete(quietest);
  }

  /** What time has paid is gone. */
  #bringForward({ kind: of }: Subject, used: Used, nowMs: number): Used {
    const seconds = (nowMs - used.atMs) / 1000;
    if (seconds === 0) return used;
    const limits = this.#deps.limits[of];
    for (const kind of kinds)
      used.cost[kind] = Math.max(
        0,
        used.cost[kind] - seconds * limits[kind].perSecond,
      );
    used.atMs = nowMs;
    return used;
  }
}

/** Up, but not for what adding fractions has left over. */
function wholeMs(ms: number): number {
  return Math.ceil(ms - 1e-6);
}

function keyOf({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}
