import { createHash } from "node:crypto";
import { expect, test } from "vitest";

import { textOf } from "../model/canonical-text.ts";
import { wrongInChains } from "./audit-verifies.ts";
import {
  organizationId,
  PaperDisk,
  scopeId,
} from "./paper-evidence.test-support.ts";

const sha256 = (text: string) =>
  createHash("sha256").update(text).digest("hex");

type Stretch = Readonly<Record<string, unknown>>;

/** Three admitted changes, of which one entry tells of the first two; or what a test says instead. */
function write(
  tell: (stretches: readonly Stretch[]) => readonly Stretch[] = (same) => same,
  times: readonly number[] = [1, 1, 1],
) {
  const disk = new PaperDisk(["audit", "log", "log_heads"]);
  disk.put("log_heads", organizationId, scopeId, { epoch: "e" });
  const chains = [sha256(`suture log ${scopeId} e`)];
  for (const sequence of [1, 2, 3]) {
    const row = {
      recordId: "r",
      hash: `0${sequence}`.repeat(32),
      memberId: "m",
      deviceId: "d",
      admittedAtMs: times[sequence - 1],
    };
    const chain = createHash("sha256")
      .update(Buffer.from(chains[sequence - 1] ?? "", "hex"))
      .update(Buffer.from(row.hash, "hex"))
      .update("r m d")
      .digest("hex");
    chains.push(chain);
    put(disk, "log", sequence, { ...row, chain });
  }
  let audit = sha256(`suture audit ${scopeId}`);
  const stretches = tell([
    { fromSequence: 1, toSequence: 2, chain: chains[2] },
    { fromSequence: 3, toSequence: 3, chain: chains[3] },
  ]);
  for (const [index, stretch] of stretches.entries()) {
    const sequence = index + 1;
    const entry = { event: "changes-admitted", ...stretch };
    const link = { name: "audit", scopeId, sequence, atMs: 1, entry };
    audit = sha256(textOf({ ...link, previous: audit }));
    put(disk, "audit", sequence, { atMs: 1, entry, chain: audit });
  }
  return {
    disk,
    verdict: () => {
      disk.restart();
      return wrongInChains(disk.reader);
    },
  };
}

function put(
  disk: PaperDisk,
  table: string,
  sequence: number,
  row: object,
): void {
  disk.put(table, organizationId, `${scopeId} #a${sequence}`, row);
}

test("[PM-12] chains that are as they were written are whole", () => {
  expect(write().verdict()).toBeUndefined();
});

test("[PM-12] an entry that is changed, missing or made up breaks the audit", () => {
  const entry = { event: "changes-admitted", fromSequence: 1, toSequence: 1 };
  const changed = write();
  put(changed.disk, "audit", 1, { atMs: 2, entry, chain: "0" });
  expect(changed.verdict()).toContain("broken at 1");
  const missing = write();
  missing.disk.remove("audit", `${scopeId} #a1`);
  expect(missing.verdict()).toContain("broken at 2");
  const madeUp = write();
  put(madeUp.disk, "audit", 3, { atMs: 1, entry, chain: "0" });
  expect(madeUp.verdict()).toContain("broken at 3");
});

test("[PM-12] a log row that is not what its chain says breaks the log", () => {
  const { disk, verdict } = write();
  const row = { recordId: "r", memberId: "m", deviceId: "d", admittedAtMs: 1 };
  put(disk, "log", 2, { ...row, hash: "03".repeat(32), chain: "0" });
  expect(verdict()).toContain("the log");
});

test.each([
  ["left out", (all: readonly Stretch[]) => all.slice(0, 1), "tells 0 times"],
  [
    "told twice",
    (all: readonly Stretch[]) => [...all, ...all.slice(1)],
    "tells 2 times",
  ],
  [
    "overlapping",
    ([first, last]: readonly Stretch[]) => [
      { ...first },
      { ...last, fromSequence: 2 },
    ],
    "tells 2 times",
  ],
  [
    "beyond the log",
    ([first, last]: readonly Stretch[]) => [
      { ...first },
      { ...last, toSequence: 4 },
    ],
    "no row",
  ],
  [
    "with another chain",
    ([first, last]: readonly Stretch[]) => [
      { ...first, chain: "0" },
      { ...last },
    ],
    "another chain at row 2",
  ],
])(
  "[PM-9] a row of a log that the audit does not tell of once is noticed: %s",
  (_, tell, words) => {
    expect(write(tell).verdict()).toContain(words);
  },
);

test("[PM-12] a row of another time than its entry is noticed, unless it was admitted then in another log", () => {
  const { disk, verdict } = write((same) => same, [1, 7, 1]);
  expect(verdict()).toContain("2 at another time");
  // Where its record was before it moved here.
  const elsewhere = "team:t";
  const hash = "02".repeat(32);
  const log = createHash("sha256")
    .update(Buffer.from(sha256(`suture log ${elsewhere} e`), "hex"))
    .update(Buffer.from(hash, "hex"))
    .update("r m d")
    .digest("hex");
  const entry = {
    event: "changes-admitted",
    fromSequence: 1,
    toSequence: 1,
    chain: log,
  };
  const link = { name: "audit", scopeId: elsewhere, sequence: 1, atMs: 7 };
  const previous = sha256(`suture audit ${elsewhere}`);
  const chain = sha256(textOf({ ...link, entry, previous }));
  const key = `${elsewhere} #a1`;
  const row = { recordId: "r", hash, memberId: "m", deviceId: "d" };
  disk.put("log_heads", organizationId, elsewhere, { epoch: "e" });
  disk.put("log", organizationId, key, { ...row, admittedAtMs: 7, chain: log });
  disk.put("audit", organizationId, key, { atMs: 7, entry, chain });
  expect(verdict()).toBeUndefined();
});
