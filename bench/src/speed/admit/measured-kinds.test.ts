import { changeHashSchema, opIdSchema, recordIdSchema } from "@suture/schema";
import { expect, test } from "vitest";

import type { WrittenChange } from "../peers/written-record.ts";
import { admitKinds, type AdmitWork } from "./admit-work.ts";
import { inWaves, MeasuredKinds, type Wave } from "./measured-kinds.ts";

const recordId = recordIdSchema.parse("4NMNnkMhL8jXrdJ9jamS58PAVdXu");
const opId = opIdSchema.parse(`1@${"a".repeat(32)}`);

function change(number: number): WrittenChange {
  const hash = changeHashSchema.parse(String(number).padStart(64, "0"));
  return { recordId, hash, bytes: new Uint8Array(), opId };
}

/** Of two people, each so many of each kind. */
function workOf(count: number): AdmitWork["kinds"] {
  return new Map(
    admitKinds.map((kind, at) => [
      kind,
      [0, 1].map((person) =>
        Array.from({ length: count }, (_, number) =>
          change(at * 10_000 + person * 1_000 + number),
        ),
      ),
    ]),
  );
}

test("[BE-9] every change is admitted once, each person's in their order, whatever is profiled", async () => {
  for (const profiledKinds of [[], admitKinds.slice(0, 1)]) {
    const kinds = workOf(230);
    const admitted: Wave[] = [];
    const measured = new MeasuredKinds(kinds, profiledKinds, (wave) => {
      admitted.push(wave);
    });
    await measured.warm();
    await measured.measure();
    for (const kind of profiledKinds) await measured.rest(kind);
    for (const [kind, byPerson] of kinds)
      for (const changes of byPerson) {
        const own = new Set(changes);
        const seen = admitted.flat(2).filter((one) => own.has(one));
        expect(seen, kind).toEqual(changes);
      }
  }
});

test("[BE-9] half is admitted before anything is measured", async () => {
  const kinds = workOf(200);
  let count = 0;
  const measured = new MeasuredKinds(kinds, [], (wave) => {
    count += wave.flat().length;
  });
  await measured.warm();
  expect(count).toBe(200 * admitKinds.length);
});

test("[BE-9] a wave holds a push of everybody who has any left, and there are four of them at least", () => {
  const sizesOf = (...counts: readonly number[]) =>
    inWaves(
      counts.map((count) =>
        Array.from({ length: count }, (_, number) => change(number)),
      ),
    ).map((wave) => wave.map(({ length }) => length));
  expect(sizesOf(210, 60)).toEqual([
    [50, 50],
    [50, 10],
    [50, 0],
    [50, 0],
    [10, 0],
  ]);
  expect(sizesOf(4, 2)).toEqual([
    [1, 1],
    [1, 1],
    [1, 0],
    [1, 0],
  ]);
});
