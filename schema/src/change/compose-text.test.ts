/** Text is read and edited through Automerge, at exactly the changes given. */
import * as A from "@automerge/automerge";
import { expect, test } from "vitest";

import {
  actorAt,
  chart,
  History,
} from "../clinical/written-history.test-support.ts";
import type { ActorId, ChangeHash } from "../ids.ts";
import { composeText } from "./compose-text.ts";
import { readText } from "./read-text.ts";

function withText() {
  const history = new History();
  const genesis = history.genesis("summary");
  return { history, deps: [history.creation, genesis].sort() };
}

function bytesOf(
  history: History,
  hashes: readonly ChangeHash[],
): readonly Uint8Array[] {
  return hashes.map((hash) => history.written(hash).bytes);
}

function compose(
  history: History,
  hashes: readonly ChangeHash[],
  text: string,
  actor: ActorId,
) {
  return composeText({
    type: chart,
    name: "summary",
    text,
    actor,
    changes: bytesOf(history, hashes),
    timeMs: 1_500,
  });
}

function type(
  history: History,
  hashes: readonly ChangeHash[],
  text: string,
  n: number,
): ChangeHash {
  const bytes = compose(history, hashes, text, actorAt(n));
  if (bytes === null) throw new Error("nothing changed");
  return history.accept(bytes);
}

test("[CO-7] text is what Automerge merges it to; nothing written reads as empty", () => {
  const { history, deps } = withText();
  expect(readText(chart, "summary", bytesOf(history, [history.creation]))).toBe(
    "",
  );
  expect(readText(chart, "summary", bytesOf(history, deps))).toBe("");
  const first = type(history, deps, "Pump leaks. 漏", 20);
  const one = type(history, [...deps, first], "Pump leaks a lot. 漏", 21);
  const other = type(history, [...deps, first], "Old pump leaks. 漏", 22);
  const all = [...deps, first, one, other];
  expect(readText(chart, "summary", bytesOf(history, all))).toBe(
    "Old pump leaks a lot. 漏",
  );
  expect(() => readText(chart, "phone", [])).toThrow();
});

test("[CO-8] an edit depends on exactly the changes given, is repeatable, and is none if the text is already so", () => {
  const { history, deps } = withText();
  const first = type(history, deps, "Leaks", 20);
  type(history, [...deps, first], "Leaks badly", 21);
  const bytes = compose(history, [...deps, first], "Leaks oil", actorAt(22));
  if (bytes === null) throw new Error("nothing changed");
  expect(A.decodeChange(bytes)).toMatchObject({
    actor: actorAt(22),
    seq: 1,
    time: 1,
    deps: [first],
  });
  expect(compose(history, [...deps, first], "Leaks oil", actorAt(22))).toEqual(
    bytes,
  );
  expect(compose(history, [...deps, first], "Leaks", actorAt(22))).toBeNull();
  const again = compose(history, [...deps, first], "Leaks oil", actorAt(20));
  expect(A.decodeChange(again ?? new Uint8Array()).seq).toBe(2);
});

test("[CO-8] without the field's genesis nothing is composed", () => {
  const { history } = withText();
  expect(() =>
    compose(history, [history.creation], "Leaks", actorAt(22)),
  ).toThrow("genesis");
});
