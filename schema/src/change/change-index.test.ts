/** The index over wide histories, against what its answers are by definition: from the ancestors of each change, as sets. */
import { expect, test } from "vitest";

import { generator } from "../clinical/random-history.test-support.ts";
import { foldStatement, type LiveSet } from "../clinical/live-set.ts";
import {
  compareOpIds,
  opIdOf,
  type ActorId,
  type ChangeHash,
  type OpId,
} from "../ids.ts";
import { ChangeIndex, type IndexedChange } from "./change-index.ts";

/** Rows as indexing would give them, of people who mostly do not hear of one another. */
class WideHistory {
  readonly index = new ChangeIndex();
  readonly all: ChangeHash[] = [];
  readonly #behind = new Map<ChangeHash, ReadonlySet<ChangeHash>>();
  readonly #overwrites = new Map<ChangeHash, LiveSet>();
  readonly #signs = new Map<ChangeHash, OpId>();

  write(deps: readonly ChangeHash[], isStatement: boolean): ChangeHash {
    const number = this.all.length + 1;
    const hash = number.toString(16).padStart(64, "0") as ChangeHash;
    const actor = number.toString(16).padStart(16, "0") as ActorId;
    const startOp = this.index.nextOp(deps);
    const pred = this.live(deps);
    const opId = opIdOf(startOp, 0, actor);
    const row: IndexedChange = {
      hash,
      actor,
      seq: 1,
      startOp,
      opCount: 1,
      deps,
      writes: [{ target: isStatement ? "plan" : "phone", count: 1 }],
      isRooted: true,
      statements: isStatement ? { plan: { opId, pred } } : {},
      live: { plan: isStatement ? foldStatement(pred, { opId, pred }) : pred },
    };
    this.#behind.set(
      hash,
      new Set([hash, ...deps.flatMap((dep) => [...this.behind([dep])])]),
    );
    if (isStatement) {
      this.#signs.set(hash, opId);
      this.#overwrites.set(hash, pred);
    }
    this.all.push(hash);
    this.index.add(row);
    return hash;
  }

  behind(heads: readonly ChangeHash[]): ReadonlySet<ChangeHash> {
    return new Set(
      heads.flatMap((head) => [...(this.#behind.get(head) ?? [])]),
    );
  }

  live(heads: readonly ChangeHash[]): LiveSet {
    const seen = [...this.behind(heads)];
    const gone = new Set(
      seen.flatMap((hash) => this.#overwrites.get(hash) ?? []),
    );
    return seen
      .flatMap((hash) => this.#signs.get(hash) ?? [])
      .filter((opId) => !gone.has(opId))
      .sort(compareOpIds);
  }

  frontier(hashes: readonly ChangeHash[]): readonly ChangeHash[] {
    return [...new Set(hashes)]
      .filter(
        (hash) =>
          !hashes.some(
            (other) => other !== hash && this.behind([other]).has(hash),
          ),
      )
      .sort();
  }
}

test("[CF-2] over hundreds of heads the frontier and the live set are what they are by definition", () => {
  for (const seed of [1, 2, 3]) {
    const below = generator(seed);
    const history = new WideHistory();
    const creation = history.write([], true);
    for (let count = 0; count < 300; count += 1) {
      const known = history.all.filter(() => below(60) === 0);
      const deps = history.frontier([creation, ...known.slice(0, below(5))]);
      history.write(deps, below(3) > 0);
    }
    const { index, all } = history;
    const heads = index.heads();
    expect(heads.length).toBeGreaterThan(100);
    expect(index.frontier(all)).toEqual(heads);
    expect(index.live("plan")).toEqual(history.live(heads));
    for (let view = 0; view < 30; view += 1) {
      const some = all.filter(() => below(3) === 0);
      const deps = index.frontier(some);
      expect(deps).toEqual(history.frontier(some));
      expect(index.liveAt(deps, "plan")).toEqual(history.live(deps));
      // Dependencies need not be a frontier.
      expect(index.liveAt(some, "plan")).toEqual(history.live(some));
      const one = all[below(all.length)] ?? creation;
      expect(index.isSeenByAny(one, deps)).toBe(history.behind(deps).has(one));
    }
  }
});
