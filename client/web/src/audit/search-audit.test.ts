import { expect, test } from "vitest";

import type { ChainedEntry } from "../http/audit-api.ts";
import { searchEntries, toNdjson, type Sought } from "./search-audit.ts";

const chain = "0".repeat(64);
const entries: readonly ChainedEntry[] = [
  {
    sequence: 1,
    atMs: 100,
    chain,
    entry: { event: "sign-in", memberId: "ada" },
  },
  {
    sequence: 2,
    atMs: 200,
    chain,
    entry: { event: "changes-admitted", fromSequence: 1, toSequence: 1, chain },
  },
  {
    sequence: 2,
    atMs: 200,
    chain: null,
    entry: {
      event: "change-admitted",
      recordId: "job",
      memberId: "anna",
      sequence: 1,
    },
  },
  {
    sequence: 3,
    atMs: 300,
    chain,
    entry: { event: "conflict-opened", recordId: "job", group: "service" },
  },
  {
    sequence: 4,
    atMs: 400,
    chain,
    entry: {
      event: "work-adopted",
      recordId: "job",
      memberId: "anna",
      adoptedBy: { memberId: "ada", deviceId: "d" },
    },
  },
  {
    sequence: 5,
    atMs: 500,
    chain,
    entry: {
      reads: [
        {
          kind: "http",
          atMs: 410,
          memberId: "ada",
          what: "history",
          recordId: "job",
        },
        {
          kind: "http",
          atMs: 420,
          memberId: "anna",
          what: "audit",
          recordId: null,
        },
      ],
    },
  },
];

const anything: Sought = {
  kind: "all",
  memberId: "",
  recordId: "",
  fromMs: null,
  untilMs: null,
};
const search = (sought: Partial<Sought>) =>
  searchEntries(entries, { ...anything, ...sought }).map(
    ({ event, sequence }) => `${sequence} ${event}`,
  );

test("[AP-88] entries are found by kind, record, person and time", () => {
  expect(search({})).toHaveLength(7);
  expect(search({ kind: "conflicts" })).toEqual(["3 conflict-opened"]);
  expect(search({ kind: "changes" })).toEqual(["2 change-admitted"]);
  expect(search({ kind: "refused" })).toEqual(["4 work-adopted"]);
  expect(search({ kind: "people" })).toEqual(["1 sign-in"]);
  expect(search({ recordId: "job", memberId: "ada" })).toEqual([
    "4 work-adopted",
    "5 reads",
  ]);
  expect(search({ fromMs: 200, untilMs: 300 })).toEqual([
    "2 changes-admitted",
    "2 change-admitted",
  ]);
});

test("[AP-88] of a batch of reads each is found by itself, by whoever looked and when", () => {
  expect(
    searchEntries(entries, { ...anything, kind: "reads", memberId: "anna" }),
  ).toMatchObject([{ atMs: 420, detail: "audit", recordId: null }]);
  expect(search({ fromMs: 405, untilMs: 415 })).toEqual(["5 reads"]);
});

test("[AP-92] what was found is saved one entry a line, as it came", () => {
  const found = searchEntries(entries, { ...anything, kind: "conflicts" });
  expect(toNdjson(found)).toBe(
    '{"sequence":3,"atMs":300,"entry":{"event":"conflict-opened","recordId":"job","group":"service"}}\n',
  );
});
