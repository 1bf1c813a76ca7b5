/** What people recorded apart and neither saw of the other: new results, and arrivals at a slot that was cancelled or moved. */
import { describe, expect, test } from "vitest";

import { ChangeIndex } from "../change/change-index.ts";
import { RecordFold } from "../change/fold-record.ts";
import { appointment } from "../records/appointment.ts";
import type { ChangeHash, OpId } from "../ids.ts";
import { deriveReviews } from "./derived-reviews.ts";
import { causalOrders } from "./random-history.test-support.ts";
import {
  active,
  chart,
  emptyPlan,
  entryIdAt,
  History,
  type PlanContent,
} from "./written-history.test-support.ts";

const creatinine = entryIdAt(1);
const result = (status: string) =>
  JSON.stringify({ name: "creatinine", status });
const treated: PlanContent = {
  ...emptyPlan,
  drugs: { [entryIdAt(2)]: active("digoxin") },
};

function reviews({ index, fold }: Pick<History, "index" | "fold">) {
  return deriveReviews(chart, index, fold);
}

function statementOf(history: History, hash: ChangeHash): OpId {
  const opId = history.index.get(hash)?.statements["plan"]?.opId;
  if (opId === undefined) throw new Error("it signs no plan");
  return opId;
}

function measure(
  history: History,
  deps: readonly ChangeHash[],
  status = "active",
): ChangeHash {
  return history.set(deps, `results/${creatinine}`, result(status));
}

describe("new result", () => {
  test("[CF-15] a result and a statement made apart ask whether the one matters to the other", () => {
    const history = new History();
    const signed = history.sign({ deps: [history.creation], content: treated });
    const later = history.sign({
      deps: [signed],
      content: { ...treated, risk: "high" },
    });
    measure(history, [history.creation]);
    expect(reviews(history)).toEqual([
      {
        kind: "new-result",
        group: "plan",
        statement: statementOf(history, later),
        entryId: creatinine,
      },
    ]);
  });

  test("[CF-15] nothing is asked if either had seen the other, or the statement names the result", () => {
    const after = new History();
    after.sign({ deps: [measure(after, [after.creation])], content: treated });
    expect(reviews(after)).toEqual([]);
    const before = new History();
    measure(before, [
      before.sign({ deps: [before.creation], content: treated }),
    ]);
    expect(reviews(before)).toEqual([]);
    const named = new History();
    measure(named, [named.creation]);
    named.sign({
      deps: [named.creation],
      content: treated,
      basedOn: [creatinine],
    });
    expect(reviews(named)).toEqual([]);
  });

  test("[CF-15] the question ends with a statement that had seen both, or with the result withdrawn", () => {
    for (const isSigned of [true, false]) {
      const history = new History();
      const signed = history.sign({
        deps: [history.creation],
        content: treated,
      });
      const measured = measure(history, [history.creation]);
      expect(reviews(history)).toHaveLength(1);
      if (isSigned)
        history.sign({ deps: [signed, measured].sort(), content: treated });
      else measure(history, [measured], "stopped");
      expect(reviews(history)).toEqual([]);
    }
  });

  test("[CF-15] of conflicting statements each that had not seen the result asks", () => {
    const history = new History();
    const measured = measure(history, [history.creation]);
    history.sign({ deps: [measured], content: treated });
    const unseen = history.sign({
      deps: [history.creation],
      content: { ...emptyPlan, risk: "high" },
    });
    expect(reviews(history)).toMatchObject([
      { statement: statementOf(history, unseen) },
    ]);
  });
});

describe("attendance", () => {
  function parted(content: PlanContent, progress = "begun") {
    const history = new History();
    const first = history.sign({ deps: [history.creation], content: treated });
    const signed = history.sign({ deps: [first], content });
    const recorded = history.set([first], "progress", progress);
    return { history, first, signed, recorded };
  }
  const moved: PlanContent = { ...treated, risk: "high" };

  test("[CF-16] a statement that goes against what was recorded meanwhile asks, also once others build on it", () => {
    const { history, signed, recorded } = parted(moved);
    expect(reviews(history)).toEqual([
      {
        kind: "attendance",
        group: "plan",
        statement: statementOf(history, signed),
        change: recorded,
      },
    ]);
    const later = history.sign({
      deps: [signed],
      content: { ...moved, allergies: { [entryIdAt(5)]: active("nuts") } },
    });
    expect(reviews(history)).toEqual([
      {
        kind: "attendance",
        group: "plan",
        statement: statementOf(history, later),
        change: recorded,
      },
    ]);
  });

  test("[CF-16] nothing is asked about what agrees, what came before, or what had been seen", () => {
    expect(
      reviews(
        parted({ ...treated, allergies: { [entryIdAt(5)]: active("nuts") } })
          .history,
      ),
    ).toEqual([]);
    expect(reviews(parted(moved, "none").history)).toEqual([]);
    const seen = parted(moved);
    seen.history.sign({
      deps: [seen.signed, seen.recorded].sort(),
      content: moved,
    });
    expect(reviews(seen.history)).toEqual([]);
    const known = parted(moved);
    known.history.set(
      [known.signed, known.recorded].sort(),
      "progress",
      "done",
    );
    expect(reviews(known.history)).toEqual([]);
  });

  test("[CF-16] a slot is contradicted by an arrival when it was cancelled or moved", () => {
    const { isContradicted } = appointment.groups.slot.contradictedBy ?? {};
    const slot = {
      status: "booked",
      period: {
        start: "2026-03-01T09:00:00.000Z",
        end: "2026-03-01T09:30:00.000Z",
      },
      participants: {},
    } as const;
    expect(isContradicted?.({ ...slot, status: "cancelled" }, slot)).toBe(true);
    expect(
      isContradicted?.(
        {
          ...slot,
          period: { ...slot.period, start: "2026-03-01T08:00:00.000Z" },
        },
        slot,
      ),
    ).toBe(true);
    expect(isContradicted?.({ ...slot, period: null }, slot)).toBe(true);
    expect(isContradicted?.(slot, slot)).toBe(false);
    expect(
      isContradicted?.(
        { ...slot, status: "cancelled" },
        { ...slot, status: "cancelled" },
      ),
    ).toBe(false);
  });
});

test("[CF-15] [CF-16] every order of arrival asks the same", () => {
  const history = new History();
  const first = history.sign({ deps: [history.creation], content: treated });
  history.sign({ deps: [first], content: { ...treated, risk: "high" } });
  measure(history, [first]);
  history.set([first], "progress", "begun");
  history.set([history.creation], "progress", "done");
  const expected = reviews(history);
  expect(expected.map(({ kind }) => kind)).toEqual([
    "new-result",
    "attendance",
    "attendance",
  ]);
  let orders = 0;
  for (const order of causalOrders(history)) {
    const index = new ChangeIndex();
    const fold = new RecordFold();
    for (const hash of order) {
      const row = history.index.get(hash);
      if (row !== undefined) index.add(row);
      fold.addChange(history.written(hash).edits);
    }
    expect(deriveReviews(chart, index, fold)).toEqual(expected);
    orders += 1;
  }
  expect(orders).toBe(30);
});
