import { expect, test } from "vitest";
import {
  changeIndexTable,
  logHeadsTable,
  logTable,
  recordsTable,
} from "./log-tables.ts";

const hash = "a".repeat(64);
const recordId = "4NMNnkMhL8jXrdJ9jamS58PAVdXu";
const deviceId = "00000000-0000-4000-8000-000000000001";
const opId = `1@${"b".repeat(32)}`;
const scopeId = `team:${recordId}`;

const cases = [
  {
    table: recordsTable,
    row: {
      recordId,
      recordType: "patient",
      parentId: null,
      scopeId,
      createdByMemberId: recordId,
      createdAtMs: 1,
      creation: hash,
      changeCount: 1,
      tip: hash,
      parents: [{ opId, parentId: recordId }],
    },
  },
  {
    table: changeIndexTable,
    row: {
      hash,
      actor: "b".repeat(32),
      seq: 1,
      startOp: 1,
      opCount: 1,
      deps: [hash],
      writes: [{ target: "notes/x", count: 1 }],
      isRooted: true,
      statements: { service: { opId, pred: [opId] } },
      memberId: recordId,
      deviceId,
      admittedAtMs: 1,
      places: [{ scopeId, sequence: 1, chain: hash }],
    },
  },
  {
    table: logTable,
    row: {
      recordId,
      recordType: "patient",
      hash,
      memberId: recordId,
      deviceId,
      admittedAtMs: 1,
      chain: hash,
    },
  },
  {
    table: logHeadsTable,
    row: { epoch: "0".repeat(32), sequence: 0, chain: hash },
  },
];

/** The row with one member, at any depth, gone or of another kind. */
function* brokenForms(value: unknown): Generator<unknown> {
  yield { strange: true };
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries())
      for (const form of brokenForms(item)) yield value.with(at, form);
  } else if (typeof value === "object" && value !== null) {
    const members = Object.entries(value);
    for (const [name, member] of members) {
      yield Object.fromEntries(members.filter(([other]) => other !== name));
      for (const form of brokenForms(member)) yield { ...value, [name]: form };
    }
  }
}

test("[ST-10] a row of another form than its table's is never read, whichever part of it differs", () => {
  for (const { table, row } of cases) {
    expect(table.parse(row)).toEqual(row);
    let count = 0;
    for (const form of brokenForms(row)) {
      // What is optional nowhere: an entry of `statements` may be missing, nothing else.
      if (JSON.stringify(form).includes('"statements":{}')) continue;
      expect(() => table.parse(form), JSON.stringify(form)).toThrow();
      count += 1;
    }
    expect(count).toBeGreaterThan(5);
  }
});

test("[ST-10] a row that is only looked at is what its schema would have read", () => {
  for (const { table, row } of cases) {
    const looked: unknown = table.parse(row);
    expect(looked).toBe(row);
  }
});
