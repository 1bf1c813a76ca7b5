import {
  deviceIdSchema,
  firstAuditChain,
  firstChain,
  nextAuditChain,
  nextChain,
  organizationScope,
  recordIdFromBytes,
  changeHashSchema,
  type LogLink,
} from "@suture/schema";
import { expect, test } from "vitest";

import type { AuditPage, ChainedEntry } from "../http/audit-api.ts";
import { ChainVerifier } from "./verify-pages.ts";

const organizationId = recordIdFromBytes(new Uint8Array(16).fill(1));
const memberId = recordIdFromBytes(new Uint8Array(16).fill(2));
const deviceId = deviceIdSchema.parse("00000000-0000-4000-8000-000000000001");
const scopeId = organizationScope(organizationId);
const epoch = "e".repeat(32);

const link = (digit: string): LogLink => ({
  recordId: organizationId,
  hash: changeHashSchema.parse(digit.repeat(64)),
  memberId,
  deviceId,
});
const links = [link("a"), link("b"), link("c")];

/** A sign-in, then two stretches of the log, as a server chains and tells them. */
function tell(): { page: AuditPage; head: string; logHead: string } {
  const entries: ChainedEntry[] = [];
  let chain = firstAuditChain("audit", scopeId);
  let log = firstChain(scopeId, epoch);
  const add = (entry: ChainedEntry["entry"]) => {
    const sequence = entries.filter((each) => each.chain !== null).length + 1;
    const atMs = 1_000 * sequence;
    const name = "audit" as const;
    chain = nextAuditChain(chain, { name, scopeId, sequence, atMs, entry });
    entries.push({ sequence, atMs, entry, chain });
    return { sequence, atMs };
  };
  const admit = (rows: readonly LogLink[], from: number) => {
    for (const row of rows) log = nextChain(log, row);
    const toSequence = from + rows.length - 1;
    const event = "changes-admitted";
    const at = add({ event, fromSequence: from, toSequence, chain: log });
    for (const [index, row] of rows.entries())
      entries.push({
        ...at,
        entry: { event: "change-admitted", ...row, sequence: from + index },
        chain: null,
      });
  };
  add({ event: "sign-in", memberId });
  admit(links.slice(0, 2), 1);
  admit(links.slice(2), 3);
  const leaf = {
    scopeId,
    log: { epoch, sequence: 3, chain: log },
    auditSequence: 3,
    auditChain: chain,
  };
  const page: AuditPage = {
    scopeId,
    chain: "audit",
    entries,
    next: null,
    scopeIds: [scopeId],
    checkpoint: { jws: "", proofs: [{ leaf, path: [] }] },
  };
  return { page, head: chain, logHead: log };
}

function verify(
  page: AuditPage,
  change: (entries: ChainedEntry[]) => ChainedEntry[] = (entries) => entries,
) {
  const verifier = new ChainVerifier(scopeId, "audit");
  const changed = { ...page, entries: change([...page.entries]) };
  return { verifier, broken: verifier.read(changed) };
}

test("[AP-93] what is as it was written holds, the log with it, wherever pages are cut", () => {
  const { page } = tell();
  const { verifier, broken } = verify(page);
  expect(broken).toBeNull();
  expect(verifier.count).toBe(3);
  for (let cut = 0; cut <= page.entries.length; cut += 1) {
    const paged = new ChainVerifier(scopeId, "audit");
    const first = { ...page, entries: page.entries.slice(0, cut), next: "1" };
    const second = { ...page, entries: page.entries.slice(cut) };
    expect(paged.read(first)).toBeNull();
    expect(paged.read(second)).toBeNull();
    const [proof] = page.checkpoint?.proofs ?? [];
    expect(proof && paged.covers(proof.leaf)).toBeNull();
  }
});

test("[AP-93] an entry that was changed, taken out or slipped in is the first that does not hold", () => {
  const { page } = tell();
  const changed = verify(page, ([first, ...rest]) =>
    first === undefined
      ? []
      : [
          { ...first, entry: { ...first.entry, memberId: organizationId } },
          ...rest,
        ],
  );
  expect(changed.broken).toEqual({ sequence: 1, problem: "not-continued" });
  const missing = verify(page, (entries) => entries.slice(1));
  expect(missing.broken).toEqual({ sequence: 2, problem: "gap" });
});

test("[AP-93] a row of the log that was exchanged or left out shows in the entry that tells of it", () => {
  const { page } = tell();
  const exchanged = verify(page, (entries) =>
    entries.map((each) =>
      each.entry["sequence"] === 2 && each.chain === null
        ? { ...each, entry: { ...each.entry, hash: "d".repeat(64) } }
        : each,
    ),
  );
  expect(exchanged.broken).toEqual({ sequence: 2, problem: "log-differs" });
  const shortened = verify(page, (entries) => entries.slice(0, -1));
  expect(shortened.broken).toEqual({ sequence: 3, problem: "log-differs" });
});

test("[AP-93] a chain that was rewritten as a whole is not the one that the checkpoint signs", () => {
  const { page } = tell();
  const [proof] = page.checkpoint?.proofs ?? [];
  if (proof === undefined) throw new Error("no proof");
  const { verifier } = verify(page);
  const other = { ...proof.leaf, auditChain: "0".repeat(64) };
  expect(verifier.covers(other)).toEqual({
    sequence: 3,
    problem: "not-covered",
  });
  const cut = verify(page, (entries) => entries.slice(0, 1));
  expect(cut.verifier.covers(proof.leaf)).toMatchObject({
    problem: "not-covered",
  });
});
