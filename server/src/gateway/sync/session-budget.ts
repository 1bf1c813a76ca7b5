/** What the requests of one session cost, and whom: its device, whoever's work it is, and their organizations. SPEC LM-1. */
import type { PersonId } from "@suture/schema";
import type { Cost } from "../limits/budget-limits.ts";
import type { Budgets, Subject } from "../limits/budgets.ts";
import { WorkMeter } from "../limits/work-meter.ts";
import type { Stopwatch } from "../limits/stopwatch.ts";
import { noAccess } from "./access.ts";
import type { SyncSession } from "./session.ts";

/** What a frame costs before anything in it is looked at, or answered. */
const costsOfListening = ["requests", "bytes", "workMs"] as const;

/** Whoever is no member of anything shares, beside their own, what one person gets with all who are not: accounts cost nothing. */
const nobodys: Subject = { kind: "person", id: "" };

export interface SessionBudgetDeps {
  readonly budgets: Budgets;
  readonly stopwatch: Stopwatch;
}

/** Whose requests they are. */
type Spender = Pick<SyncSession, "access" | "deviceId" | "personId">;

export class SessionBudget {
  readonly #budgets: Budgets;
  readonly #session: Spender;
  /** Of the request that is being answered. */
  readonly work: WorkMeter;

  constructor({ budgets, stopwatch }: SessionBudgetDeps, session: Spender) {
    this.#budgets = budgets;
    this.#session = session;
    this.work = new WorkMeter(stopwatch);
  }

  /** Until the device may be listened to again; 0 where it may now. */
  listenWaitMs(): number {
    return this.#budgets.waitMs([this.#device()], costsOfListening);
  }

  /** Until a request for this person may be answered; 0 where it may now. */
  answerWaitMs(personId: PersonId = this.#session.personId): number {
    return this.#budgets.waitMs(this.#subjects(personId));
  }

  charge(
    cost: Partial<Cost>,
    personId: PersonId = this.#session.personId,
  ): void {
    this.#budgets.charge(this.#subjects(personId), cost);
  }

  /** Charges the work that was measured since the last time. */
  settle(personId?: PersonId): void {
    this.charge({ workMs: this.work.take() }, personId);
  }

  #device(): Subject {
    return { kind: "device", id: this.#session.deviceId };
  }

  #subjects(personId: PersonId): readonly Subject[] {
    const { access } = this.#session;
    const own: readonly Subject[] = [
      this.#device(),
      { kind: "person", id: personId },
    ];
    // Before it is open nobody knows what they are a member of.
    if (access === noAccess) return own;
    const organizations = access.memberships.map(
      ({ organizationId }): Subject => ({
        kind: "organization",
        id: organizationId,
      }),
    );
    return [
      ...own,
      ...(organizations.length === 0 ? [nobodys] : organizations),
    ];
  }
}
