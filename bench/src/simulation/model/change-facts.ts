/**
 * What a change says, as Automerge itself decodes it: what it writes, over what, and what its author built on. The model reads
 * changes by Automerge alone, so that a mistake in Suture's own reader cannot be in both.
 */
import { decodeChange } from "@automerge/automerge";

import { isPlainObject } from "./canonical-text.ts";

/** A write under a key at the root of a record. */
export interface Write {
  /** `12@actor`: by counter, then actor, Automerge's order. */
  readonly opId: string;
  readonly key: string;
  readonly value: unknown;
  /** What it overwrote. */
  readonly pred: readonly string[];
  /** For the value of a safety group: its content. */
  readonly content: Readonly<Record<string, unknown>> | undefined;
}

export interface ChangeFacts {
  readonly hash: string;
  readonly deps: readonly string[];
  readonly writes: readonly Write[];
  /** Writes it takes out at the root: where the value that stands in a conflict is written again, Automerge takes out the others. */
  readonly cleared: readonly string[];
  readonly increments: readonly {
    readonly field: string;
    readonly by: number;
  }[];
  /** Containers of texts it makes: operation by field. */
  readonly textMakers: ReadonlyMap<string, string>;
  /** Runs of characters typed, each with the container it is in. */
  readonly typed: readonly Typed[];
  /** Operations in texts that it deletes. */
  readonly deleted: readonly string[];
}

export interface Typed {
  readonly container: string;
  readonly opIds: readonly string[];
  readonly text: string;
}

interface DecodedOp {
  readonly action: string;
  readonly obj: string;
  readonly key?: string;
  readonly pred: readonly string[];
  readonly value?: unknown;
  readonly insert?: boolean;
  readonly elemId?: string;
}

export function readChange(bytes: Uint8Array): ChangeFacts {
  const { hash, deps, actor, startOp, ...decoded } = decodeChange(bytes);
  // Its types leave out what insertions have.
  const ops: readonly DecodedOp[] = decoded.ops;
  const writes: Write[] = [];
  const cleared: string[] = [];
  const increments: { field: string; by: number }[] = [];
  const textMakers = new Map<string, string>();
  const typed: Typed[] = [];
  const deleted: string[] = [];
  for (const [index, op] of ops.entries()) {
    const opId = `${startOp + index}@${actor}`;
    const { action, obj, key, pred, insert, elemId, value } = op;
    if (obj !== "_root") {
      if (action === "del") deleted.push(...pred);
      else if (
        insert === true &&
        elemId !== undefined &&
        typeof value === "string"
      )
        addTyped(typed, { obj, after: elemId, opId, value });
    } else if (action === "set" && key !== undefined)
      writes.push({ opId, key, pred, ...meaningOf(value) });
    else if (action === "del") cleared.push(...pred);
    else if (action === "makeText" && key !== undefined)
      textMakers.set(opId, key);
    else if (action === "inc" && key !== undefined)
      increments.push({ field: key, by: Number(value) });
  }
  return {
    hash,
    deps,
    writes,
    cleared,
    increments,
    textMakers,
    typed,
    deleted,
  };
}

/** Characters typed one after the other are one run. */
function addTyped(
  typed: Typed[],
  {
    obj,
    after,
    opId,
    value,
  }: { obj: string; after: string; opId: string; value: string },
): void {
  const last = typed.at(-1);
  const goesOn = last?.container === obj && last.opIds.at(-1) === after;
  if (goesOn) typed.pop();
  typed.push({
    container: obj,
    opIds: goesOn ? [...last.opIds, opId] : [opId],
    text: goesOn ? last.text + value : value,
  });
}

/** Entries and statements are JSON in one string; what is no JSON is a plain value. */
function meaningOf(value: unknown): Pick<Write, "value" | "content"> {
  if (typeof value !== "string" || !value.startsWith("{"))
    return { value, content: undefined };
  try {
    const parsed: unknown = JSON.parse(value);
    const isStatement =
      isPlainObject(parsed) && isPlainObject(parsed["attribution"]);
    const content = isStatement ? parsed["content"] : undefined;
    return {
      value: parsed,
      content: isPlainObject(content) ? content : undefined,
    };
  } catch {
    return { value, content: undefined };
  }
}

/** Automerge's order of operations. */
export function compareOps(left: string, right: string): number {
  const [leftCounter = "", leftActor = ""] = left.split("@");
  const [rightCounter = "", rightActor = ""] = right.split("@");
  return (
    Number(leftCounter) - Number(rightCounter) ||
    (leftActor < rightActor ? -1 : leftActor > rightActor ? 1 : 0)
  );
}
