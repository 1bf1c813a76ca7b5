/** What a change may write: declared keys, the kind each is of, values their schemas accept. */
import * as A from "@automerge/automerge";
import { describe, expect, test } from "vitest";

import {
  actorAt,
  chart,
  entryIdAt,
  History,
  recordIdAt,
} from "../clinical/written-history.test-support.ts";
import type { ChangeHash } from "../ids.ts";
import { composeText } from "./compose-text.ts";
import type { RootOp } from "./compose-change.ts";

const id = entryIdAt(1);
const result = (status: string) =>
  JSON.stringify({ name: "creatinine", status });

function refusalOf(set: RootOp["set"], key: string): string {
  const history = new History();
  try {
    history.set([history.creation], key, set);
    return "accepted";
  } catch (cause) {
    return cause instanceof Error ? (cause.message.split(":")[0] ?? "") : "";
  }
}

test("[AD-7] every kind takes the values it declares and no others", () => {
  const accepted: readonly (readonly [string, RootOp["set"]])[] = [
    ["phone", "+263"],
    ["phone", null],
    ["age", 40],
    ["isUrgent", false],
    ["progress", "begun"],
    [`notes/${id}`, '{"text":"seen at home"}'],
    [`results/${id}`, result("active")],
    ["parentId", recordIdAt(3)],
  ];
  for (const [key, set] of accepted)
    expect(refusalOf(set, key)).toBe("accepted");
  const refused: readonly (readonly [string, RootOp["set"], string])[] = [
    ["colour", "red", "unknown-field"],
    ["constructor", "red", "unknown-field"],
    ["notes", "red", "unknown-field"],
    ["notes/1", "red", "unknown-field"],
    [`notes/${id}/x`, "red", "unknown-field"],
    [`notes/${id.toUpperCase()}`, '{"text":"seen"}', "unknown-field"],
    [`phone/${id}`, "red", "unknown-field"],
    [`archive/phone/${id}`, "{}", "unknown-field"],
    ["age", "forty", "value-invalid"],
    ["phone", "x".repeat(4_001), "value-invalid"],
    ["progress", "over", "value-invalid"],
    ["progress", null, "value-invalid"],
    [`notes/${id}`, '{ "text":"not canonical"}', "value-invalid"],
    [`notes/${id}`, '{"text":5}', "value-invalid"],
    [`notes/${id}`, null, "kind-mismatch"],
    [`archive/plan/${id}`, result("active"), "value-invalid"],
    ["parentId", "nowhere", "value-invalid"],
    [`resolutions/${id}`, "{}", "resolution-malformed"],
    ["plan", "{}", "statement-malformed"],
    ["visits", 5, "kind-mismatch"],
    ["summary", "all of it", "kind-mismatch"],
  ];
  for (const [key, set, code] of refused)
    expect([key, refusalOf(set, key)]).toEqual([key, code]);
});

test("[AD-7] an append-only entry is written once, then only withdrawn", () => {
  const history = new History();
  const first = history.set(
    [history.creation],
    `results/${id}`,
    result("active"),
  );
  expect(() => history.set([first], `results/${id}`, result("active"))).toThrow(
    "value-invalid",
  );
  const withdrawn = history.set([first], `results/${id}`, result("stopped"));
  expect(history.fold.entries("results")).toEqual({
    [id]: { name: "creatinine", status: "stopped" },
  });
  // What only merges may be rewritten.
  const note = history.set([withdrawn], `notes/${id}`, '{"text":"one"}');
  history.set([note], `notes/${id}`, '{"text":"two"}');
});

describe("containers", () => {
  function withText() {
    const history = new History();
    const genesis = history.genesis("summary");
    const deps = [history.creation, genesis].sort();
    return { history, deps };
  }

  function foreign(
    history: History,
    deps: readonly ChangeHash[],
    edit: (draft: Record<string, unknown>) => void,
  ): Uint8Array {
    const bytes = deps.map((dep) => history.written(dep).bytes);
    const [doc] = A.applyChanges(
      A.init<Record<string, unknown>>({ actor: actorAt(0xee) }),
      bytes,
    );
    const changed = A.change(doc, { time: 0 }, edit);
    return A.getLastLocalChange(changed) ?? new Uint8Array();
  }

  test("[AD-7] a container comes from its genesis alone; a second one would hide the first", () => {
    const { history, deps } = withText();
    const attempts: readonly (readonly [
      (draft: Record<string, unknown>) => void,
      string,
    ])[] = [
      [(draft) => (draft["summary"] = "mine"), "kind-mismatch"],
      [(draft) => (draft["visits"] = new A.Counter(0)), "kind-mismatch"],
      [(draft) => (draft["phone"] = "text, not one value"), "kind-mismatch"],
      [(draft) => (draft["extra"] = { nested: true }), "unknown-field"],
      [(draft) => delete draft["parentId"], "kind-mismatch"],
    ];
    for (const [edit, code] of attempts)
      expect(() => history.accept(foreign(history, deps, edit))).toThrow(code);
  });

  test("[AD-7] a counter counts by so much at once and no more", () => {
    const count = (by: number) => {
      const history = new History();
      const deps = [history.creation, history.genesis("visits")].sort();
      try {
        history.set(deps, "visits", { increment: by });
        return "accepted";
      } catch (cause) {
        return cause instanceof Error ? cause.message.split(":")[0] : "";
      }
    };
    for (const by of [1, -1_000_000, 1_000_000])
      expect(count(by)).toBe("accepted");
    for (const by of [1_000_001, -1_000_001, Number.MAX_SAFE_INTEGER])
      expect(count(by)).toBe("value-invalid");
  });

  test("[AD-7] a text takes characters and deletions, no marks", () => {
    const { history, deps } = withText();
    const changes = deps.map((dep) => history.written(dep).bytes);
    const bytes = composeText({
      type: chart,
      name: "summary",
      text: "naïve 😀",
      actor: actorAt(9),
      changes,
      timeMs: 0,
    });
    const typed = history.accept(bytes ?? new Uint8Array());
    const all = [...deps, typed];
    const mark = foreign(history, all, (draft) => {
      A.mark(
        draft,
        ["summary"],
        { start: 0, end: 2, expand: "none" },
        "bold",
        true,
      );
    });
    expect(() => history.accept(mark)).toThrow("kind-mismatch");
    const block = foreign(history, all, (draft) => {
      A.splitBlock(draft, ["summary"], 1, { type: "p" });
    });
    expect(() => history.accept(block)).toThrow();
    history.accept(
      foreign(history, all, (draft) => A.splice(draft, ["summary"], 0, 2)),
    );
  });
});
