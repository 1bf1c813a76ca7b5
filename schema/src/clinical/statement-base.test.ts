/** What candidates had last seen settled, over conflicts that were seen and answered in conflict again. */
import fc from "fast-check";
import { expect, test } from "vitest";

import type { OpId } from "../ids.ts";
import { baseOf, isConflict } from "./statement-base.ts";
import { lastSeenByAll } from "./statement-graph.ts";
import type { Statement } from "./statement.ts";
import {
  active,
  asContent,
  attributionAt,
  chart,
  emptyPlan,
  entryIdAt,
} from "./written-history.test-support.ts";

// The general form of the group, as the rules are written against it.
const plan = chart.groups.plan as never;

/** Two people who always sign side by side, each on all that both signed before. */
class TwoSigners {
  readonly #statements = new Map<OpId, Statement>();
  readonly #preds = new Map<OpId, readonly OpId[]>();
  live: readonly OpId[] = [];

  sign(...drugs: readonly string[]): void {
    const pred = this.live;
    const counter = this.#statements.size + 1;
    this.live = drugs.map((drug, person) => {
      const opId = `${counter}@${String(person).repeat(32)}` as OpId;
      this.#preds.set(opId, pred);
      this.#statements.set(opId, {
        content: contentOf(drug),
        attribution: attributionAt(counter),
      });
      return opId;
    });
  }

  predOf(opId: OpId): readonly OpId[] {
    return this.#preds.get(opId) ?? [];
  }

  statementOf(opId: OpId): Statement {
    const statement = this.#statements.get(opId);
    if (statement === undefined) throw new Error("nobody signed it");
    return statement;
  }
}

function contentOf(drug: string) {
  return asContent({ ...emptyPlan, drugs: { [entryIdAt(1)]: active(drug) } });
}

test("[CF-4] the base of a conflict seen in a conflict, three hundred deep, is what was settled before all of them", () => {
  const signers = new TwoSigners();
  signers.sign("aspirin");
  for (let depth = 0; depth < 300; depth += 1)
    signers.sign(`heparin ${depth}`, `warfarin ${depth}`);
  expect(baseOf(plan, signers.live, signers)).toEqual(contentOf("aspirin"));
  expect(isConflict(plan, signers.live, signers)).toBe(true);
});

test("[CF-4] agreement in between is what the later ones had seen settled", () => {
  const signers = new TwoSigners();
  signers.sign("aspirin");
  signers.sign("heparin", "warfarin");
  signers.sign("ibuprofen", "ibuprofen");
  signers.sign("heparin", "warfarin");
  signers.sign("insulin", "metformin");
  expect(baseOf(plan, signers.live, signers)).toEqual(contentOf("ibuprofen"));
});

test("[CF-4] where nobody had signed before, there is no base", () => {
  const signers = new TwoSigners();
  signers.sign("heparin", "warfarin");
  signers.sign("insulin", "metformin");
  expect(baseOf(plan, signers.live, signers)).toBeNull();
});

test("[CF-4] what all had last seen is what the definition says, in any graph", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat({ max: 6 }), { maxLength: 3 }), {
        minLength: 2,
        maxLength: 30,
      }),
      fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 }),
      (backs, given) => {
        const opIds = backs.map(
          (_, at) => `${at + 1}@${"a".repeat(32)}` as OpId,
        );
        const graph = {
          predOf: (opId: OpId) => {
            const at = opIds.indexOf(opId);
            return (backs[at] ?? []).flatMap(
              (back) => opIds[at - 1 - back] ?? [],
            );
          },
        };
        const behind = (opId: OpId): ReadonlySet<OpId> =>
          new Set(
            graph.predOf(opId).flatMap((pred) => [pred, ...behind(pred)]),
          );
        const asked = [
          ...new Set(given.flatMap((back) => opIds.at(-1 - back) ?? [])),
        ];
        fc.pre(asked.length > 0);
        const common = opIds.filter((opId) =>
          asked.every((one) => behind(one).has(opId)),
        );
        const last = common.filter((opId) =>
          common.every((other) => !graph.predOf(other).includes(opId)),
        );
        expect(lastSeenByAll(graph, asked)).toEqual(last);
      },
    ),
    { numRuns: 2_000 },
  );
});
