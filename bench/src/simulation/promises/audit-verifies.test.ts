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

/** Two admitted changes, each with its entry. */
function write() {
  const disk = new PaperDisk(["audit", "log", "log_heads"]);
  disk.put("log_heads", organizationId, scopeId, { epoch: "e" });
  let audit = sha256(`suture audit ${scopeId}`);
  let log = sha256(`suture log ${scopeId} e`);
  for (const sequence of [1, 2]) {
    const row = {
      recordId: "r",
      hash: `0${sequence}`.repeat(32),
      memberId: "m",
      deviceId: "d",
    };
    log = createHash("sha256")
      .update(Buffer.from(log, "hex"))
      .update(Buffer.from(row.hash, "hex"))
      .update("r m d")
      .digest("hex");
    const entry = { event: "change-admitted", sequence };
    const link = { name: "audit", scopeId, sequence, atMs: 1, entry };
    audit = sha256(textOf({ ...link, previous: audit }));
    put(disk, "log", sequence, { ...row, chain: log });
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
  const entry = { event: "change-admitted", sequence: 1 };
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
  const row = { recordId: "r", memberId: "m", deviceId: "d" };
  put(disk, "log", 2, { ...row, hash: "03".repeat(32), chain: "0" });
  expect(verdict()).toContain("the log");
});

test("[PM-9] a row of a log that the audit does not tell of once is noticed", () => {
  const { disk, verdict } = write();
  disk.remove("audit", `${scopeId} #a2`);
  expect(verdict()).toContain("tells 0 times");
});
