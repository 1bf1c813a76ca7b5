import * as automerge from "@automerge/automerge";
import fc from "fast-check";
import { expect, test } from "vitest";

import { readChange } from "./change-facts.ts";
import {
  differsInFields,
  differsInGroups,
  type ShownRecord,
} from "./compare-shown.ts";
import { RecordModel } from "./record-model.ts";

type Doc = automerge.Doc<Record<string, unknown>>;

function actor(number: number): string {
  return number.toString(16).padStart(32, "0");
}

function write(
  doc: Doc,
  number: number,
  values: Readonly<Record<string, unknown>>,
): Doc {
  const own = automerge.clone(doc, { actor: actor(number) });
  return automerge.change(own, { time: 0 }, (draft) => {
    for (const [key, value] of Object.entries(values))
      draft[key] =
        typeof value === "number"
          ? value
          : new automerge.ImmutableString(JSON.stringify(value));
  });
}

function statement(
  content: Readonly<Record<string, unknown>>,
  nonce = 0,
): unknown {
  return { attribution: { nonce }, content };
}

/** What holds all changes of a document. */
function modelOf(doc: Doc): RecordModel {
  const model = new RecordModel();
  for (const bytes of automerge.getAllChanges(doc))
    model.add(readChange(bytes));
  return model;
}

function expectedOf(doc: Doc) {
  return modelOf(doc).expectedAt(automerge.getHeads(doc));
}

const born = write(automerge.init(), 1, { color: 1 });
const noOrder = () => undefined;

test("[PM-4] the model has Automerge's own values, whoever wrote and whoever had seen what", () => {
  const act = fc.record({
    who: fc.nat({ max: 3 }),
    key: fc.constantFrom("color", "notes/1", "notes/2"),
    value: fc.nat({ max: 5 }),
    hears: fc.nat({ max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), (acts) => {
      const docs = [2, 3, 4, 5].map((number) =>
        automerge.clone(born, { actor: actor(number) }),
      );
      for (const { who, key, value, hears } of acts) {
        const heard = docs[hears];
        const own = docs[who];
        if (own === undefined || heard === undefined) continue;
        docs[who] = automerge.change(
          hears === who ? own : automerge.merge(own, heard),
          { time: 0 },
          (draft) => void (draft[key] = value),
        );
      }
      for (const doc of docs) {
        const { live } = expectedOf(doc);
        for (const [key, writes] of live) {
          const all = automerge.getConflicts(doc, key);
          expect(writes.at(-1)?.value).toBe(doc[key]);
          if (all !== undefined)
            expect(writes.map(({ opId }) => opId).toSorted()).toEqual(
              Object.keys(all).toSorted(),
            );
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("[PM-4] the value that stands in a conflict, written again, takes out the others", () => {
  const one = write(born, 2, { "notes/1": 7 });
  const other = write(born, 3, { "notes/1": 7 });
  const again = write(automerge.merge(one, other), 4, { "notes/1": 7 });
  expect(automerge.getConflicts(again, "notes/1")).toBeUndefined();
  expect(
    expectedOf(again)
      .live.get("notes/1")
      ?.map(({ opId }) => opId),
  ).toEqual([`2@${actor(3)}`]);
});

test("[PM-5] what is signed apart differs, and must be shown as a conflict of exactly that", () => {
  const one = write(born, 2, { dose: statement({ text: "1" }) });
  const other = write(born, 3, { dose: statement({ text: "2" }) });
  const expected = expectedOf(automerge.merge(one, other));
  const show = (group: ShownRecord["groups"][string]) =>
    differsInGroups({ groups: { dose: group } }, expected);
  const [first, second] = [{ text: "1" }, { text: "2" }];
  expect(
    show({ status: "conflict", contents: [second, first] }),
  ).toBeUndefined();
  expect(show({ status: "settled", content: first })).toContain("settled");
  expect(show({ status: "settled", content: second })).toContain("settled");
  expect(show({ status: "conflict", contents: [first] })).toContain("instead");
  expect(differsInGroups({ groups: {} }, expected)).toContain("not shown");
});

test("[PM-5] the same said apart is agreement, whichever ids new entries were given; known entries are themselves", () => {
  const ids = [1, 2, 3].map(
    (n) => `00000000-0000-4000-8000-00000000000${n}`,
  ) as [string, string, string];
  const [known, mine, yours] = ids;
  const latex = { code: "Latex" };
  const base = write(born, 2, {
    prescribing: statement({ allergies: { [known]: latex } }),
  });
  const sign = (number: number, allergies: Readonly<Record<string, unknown>>) =>
    write(base, number, { prescribing: statement({ allergies }, number) });
  const isConflict = (one: Doc, other: Doc) =>
    expectedOf(automerge.merge(automerge.clone(one), other)).groups.get(
      "prescribing",
    )?.isConflict;
  const nuts = { code: "Nuts" };
  const both = { [known]: latex, [mine]: nuts };
  const same = { [known]: latex, [yours]: nuts };
  expect(isConflict(sign(3, both), sign(4, same))).toBe(false);
  expect(
    isConflict(sign(3, { [known]: nuts }), sign(4, { [mine]: nuts })),
  ).toBe(true);
});

test("[PM-4] a value, an entry or a number that is shown otherwise than written is noticed", () => {
  const one = write(born, 2, { color: 2, "notes/1": { text: "a" } });
  const other = write(born, 3, { color: 3 });
  const expected = expectedOf(automerge.merge(one, other));
  const notes = { "1": { text: "a" } };
  const differs = (fields: ShownRecord["fields"], order = noOrder) =>
    differsInFields({ fields }, expected, order);
  expect(differs({ color: 3, notes })).toBeUndefined();
  expect(differs({ color: 2, notes })).toContain("color");
  expect(differs({ color: 3, notes: {} })).toContain("notes/1");
  expect(differs({ color: 3, notes: { "1": { text: "b" } } })).toContain(
    "notes/1",
  );
  expect(
    differs({ color: 3, notes: { ...notes, "2": { text: "c" } } }),
  ).toContain("notes/2");
});

test("[PM-9] what is counted is the sum of what was added, each once; what was typed is found whole", () => {
  const genesis = automerge.change(automerge.clone(born), (draft) => {
    draft["useCount"] = new automerge.Counter(0);
    draft["description"] = "";
  });
  const add = (number: number, by: number, typed: string) =>
    automerge.change(
      automerge.clone(genesis, { actor: actor(number) }),
      (draft) => {
        const { useCount } = draft;
        if (useCount instanceof automerge.Counter) useCount.increment(by);
        automerge.splice(draft, ["description"], 0, 0, typed);
      },
    );
  const doc = automerge.merge(add(2, 2, "Loud. "), add(3, 3, "Hot. "));
  const expected = expectedOf(doc);
  const description = String(doc["description"]);
  const differs = (fields: ShownRecord["fields"]) =>
    differsInFields({ fields }, expected, noOrder);
  expect(differs({ useCount: 5, description })).toBeUndefined();
  expect(differs({ useCount: 8, description })).toContain("useCount");
  expect(differs({ useCount: 5, description: "Loud. " })).toContain("Hot. ");
});
