import { expect, test } from "vitest";

import { differs, listDiffers } from "./every-reader.ts";
import {
  compose,
  created,
  PaperWorld,
  pending,
  recordId,
  statement,
} from "./paper-evidence.test-support.ts";

/** A patient whose identity two people have signed otherwise, apart from each other. */
function inConflict() {
  const world = new PaperWorld();
  const first = created();
  const changes = [
    first,
    ...["Moyo", "Nkomo"].map((family) =>
      compose([first], { identity: statement({ family }) }),
    ),
  ];
  for (const change of changes) world.hold(change, pending);
  world.evidence.look();
  return world.evidence
    .modelOf(recordId)
    .expectedOf(new Set(changes.map(({ hash }) => hash)));
}

test("[PM-5] a conflict that a list or the open questions leave out is a broken promise, and so is one they make up", () => {
  const expected = inConflict();
  const records = new Set<string>([recordId]);
  const questions = new Set([`${recordId} identity`]);
  const wordsFor = (listed: Parameters<typeof listDiffers>[0]) =>
    listDiffers(listed, recordId, "patient", expected);
  expect(wordsFor({ records, questions })).toBeUndefined();
  expect(wordsFor({ records: new Set(), questions })).toBeDefined();
  expect(wordsFor({ records, questions: new Set() })).toBeDefined();
  const calm = { ...expected, groups: new Map() };
  expect(
    listDiffers({ records, questions }, recordId, "patient", calm),
  ).toBeDefined();
});

test("[PM-5] an answer that settles a conflict, or lacks a candidate of it, is a broken promise", () => {
  const expected = inConflict();
  const [one, other] = [{ family: "Moyo" }, { family: "Nkomo" }];
  const answer = (identity: Parameters<typeof differs>[0]["groups"][string]) =>
    differs({ fields: {}, groups: { identity } }, expected, "patient");
  expect(
    answer({ status: "conflict", contents: [one, other] }),
  ).toBeUndefined();
  expect(answer({ status: "conflict", contents: [one] })).toBeDefined();
  expect(answer({ status: "settled", content: one })).toBeDefined();
});
