/** What would ruin a document, tried on it: each is a change whose structure admission refuses, given to the trial as it is. */
import * as A from "@automerge/automerge";
import { expect, test } from "vitest";

import {
  actorAt,
  chart,
  History,
} from "../clinical/written-history.test-support.ts";
import { composeText } from "./compose-text.ts";
import { tryChanges } from "./try-changes.ts";

function record(): {
  readonly accepted: readonly Uint8Array[];
  readonly text: Uint8Array;
} {
  const history = new History();
  const deps = [history.creation, history.genesis("summary")].sort();
  const accepted = deps.map((hash) => history.written(hash).bytes);
  return { accepted, text: typed(accepted, "Pump leaks.", 20) };
}

function typed(
  changes: readonly Uint8Array[],
  text: string,
  actor: number,
): Uint8Array {
  const bytes = composeText({
    type: chart,
    name: "summary",
    text,
    actor: actorAt(actor),
    changes,
    timeMs: 1_500,
  });
  if (bytes === null) throw new Error("nothing changed");
  return bytes;
}

/** The change, said otherwise. */
function altered(
  bytes: Uint8Array,
  alter: (change: A.DecodedChange) => Partial<A.DecodedChange>,
): Uint8Array {
  const change = A.decodeChange(bytes);
  return A.encodeChange({ ...change, ...alter(change) });
}

function alteredOp(
  bytes: Uint8Array,
  op: Readonly<Record<string, unknown>>,
): Uint8Array {
  return altered(bytes, ({ ops: [first, ...rest] }) => ({
    ops: [{ ...first, ...op } as A.DecodedChange["ops"][number], ...rest],
  }));
}

test("[AD-22] ordinary edits of a text are sound, alone and one upon the other", () => {
  const { accepted, text } = record();
  const more = typed([...accepted, text], "Pump leaks. 漏 🫀", 21);
  const less = typed([...accepted, text, more], "leaks", 22);
  const beside = typed([...accepted, text], "The pump leaks.", 23);
  expect(tryChanges({ accepted, changes: [text, more, less, beside] })).toEqual(
    ["sound", "sound", "sound", "sound"],
  );
  expect(
    tryChanges({ accepted: [...accepted, text, beside], changes: [more] }),
  ).toEqual(["sound"]);
});

const stranger = "1@aabbccdd";
const poisons: Readonly<Record<string, (text: Uint8Array) => Uint8Array>> = {
  "what does not decode": () => new Uint8Array([1, 2, 3]),
  "a first operation far beyond": (text) =>
    altered(text, () => ({ startOp: 2 ** 32 - 1 })),
  "a gap in its actor's sequence": (text) => altered(text, () => ({ seq: 3 })),
  "a dependency that is nowhere": (text) =>
    altered(text, ({ deps }) => ({ deps: [...deps, "ab".repeat(32)] })),
  "an element that is nowhere": (text) => alteredOp(text, { elemId: stranger }),
  "a text that is nowhere": (text) =>
    altered(text, ({ ops }) => ({
      ops: ops.map((op) => ({ ...op, obj: stranger })),
    })),
  "the deletion of what is nowhere": (text) =>
    altered(
      alteredOp(text, {
        action: "del",
        insert: false,
        elemId: stranger,
        pred: [stranger],
      }),
      ({ ops }) => ({ ops: ops.slice(0, 1) }),
    ),
};

test.each(Object.keys(poisons))("[AD-22] %s is unsound", (name) => {
  const { accepted, text } = record();
  const poison = poisons[name]?.(text) ?? text;
  expect(tryChanges({ accepted, changes: [poison, text] })).toEqual([
    "unsound",
    "untried",
  ]);
  expect(tryChanges({ accepted, changes: [text] })).toEqual(["sound"]);
});
