import {
  actorIdSchema,
  ChangeIndex,
  changeHashSchema,
  type ChangeHash,
} from "@suture/schema";
import fc from "fast-check";
import { expect, test } from "vitest";

import { frontierOf } from "./frontier-of.ts";

const hashOf = (at: number) =>
  changeHashSchema.parse((at + 1).toString(16).padStart(64, "0"));

/** A creation, and changes that each build on up to three of those before; some are containers', which build on nothing. */
const histories = fc
  .array(
    fc.record({
      on: fc.array(fc.nat(), { maxLength: 3 }),
      isContainer: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  .map((later) => [
    [],
    ...later.map(({ on, isContainer }, at) => {
      const deps = new Set(on.map((pick) => hashOf(pick % (at + 1))));
      return isContainer && on.length === 0
        ? []
        : [...(deps.size > 0 ? deps : [hashOf(0)])];
    }),
  ]);

function indexOf(history: readonly (readonly ChangeHash[])[]): ChangeIndex {
  const index = new ChangeIndex();
  for (const [at, deps] of history.entries())
    index.add({
      hash: hashOf(at),
      actor: actorIdSchema.parse(at.toString(16).padStart(32, "0")),
      seq: 1,
      startOp: index.nextOp(deps),
      opCount: 1,
      deps,
      writes: [{ target: "phone", count: 1 }],
      isRooted:
        at === 0 || deps.some((dep) => index.get(dep)?.isRooted === true),
      statements: {},
      live: {},
    });
  return index;
}

test("[CL-11] a form's heads are what a walk through its history finds", () => {
  fc.assert(
    fc.property(
      histories,
      fc.array(fc.nat(), { maxLength: 6 }),
      (history, picks) => {
        const index = indexOf(history);
        const chosen = picks.map((pick) => hashOf(pick % history.length));
        const withHeads = [...index.heads(), ...chosen];
        for (const hashes of [chosen, withHeads, index.heads()])
          expect(frontierOf(index, hashes)).toEqual(index.frontier(hashes));
      },
    ),
    { numRuns: 500 },
  );
});
