/** Honest edits of a text, each altered in one thing: what of that is let in leaves a sound document. */
import * as A from "@automerge/automerge";
import fc from "fast-check";
import { expect, test } from "vitest";

import {
  actorAt,
  chart,
  History,
} from "../clinical/written-history.test-support.ts";
import { composeText } from "./compose-text.ts";
import { tryChanges } from "./try-changes.ts";

type Op = A.DecodedChange["ops"][number];
type Alter = (change: A.DecodedChange, pick: number) => A.DecodedChange;

/** `pick` chooses where, and what else of the record is put there. */
const alterations: Readonly<Record<string, Alter>> = {
  nothing: (change) => change,
  "another first operation": (change, pick) => ({
    ...change,
    startOp: change.startOp + pick - 3,
  }),
  "another sequence": (change, pick) => ({ ...change, seq: pick }),
  "no dependencies": (change) => ({ ...change, deps: [] }),
  "fewer dependencies": (change) => ({ ...change, deps: change.deps.slice(1) }),
  "another element": (change, pick) =>
    alterOp(change, pick, (op, other) => ({ ...op, elemId: other })),
  "the head": (change, pick) =>
    alterOp(change, pick, (op) => ({ ...op, elemId: "_head" })),
  "another container": (change, pick) =>
    alterOp(change, pick, (op, other) => ({ ...op, obj: other })),
  "the root": (change, pick) =>
    alterOp(change, pick, (op) => ({ ...op, obj: "_root" })),
  "something overwritten": (change, pick) =>
    alterOp(change, pick, (op, other) => ({ ...op, pred: [other] })),
  "nothing overwritten": (change, pick) =>
    alterOp(change, pick, (op) => ({ ...op, pred: [] })),
  "no insertion": (change, pick) =>
    alterOp(change, pick, (op) => ({ ...op, insert: false })),
  "a deletion": (change, pick) =>
    alterOp(change, pick, (op, other) => ({
      ...op,
      action: "del",
      insert: false,
      elemId: other,
      pred: [other],
    })),
  "an insertion": (change, pick) =>
    alterOp(change, pick, (op) => ({
      ...op,
      action: "set",
      insert: true,
      value: "x",
      pred: [],
    })),
  "a long value": (change, pick) =>
    alterOp(change, pick, (op) => ({ ...op, value: "xyz" })),
  "a number": (change, pick) =>
    alterOp(change, pick, (op) => ({ ...op, value: 5, datatype: "int" })),
  "a list": (change, pick) =>
    alterOp(change, pick, (op) => ({ ...op, action: "makeList" })),
  "operations twice": (change) => ({
    ...change,
    ops: [...change.ops, ...change.ops],
  }),
  "operations backwards": (change) => ({
    ...change,
    ops: change.ops.toReversed(),
  }),
};

test("[AD-22] what is let in by its structure and content loads, saves and can be edited again", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          text: fc.string({ unit: "grapheme", maxLength: 6 }),
          alteration: fc.constantFrom(...Object.keys(alterations)),
          pick: fc.nat(12),
          isBeside: fc.boolean(),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      (edits) => {
        const history = new History();
        const begun = [history.creation, history.genesis("summary")].sort();
        const chunks = begun.map((hash) => history.written(hash).bytes);
        let seen = [...chunks];
        for (const [number, edit] of edits.entries()) {
          const honest = composeText({
            type: chart,
            name: "summary",
            text: `${edit.text}${number}`,
            actor: actorAt(20 + number),
            changes: seen,
            timeMs: 1_500,
          });
          if (honest === null) continue;
          const bytes = altered(honest, edit);
          if (bytes === null || !isAccepted(history, bytes)) continue;
          const before = [...chunks];
          chunks.push(bytes);
          // What is written next has seen it, or was written beside it.
          if (!edit.isBeside) seen = [...chunks];
          expect(
            tryChanges({ accepted: before, changes: [bytes] }),
            edit.alteration,
          ).toEqual(["sound"]);
        }
      },
    ),
    { numRuns: 20 },
  );
});

function isAccepted(history: History, bytes: Uint8Array): boolean {
  try {
    history.accept(bytes);
    return true;
  } catch {
    return false;
  }
}

function altered(
  bytes: Uint8Array,
  { alteration, pick }: { readonly alteration: string; readonly pick: number },
): Uint8Array | null {
  const alter = alterations[alteration];
  if (alter === undefined) throw new Error(`no alteration ${alteration}`);
  try {
    return A.encodeChange(alter(A.decodeChange(bytes), pick));
  } catch {
    // Automerge does not write everything that bytes can say; the rest is for the fuzz run.
    return null;
  }
}

/** `other` is an operation of the change itself, one that it names, the container, or one that is nowhere. */
function alterOp(
  change: A.DecodedChange,
  pick: number,
  alter: (op: Op, other: string) => object,
): A.DecodedChange {
  const named = change.ops.flatMap((op) => [
    op.obj,
    ...("elemId" in op && typeof op.elemId === "string" ? [op.elemId] : []),
    ...op.pred,
  ]);
  const counter = Math.max(1, change.startOp + pick - 6);
  const other =
    (pick % 2 === 0 ? named[pick % Math.max(1, named.length)] : undefined) ??
    `${counter}@${change.actor}`;
  const at = pick % Math.max(1, change.ops.length);
  return {
    ...change,
    ops: change.ops.map((op, index) =>
      // Operations that Automerge's own types do not allow, on purpose.
      index === at ? (alter(op, other) as Op) : op,
    ),
  };
}
