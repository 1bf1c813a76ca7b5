import {
  compareContents,
  groupOf,
  patient,
  serviceJob,
  workDigest,
  type Content,
  type GroupDefinition,
  type PartReplaced,
} from "@suture/schema";
import { expect, test } from "vitest";

import { composeAnswer, rowKey, type RowAnswer } from "./compose-answer.ts";

const noneId = "00000000-0000-4000-8000-00000000000a";
const coilId = "00000000-0000-4000-8000-00000000000b";
const coil: PartReplaced = {
  kind: "part",
  status: "active",
  code: { text: "Coil assembly" },
  quantity: 3,
};
const none: PartReplaced = { kind: "none", status: "active" };
const nothingDone: Content = {
  partsReplaced: {},
  safetyTest: null,
  completion: null,
};

function groupNamed(
  type: typeof serviceJob | typeof patient,
  name: string,
): GroupDefinition {
  const group = groupOf(type, name);
  if (group === undefined) throw new Error(`there is no group ${name}`);
  return group;
}

function answersBy(
  rows: ReturnType<typeof compareContents>,
  answers: Readonly<Record<string, RowAnswer>>,
): ReadonlyMap<string, RowAnswer> {
  return new Map(
    rows.flatMap((row) => {
      const answer = answers[row.entryId ?? row.part];
      return answer === undefined ? [] : [[rowKey(row), answer] as const];
    }),
  );
}

test("[AP-66] an answer of one's own is made row by row, and every contested row is answered", () => {
  const group = groupNamed(serviceJob, "service");
  const rows = compareContents(group, nothingDone, [
    { ...nothingDone, partsReplaced: { [noneId]: none } },
    { ...nothingDone, partsReplaced: { [coilId]: coil } },
  ]);
  const two = { ...coil, quantity: 2 };
  const half = answersBy(rows, { [noneId]: { kind: "leave-out" } });
  expect(composeAnswer(group, rows, half)).toMatchObject({
    ok: false,
    error: { code: "unanswered", row: `partsReplaced/${coilId}` },
  });
  const whole = answersBy(rows, {
    [noneId]: { kind: "leave-out" },
    [coilId]: { kind: "own", value: two, from: 1 },
  });
  expect(composeAnswer(group, rows, whole)).toEqual({
    ok: true,
    value: {
      content: { ...nothingDone, partsReplaced: { [coilId]: two } },
      ended: {},
    },
  });
});

test("[AP-66] what is not valid, or contradicts itself, is not signed", () => {
  const group = groupNamed(serviceJob, "service");
  const rows = compareContents(group, nothingDone, [
    { ...nothingDone, partsReplaced: { [noneId]: none } },
    { ...nothingDone, partsReplaced: { [coilId]: coil } },
  ]);
  const wrong = answersBy(rows, {
    [noneId]: { kind: "leave-out" },
    [coilId]: { kind: "own", value: { ...coil, quantity: "many" }, from: 1 },
  });
  expect(composeAnswer(group, rows, wrong)).toMatchObject({
    error: { code: "not-valid", row: `partsReplaced/${coilId}` },
  });
  const both = answersBy(rows, {
    [noneId]: { kind: "candidate", candidate: 0 },
    [coilId]: { kind: "candidate", candidate: 1 },
  });
  expect(composeAnswer(group, rows, both)).toMatchObject({
    error: { code: "contradicts-itself" },
  });
});

test("[AP-66] what every candidate held and the answer leaves out is ended as entered in error", () => {
  const group = groupNamed(patient, "prescribing");
  const statin = (text: string): Content => ({
    medications: {
      [coilId]: {
        status: "active",
        code: { text },
        source: { kind: "request" },
      },
    },
    allergies: {},
    problems: {},
    pregnancy: null,
  });
  const rows = compareContents(group, statin("statin"), [
    statin("statin 10 mg"),
    statin("statin 20 mg"),
  ]);
  const answers = answersBy(rows, { [coilId]: { kind: "leave-out" } });
  expect(composeAnswer(group, rows, answers)).toMatchObject({
    ok: true,
    value: {
      content: { medications: {} },
      ended: { [coilId]: { status: "entered-in-error" } },
    },
  });
});

test("[AP-66] a completed job that is settled is closed with the parts of the answer", () => {
  const group = groupNamed(serviceJob, "service");
  const done = (partsReplaced: Readonly<Record<string, PartReplaced>>) => ({
    partsReplaced,
    safetyTest: null,
    completion: {
      at: "2026-03-02T09:00:00Z",
      closes: workDigest({ partsReplaced, safetyTest: null }),
    },
  });
  const rows = compareContents(group, nothingDone, [
    done({ [noneId]: none }),
    done({ [coilId]: coil }),
  ]);
  const two = { ...coil, quantity: 2 };
  const composed = composeAnswer(
    group,
    rows,
    answersBy(rows, {
      [noneId]: { kind: "leave-out" },
      [coilId]: { kind: "own", value: two, from: 1 },
      completion: { kind: "candidate", candidate: 0 },
    }),
  );
  expect(composed).toMatchObject({
    ok: true,
    value: {
      content: {
        completion: {
          closes: workDigest({
            partsReplaced: { [coilId]: two },
            safetyTest: null,
          }),
        },
      },
    },
  });
});
