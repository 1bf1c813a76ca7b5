/**
 * A server killed again and again under load, by SIGKILL, at random moments and at named points. Each time: what it had
 * acknowledged lies in its files, the audit proves them, and everybody goes on. SPEC WO-60, WO-61.
 */
import { Chance } from "../fuzz/chance.ts";
import { House } from "./house.ts";
import { killPoints, type KillPoint } from "./kill-point.ts";

export interface KillServerOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Houses that are killed side by side. */
  readonly lanes: number;
  /** One line for whoever watches. */
  readonly tell: (line: string) => void;
}

export interface KillServerReport {
  readonly rounds: number;
  /** How often at each point. */
  readonly killedAt: Readonly<Record<KillPoint, number>>;
  readonly saved: number;
  readonly acknowledged: number;
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** After so many a new house is opened: the files that are checked after each round would only grow. */
const roundsPerHouse = 25;
const progressEvery = 25;

export async function killServer(
  options: KillServerOptions,
): Promise<KillServerReport> {
  const startedAtMs = Date.now();
  const run = new KillRun(options);
  await Promise.all(
    Array.from({ length: Math.min(options.lanes, options.rounds) }, () =>
      run.lane(),
    ),
  );
  return run.report((Date.now() - startedAtMs) / 1_000);
}

class KillRun {
  readonly #options: KillServerOptions;
  readonly #killedAt = new Map<KillPoint, number>();
  readonly #failures: string[] = [];
  #nextRound = 0;
  #doneCount = 0;
  #savedCount = 0;
  #acknowledgedCount = 0;

  constructor(options: KillServerOptions) {
    this.#options = options;
  }

  report(seconds: number): KillServerReport {
    const times = (point: KillPoint) => this.#killedAt.get(point) ?? 0;
    return {
      rounds: this.#doneCount,
      killedAt: {
        "any-moment": times("any-moment"),
        "while-starting": times("while-starting"),
        "before-commit": times("before-commit"),
        "after-commit": times("after-commit"),
        "before-verdict": times("before-verdict"),
        "after-verdict": times("after-verdict"),
      },
      saved: this.#savedCount,
      acknowledged: this.#acknowledgedCount,
      failures: this.#failures,
      seconds,
    };
  }

  /** One house after the other, until no round is left. */
  async lane(): Promise<void> {
    while (this.#nextRound < this.#options.rounds) {
      const first = this.#nextRound;
      try {
        await this.#useHouse(await House.open(this.#options.seed + first));
      } catch (cause) {
        const words = cause instanceof Error ? cause.message : String(cause);
        this.#fail(`a house, at round ${first} or later: ${words}`);
        // What keeps one from opening keeps all of them.
        return;
      }
    }
  }

  async #useHouse(house: House): Promise<void> {
    let isSound = false;
    try {
      isSound = await this.#roundsOf(house);
    } finally {
      this.#savedCount += house.savedCount;
      await house.close({ keep: !isSound });
      if (!isSound)
        this.#options.tell(`its files are kept in ${house.directory}`);
    }
  }

  /** Whether all of them held. */
  async #roundsOf(house: House): Promise<boolean> {
    for (let count = 0; count < roundsPerHouse; count += 1) {
      if (this.#nextRound >= this.#options.rounds) break;
      if (!(await this.#round(house))) return false;
    }
    const wrong = await house.compare();
    for (const one of wrong) this.#fail(`after the last round: ${one}`);
    return wrong.length === 0;
  }

  async #round(house: House): Promise<boolean> {
    const { seed, tell } = this.#options;
    const number = this.#nextRound;
    this.#nextRound += 1;
    const point = killPoints[number % killPoints.length] ?? "any-moment";
    const { problems, acknowledgedCount } = await house.round(
      point,
      new Chance(seed, number),
    );
    for (const one of problems) this.#fail(`round ${number}, ${point}: ${one}`);
    this.#doneCount += 1;
    this.#killedAt.set(point, (this.#killedAt.get(point) ?? 0) + 1);
    this.#acknowledgedCount += acknowledgedCount;
    if (this.#doneCount % progressEvery === 0)
      tell(
        `${this.#doneCount} rounds, ${this.#acknowledgedCount} acknowledged changes, ${this.#failures.length} failures`,
      );
    return problems.length === 0;
  }

  #fail(words: string): void {
    this.#failures.push(words);
    this.#options.tell(words);
  }
}
