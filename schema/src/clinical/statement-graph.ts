/**
 * Which statement overwrote which: enough to say what several candidates had all seen, without loading a document.
 * Overwriting is the only relation between the statements of a group, since a statement's `pred` is exactly what was live at
 * its dependencies (SPEC CF-3): every statement its author could see is reached through it.
 */
import { compareOpIds, type OpId } from "../ids.ts";
import type { Statement } from "./statement.ts";

/** What each statement overwrote. */
export interface StatementGraph {
  predOf(opId: OpId): readonly OpId[];
}

/** The statements of one record, by operation. */
export interface StatementSource extends StatementGraph {
  statementOf(opId: OpId): Statement;
}

/**
 * The last statements that all the given ones had seen, in Automerge's order; several if those were not settled themselves.
 *
 * Goes back from the given ones in Automerge's order, in which a statement comes after all that it overwrote, and stops where all that
 * is left was seen by all and overwritten since: however long the history, what lies further back is not looked at.
 */
export function lastSeenByAll(
  graph: StatementGraph,
  opIds: readonly OpId[],
): readonly OpId[] {
  const front = new Front();
  for (const [index, opId] of opIds.entries())
    for (const pred of graph.predOf(opId))
      front.reach(pred, { seenBy: 1n << BigInt(index), isOverwritten: false });
  const everybody = (1n << BigInt(opIds.length)) - 1n;
  const found: OpId[] = [];
  for (let last = front.take(); last !== undefined; last = front.take()) {
    const [opId, { seenBy, isOverwritten }] = last;
    const isCommon = seenBy === everybody;
    if (isCommon && !isOverwritten) found.push(opId);
    for (const pred of graph.predOf(opId))
      front.reach(pred, { seenBy, isOverwritten: isCommon });
  }
  return found.reverse();
}

interface Reached {
  /** A bit for each of the given statements. */
  readonly seenBy: bigint;
  /** By a statement that all of them had seen. */
  readonly isOverwritten: boolean;
}

/** What was reached and not looked at. */
class Front {
  readonly #reached = new Map<OpId, Reached>();
  /** In Automerge's order. */
  readonly #order: OpId[] = [];
  #openCount = 0;

  reach(opId: OpId, { seenBy, isOverwritten }: Reached): void {
    const before = this.#reached.get(opId);
    if (before === undefined) {
      this.#order.splice(this.#placeOf(opId), 0, opId);
      this.#openCount += 1;
    }
    const wasOverwritten = before?.isOverwritten ?? false;
    if (isOverwritten && !wasOverwritten) this.#openCount -= 1;
    this.#reached.set(opId, {
      seenBy: seenBy | (before?.seenBy ?? 0n),
      isOverwritten: isOverwritten || wasOverwritten,
    });
  }

  /** The last one; undefined once none is left that was not overwritten. */
  take(): readonly [OpId, Reached] | undefined {
    if (this.#openCount === 0) return undefined;
    const opId = this.#order.pop();
    const reached = opId && this.#reached.get(opId);
    if (opId === undefined || reached === undefined) return undefined;
    this.#reached.delete(opId);
    if (!reached.isOverwritten) this.#openCount -= 1;
    return [opId, reached];
  }

  #placeOf(opId: OpId): number {
    let [from, to] = [0, this.#order.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (compareOpIds(this.#order[middle] ?? "", opId) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
