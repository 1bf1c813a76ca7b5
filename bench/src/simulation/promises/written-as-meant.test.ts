import { expect, test } from "vitest";

import type { Edit } from "../journal.ts";
import {
  compose,
  created,
  PaperWorld,
  pending,
  recordId,
  statement,
  type Composed,
} from "./paper-evidence.test-support.ts";
import { WrittenAsMeant } from "./written-as-meant.ts";

function begin() {
  const world = new PaperWorld();
  const check = new WrittenAsMeant(world.evidence);
  return { world, look: () => check.afterStep(world.evidence.look()) };
}

/** Saved in a form that had shown `seen`. */
function save(
  world: PaperWorld,
  seen: readonly Composed[],
  change: Composed,
  edits: readonly Edit[],
): void {
  const about = { formId: 1, recordId, recordType: "patient" };
  const heads = seen.map(({ hash }) => hash);
  world.hold(change, pending);
  world.tell({ kind: "form-shown", ...about, heads, groups: {} });
  world.tell({
    kind: "saved",
    ...about,
    edits,
    hashes: [change.hash],
    parentId: undefined,
  });
}

const prescribed = (dose: string): Edit => ({
  kind: "statement",
  group: "prescribing",
  content: { dose },
});

test("[PM-2] what was saved says what was entered", () => {
  const { world, look } = begin();
  const born = created();
  world.hold(born, pending);
  const change = compose([born], {
    prescribing: statement({ dose: "1" }),
    "notes/1": { text: "x" },
  });
  const note: Edit = {
    kind: "entry",
    field: "notes",
    entryId: "1",
    value: { text: "x" },
  };
  save(world, [born], change, [prescribed("1"), note]);
  expect(look()).toBeUndefined();
  save(world, [born], change, [prescribed("2")]);
  expect(look()).toMatchObject({ promise: "PM-2" });
  save(world, [born], change, [{ ...note, value: { text: "y" } }]);
  expect(look()).toMatchObject({ promise: "PM-2" });
});

test("[PM-6] a save that goes over what its form had not shown is a broken promise", () => {
  const { world, look } = begin();
  const born = created();
  const colleagues = compose([born], { prescribing: statement({ dose: "1" }) });
  for (const change of [born, colleagues]) world.hold(change, pending);
  const over = compose([colleagues], { prescribing: statement({ dose: "2" }) });
  save(world, [born], over, [prescribed("2")]);
  expect(look()).toMatchObject({ promise: "PM-6" });
});

test("[PM-4] a save that leaves beside it what its form had shown is a broken promise", () => {
  const { world, look } = begin();
  const born = created();
  const own = compose([born], { prescribing: statement({ dose: "1" }) });
  for (const change of [born, own]) world.hold(change, pending);
  const beside = compose([born], { prescribing: statement({ dose: "2" }) });
  save(world, [own], beside, [prescribed("2")]);
  expect(look()).toMatchObject({ promise: "PM-4" });
});
