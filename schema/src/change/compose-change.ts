/**
 * Composes a change with `encodeChange`: explicit dependencies, `pred` and `startOp`, bytes identical to Automerge's own.
 * `changeAt` is not used: it derives predictable actors, and at unknown heads silently writes no dependencies. SPEC CO-1.
 */
import { encodeChange } from "@automerge/automerge";

import type { ActorId, ChangeHash, OpId } from "../ids.ts";
import type { ScalarValue } from "./interpret-change.ts";

type EncodedOp = Parameters<typeof encodeChange>[0]["ops"][number];
/** What an operation does, in Automerge's words. */
export type Action = Pick<EncodedOp, "action"> &
  Partial<Pick<EncodedOp, "value" | "datatype">>;

/** One operation at the root of the record's document. */
export interface RootOp {
  readonly key: string;
  readonly pred: readonly OpId[];
  readonly set: ScalarValue | { readonly increment: number };
}

/** One character of a text typed behind an element, or (null) the element taken out. */
export interface TextOp {
  readonly obj: OpId;
  readonly elemId: "_head" | OpId;
  readonly insert: string | null;
}

export type ComposedOp = RootOp | TextOp;

export interface ChangePlan {
  readonly actor: ActorId;
  readonly seq: number;
  readonly startOp: number;
  readonly deps: readonly ChangeHash[];
  /** The device's clock, Unix epoch. Shown; nothing is ordered by it. */
  readonly timeMs: number;
  readonly ops: readonly ComposedOp[];
}

/** The bytes of the change. Automerge writes time in whole seconds by its own convention; so do we. */
export function composeChange(plan: ChangePlan): Uint8Array {
  return encodeChange({
    actor: plan.actor,
    seq: plan.seq,
    startOp: plan.startOp,
    time: Math.floor(plan.timeMs / 1000),
    message: null,
    author: null,
    deps: [...plan.deps],
    ops: plan.ops.map((op) =>
      "obj" in op
        ? textOp(op)
        : {
            obj: "_root",
            key: op.key,
            pred: [...op.pred],
            ...actionOf(op.set),
          },
    ),
  });
}

/** Automerge's type of an operation leaves out its place in a text, which its encoder has. */
function textOp({ obj, elemId, insert }: TextOp): EncodedOp {
  if (insert === null && elemId === "_head")
    throw new Error("there is no character before the first");
  const place = { obj, elemId };
  const op =
    insert === null
      ? { ...place, action: "del", pred: [elemId] }
      : { ...place, action: "set", insert: true, value: insert, pred: [] };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return op as unknown as EncodedOp;
}

function actionOf(set: RootOp["set"]): Action {
  if (typeof set === "object" && set !== null)
    return { action: "inc", value: set.increment };
  if (typeof set === "number")
    return { action: "set", value: set, datatype: "int" };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Automerge's type leaves out null, which its encoder has
  return { action: "set", value: set as string | boolean };
}
