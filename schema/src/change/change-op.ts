import type { OpId } from "../ids.ts";

export type ScalarValue = null | boolean | number | string | Uint8Array;

export type Datatype =
  "int" | "uint" | "float64" | "timestamp" | "counter" | "bytes";

/**
 * One operation of a change, in the shape Automerge's own `decodeChange` gives, except that bytes are a `Uint8Array`
 * with datatype `bytes` (there: an array of numbers without datatype). Its id is `startOp` plus its index.
 */
export interface ChangeOp {
  readonly action:
    | "set"
    | "del"
    | "inc"
    | "makeMap"
    | "makeList"
    | "makeText"
    | "makeTable"
    | "markBegin"
    | "markEnd";
  readonly obj: "_root" | OpId;
  /** Where in a map. Exactly one of `key` and `elemId` is there. */
  readonly key?: string;
  /** Where in a list or text: the element meant, or, with `insert`, the one before it. */
  readonly elemId?: "_head" | OpId;
  readonly insert?: true;
  /** Of `set`, `inc` and `markBegin`, and always there for these. */
  readonly value?: ScalarValue;
  /** Of `set` only; null, boolean and text have none. */
  readonly datatype?: Datatype;
  /** Of `markBegin`: the mark's name. */
  readonly name?: string;
  /** Of `markBegin` and `markEnd`: whether text inserted at that end joins the mark. */
  readonly expand?: boolean;
  /** The operations this one overwrites, ascending by counter, then actor. */
  readonly pred: readonly OpId[];
}
