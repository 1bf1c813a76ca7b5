/** Random histories of several replicas, each step chosen by a seed: the same seed writes the same history. */
import type { ChangeHash, OpId } from "../ids.ts";
import { readGroup } from "./read-group.ts";
import {
  active,
  chart,
  emptyPlan,
  entryIdAt,
  History,
  type Entry,
  type PlanContent,
  type StatementPlan,
} from "./written-history.test-support.ts";

/** mulberry32: small, and good enough to choose steps. */
export function generator(seed: number): (count: number) => number {
  let state = seed | 0;
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
}

/** Replicas that write, hear from one another, write at heads they have long passed, edit one candidate and resolve. */
export function randomHistory(
  seed: number,
  steps: number,
  replicaCount = 4,
): History {
  const below = generator(seed);
  const history = new History();
  const first: ChangeHash[] = [history.creation];
  // Mostly somebody has signed before they part.
  if (seed % 4 !== 0)
    first.push(history.sign(planAt(history, [history.creation], below)));
  const replicas = Array.from({ length: replicaCount }, () => new Set(first));
  for (let step = 0; step < steps; step += 1) {
    const own = replicas[below(replicaCount)];
    const other = replicas[below(replicaCount)];
    if (own === undefined || other === undefined) continue;
    if (below(3) === 0) {
      for (const hash of other) own.add(hash);
      continue;
    }
    const deps = chooseDeps(history, own, below);
    const hash = writeAt(history, deps, below);
    for (const seen of [...deps.flatMap((dep) => behindOf(history, dep)), hash])
      own.add(seen);
  }
  return history;
}

/** What somebody has seen: all their replica has, what it had at some earlier time, or one candidate alone. */
function chooseDeps(
  history: History,
  own: ReadonlySet<ChangeHash>,
  below: (count: number) => number,
): readonly ChangeHash[] {
  const roll = below(10);
  if (roll < 2) {
    const some = [...own].filter(() => below(2) === 0);
    return headsOf(history, [...some, history.creation]);
  }
  if (roll === 2) {
    const live = history.live(headsOf(history, [...own]), "plan");
    const candidate = live[below(live.length)];
    const change =
      candidate === undefined ? undefined : history.index.signedIn(candidate);
    if (change !== undefined) return [change];
  }
  return headsOf(history, [...own]);
}

function writeAt(
  history: History,
  deps: readonly ChangeHash[],
  below: (count: number) => number,
): ChangeHash {
  switch (below(8)) {
    case 0:
      return history.set(deps, "phone", `${below(3)}`);
    case 1:
      return history.set(
        deps,
        `notes/${entryIdAt(0x500 + below(3))}`,
        `{"text":"${history.draw()}"}`,
      );
    default:
      return history.sign(planAt(history, deps, below));
  }
}

/** An edit of what can be read at the dependencies, or a resolution where that is in conflict. */
export function planAt(
  history: History,
  deps: readonly ChangeHash[],
  below: (count: number) => number,
): StatementPlan {
  const live = history.live(deps, "plan");
  const reading = readGroup(chart.groups.plan, live, history.fold);
  if (reading.status === "settled") {
    const edited = editedPlan(history, reading.content, below);
    return { deps, ...edited };
  }
  const { candidates, combination } = reading;
  const chosen = candidates[below(candidates.length)];
  if (below(3) === 0 && combination !== null) {
    const content = combination.content as unknown as PlanContent;
    return { deps, content, decision: { kind: "combine" } };
  }
  if (chosen === undefined || below(2) === 0) {
    const edited = editedPlan(history, heldByAll(candidates), below);
    return { deps, ...edited, decision: { kind: "value" } };
  }
  return {
    deps,
    content: chosen.content,
    decision: { kind: "choose", candidate: chosen.opId },
  };
}

/** Names are few, so that people often add the same apart; ids are fresh. */
function editedPlan(
  history: History,
  before: PlanContent,
  below: (count: number) => number,
): { readonly content: PlanContent; readonly archived: Record<string, Entry> } {
  const content = {
    drugs: { ...before.drugs },
    allergies: { ...before.allergies },
    risk: before.risk,
  };
  const archived: Record<string, Entry> = {};
  const part = below(2) === 0 ? content.drugs : content.allergies;
  const ids = Object.keys(part).sort();
  const target = ids[below(ids.length)];
  switch (below(5)) {
    case 0:
      content.risk = below(2) === 0 ? "low" : "high";
      break;
    case 1:
      if (target !== undefined) part[target] = active(`edited ${below(3)}`);
      break;
    case 2: {
      const leaving = target === undefined ? undefined : part[target];
      if (target === undefined || leaving === undefined) break;
      archived[target] = { ...leaving, status: "stopped" };
      delete part[target];
      break;
    }
    default:
      part[entryIdAt(0x1000 + history.draw())] = active(`new ${below(3)}`);
  }
  return { content, archived };
}

function heldByAll(
  candidates: readonly { readonly opId: OpId; readonly content: PlanContent }[],
): PlanContent {
  // The last candidate holds whatever all of them do.
  return candidates.at(-1)?.content ?? emptyPlan;
}

function behindOf(history: History, hash: ChangeHash): readonly ChangeHash[] {
  return [...history.oracle.behind(hash), hash];
}

export function headsOf(
  history: History,
  hashes: readonly ChangeHash[],
): readonly ChangeHash[] {
  const all = new Set(hashes.flatMap((hash) => behindOf(history, hash)));
  return history.oracle.heads(
    all,
  ) as readonly string[] as readonly ChangeHash[];
}

/** All changes in an order in which each comes after what it depends on. */
export function causalOrder(
  history: History,
  below: (count: number) => number,
): readonly ChangeHash[] {
  const waiting = new Set(history.changes().map(({ decoded }) => decoded.hash));
  const order: ChangeHash[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].filter((hash) =>
      history.written(hash).decoded.deps.every((dep) => !waiting.has(dep)),
    );
    const next = ready[below(ready.length)];
    if (next === undefined) throw new Error("the history has a cycle");
    waiting.delete(next);
    order.push(next);
  }
  return order;
}

/** Every such order. */
export function* causalOrders(
  history: History,
  done: readonly ChangeHash[] = [],
): Generator<readonly ChangeHash[]> {
  const waiting = history
    .changes()
    .map(({ decoded }) => decoded)
    .filter(({ hash }) => !done.includes(hash));
  if (waiting.length === 0) yield done;
  for (const { hash, deps } of waiting) {
    if (deps.every((dep) => done.includes(dep)))
      yield* causalOrders(history, [...done, hash]);
  }
}
