/** The live set, its readings and its structure, against the definition computed the slow way and against Automerge itself. */
import * as A from "@automerge/automerge";
import fc from "fast-check";
import { expect, test } from "vitest";

import { ChangeIndex } from "../change/change-index.ts";
import { RecordFold } from "../change/fold-record.ts";
import { indexChange } from "../change/index-change.ts";
import type { ChangeHash } from "../ids.ts";
import {
  causalOrder,
  causalOrders,
  generator,
  headsOf,
  randomHistory,
} from "./random-history.test-support.ts";
import { readGroup } from "./read-group.ts";
import { baseOf, isConflict } from "./statement-base.ts";
import { chart, type History } from "./written-history.test-support.ts";

const seeds = fc.integer({ min: 1, max: 1_000_000 });
const plan = chart.groups.plan as never;

function indexIn(history: History, order: readonly ChangeHash[]): ChangeIndex {
  const index = new ChangeIndex();
  for (const hash of order) {
    const row = indexChange(chart, index, history.written(hash).decoded);
    if (!row.ok) throw new Error(row.error.code);
    // The row does not depend on what else was there.
    expect(row.value).toEqual(history.index.get(hash));
    index.add(row.value);
  }
  return index;
}

function documentIn(history: History, order: readonly ChangeHash[]) {
  const bytes = order.map((hash) => history.written(hash).bytes);
  const [doc] = A.applyChanges(A.init<Record<string, unknown>>(), bytes);
  return doc;
}

function foldIn(history: History, order: readonly ChangeHash[]): RecordFold {
  const fold = new RecordFold();
  for (const hash of order) fold.addChange(history.written(hash).edits);
  return fold;
}

test("[CF-2] the live set at any dependencies is what nobody behind them has overwritten", () => {
  let openConflicts = 0;
  let views = 0;
  fc.assert(
    fc.property(seeds, fc.integer({ min: 4, max: 6 }), (seed, replicas) => {
      const history = randomHistory(seed, 30, replicas);
      const { index, fold, oracle } = history;
      const below = generator(seed);
      const all = history.changes().map(({ decoded }) => decoded.hash);
      expect(index.heads()).toEqual(oracle.heads());
      expect(index.live("plan")).toEqual(oracle.live(oracle.heads(), "plan"));
      for (let view = 0; view < 12; view += 1) {
        const deps = headsOf(
          history,
          all.filter(() => below(4) === 0),
        );
        const live = index.liveAt(deps, "plan");
        expect(live).toEqual(oracle.live(deps, "plan"));
        expect(isConflict(plan, live, fold)).toBe(
          oracle.isConflict(deps, "plan"),
        );
        const status = readGroup(chart.groups.plan, live, fold).status;
        expect(status === "conflict").toBe(oracle.isConflict(deps, "plan"));
        const [one, other] = [all[below(all.length)], all[below(all.length)]];
        if (one !== undefined && other !== undefined)
          expect(index.isSeenBy(one, other)).toBe(oracle.isSeenBy(one, other));
        views += 1;
        if (status === "conflict") openConflicts += 1;
      }
    }),
    { numRuns: 100, seed: 11 },
  );
  expect(views).toBe(100 * 12);
  expect(openConflicts).toBeGreaterThan(200);
});

test("[CF-2] any causal order of arrival gives the same rows, live sets and readings, and they are Automerge's own", () => {
  let conflicts = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const history = randomHistory(seed, 30);
      const order = causalOrder(history, generator(seed + 1));
      const index = indexIn(history, order);
      const fold = foldIn(history, order);
      expect(index.heads()).toEqual(history.index.heads());
      expect(index.live("plan")).toEqual(history.index.live("plan"));
      expect(fold.live("plan")).toEqual(history.fold.live("plan"));
      expect(readGroup(chart.groups.plan, fold.live("plan"), fold)).toEqual(
        readGroup(chart.groups.plan, history.fold.live("plan"), history.fold),
      );
      const doc = documentIn(history, order);
      const live = index.live("plan");
      const shown = Object.keys(A.getConflicts(doc, "plan") ?? {}).sort();
      expect(shown).toEqual(live.length < 2 ? [] : [...live].sort());
      if (live.length > 1) conflicts += 1;
      A.free(doc);
    }),
    { numRuns: 80, seed: 12 },
  );
  expect(conflicts).toBeGreaterThan(40);
});

test("[CF-2] every causal order of small histories gives the same", () => {
  let orders = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const history = randomHistory(seed, 8);
    if (history.changes().length > 7) continue;
    const expected = history.index.live("plan");
    const heads = history.index.heads();
    for (const order of causalOrders(history)) {
      const index = indexIn(history, order);
      orders += 1;
      expect(index.live("plan")).toEqual(expected);
      expect(index.heads()).toEqual(heads);
      if (orders % 7 !== 0) continue;
      const doc = documentIn(history, order);
      const shown = Object.keys(A.getConflicts(doc, "plan") ?? {}).sort();
      expect(shown).toEqual(expected.length < 2 ? [] : [...expected].sort());
      A.free(doc);
    }
  }
  expect(orders).toBeGreaterThan(500);
});

test("[CF-4] the base is what all candidates had last seen settled", () => {
  let compared = 0;
  fc.assert(
    fc.property(seeds, (seed) => {
      const history = randomHistory(seed, 40, 5);
      const heads = history.index.heads();
      if (!history.oracle.isConflict(heads, "plan")) return;
      const live = history.index.live("plan");
      const base = baseOf(plan, live, history.fold);
      const expected = history.oracle.base(heads, "plan");
      expect(base === null).toBe(expected === null);
      if (base === null || expected === null) return;
      compared += 1;
      expect(Object.keys(base["drugs"] ?? {}).sort()).toEqual(
        Object.keys(expected.entries["drugs"] ?? {}).sort(),
      );
      expect(base["risk"]).toBe(expected.values["risk"]);
    }),
    { numRuns: 120, seed: 13 },
  );
  expect(compared).toBeGreaterThan(50);
});

test("[CF-8] rows leave nothing out, have one id each, and differ somewhere exactly in a conflict", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { index, fold } = randomHistory(seed, 40, 5);
      const reading = readGroup(chart.groups.plan, index.live("plan"), fold);
      if (reading.status === "settled") return;
      expect(reading.rows.some(({ isAgreed }) => !isAgreed)).toBe(true);
      const ids = reading.rows.map(({ part, entryId }) => `${part}/${entryId}`);
      expect(new Set(ids).size).toBe(ids.length);
      reading.candidates.forEach(({ content }, position) => {
        for (const part of ["drugs", "allergies"] as const) {
          const versions = reading.rows
            .filter((row) => row.part === part)
            .map((row) => row.versions[position])
            .filter((version) => version !== undefined);
          const sorted = (list: readonly unknown[]) =>
            list.map((entry) => JSON.stringify(entry)).sort();
          expect(sorted(versions)).toEqual(
            sorted(Object.values(content[part])),
          );
        }
      });
    }),
    { numRuns: 80, seed: 14 },
  );
});
