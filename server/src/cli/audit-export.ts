import {
  organizationScope,
  recordIdSchema,
  scopeIdSchema,
  type AuditChainName,
  type Clock,
  type ReadTransaction,
  type RecordId,
  type ScopeId,
  type Store,
} from "@suture/schema";

import { appendAudit } from "../audit/append-audit.ts";
import {
  auditHeadsTable,
  auditReadHeadsTable,
  auditReadsTable,
  checkpointsTable,
} from "../audit/audit-tables.ts";
import {
  auditStart,
  readAudit,
  type AuditCursor,
} from "../audit/read-audit.ts";
import { organizationsOf } from "../server.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";

export interface AuditExportOptions {
  /** All, if left out. */
  readonly organizationId: string | undefined;
}

/**
 * `suture audit export --ndjson`: one JSON object a line, `{ organizationId, chain, scopeId, sequence, atMs, entry, hash }`, then
 * the signed checkpoints. Behind an entry `changes-admitted` stand the changes that it tells of, with its sequence and a `hash` of
 * null (SPEC AU-18). Ids, hashes and codes only. The export itself becomes an entry, first, that says how far it goes: what a
 * server appends meanwhile is not in it. SPEC AU-10, AU-13.
 */
export async function runAuditExport(
  store: Store,
  output: CliOutput,
  clock: Clock,
  { organizationId }: AuditExportOptions,
): Promise<ExitCode> {
  const held = await organizationsOf(store);
  const wanted = recordIdSchema.optional().safeParse(organizationId);
  const chosen = held.filter(
    (each) => organizationId === undefined || each === wanted.data,
  );
  if (organizationId !== undefined && chosen.length === 0) {
    output.err("There is no such organization.");
    return 2;
  }
  for (const each of chosen) {
    const upTo = await noteExport(store, clock, each);
    await exportOrganization(store, output, each, upTo);
  }
  return 0;
}

interface ChainEnd {
  readonly chain: AuditChainName;
  readonly scopeId: ScopeId;
  readonly sequence: number;
}

/** Where each chain ends, the entry of this export included. */
async function noteExport(
  store: Store,
  clock: Clock,
  organizationId: RecordId,
): Promise<readonly ChainEnd[]> {
  const scopeId = organizationScope(organizationId);
  return store.write(organizationId, async (tx) => {
    const ends = [
      ...(await chainEnds(tx, "audit")),
      ...(await chainEnds(tx, "reads")),
    ];
    const isOwn = (end: ChainEnd) =>
      end.chain === "audit" && end.scopeId === scopeId;
    const sequence = (ends.find(isOwn)?.sequence ?? 0) + 1;
    const upTo = [
      { chain: "audit" as const, scopeId, sequence },
      ...ends.filter((end) => !isOwn(end)),
    ];
    await appendAudit(
      tx,
      { scopeId, atMs: clock.now() },
      {
        event: "exported",
        memberId: null,
        what: "audit",
        recordId: null,
        count: upTo.reduce((count, end) => count + end.sequence, 0),
        upTo,
      },
    );
    return upTo;
  });
}

async function chainEnds(
  tx: ReadTransaction,
  chain: AuditChainName,
): Promise<readonly ChainEnd[]> {
  const table = chain === "audit" ? auditHeadsTable : auditReadHeadsTable;
  const heads = await tx.scan<{ sequence: number }>(table);
  return heads.map(({ key, value }) => ({
    chain,
    scopeId: scopeIdSchema.parse(key[0]),
    sequence: value.sequence,
  }));
}

const pageRows = 1_000;

async function exportOrganization(
  store: Store,
  output: CliOutput,
  organizationId: RecordId,
  upTo: readonly ChainEnd[],
): Promise<void> {
  for (const end of upTo)
    if (end.chain === "audit")
      await exportAudit(store, output, organizationId, end);
  for (const end of upTo)
    if (end.chain === "reads")
      await exportReads(store, output, organizationId, end);
  for (let after: readonly (string | number)[] | undefined; ;) {
    const rows = await store.read(organizationId, (tx) =>
      tx.scan(checkpointsTable, {
        limit: pageRows,
        ...(after && { after }),
      }),
    );
    for (const { value } of rows) {
      const { claims, jws, changedLeaves } = value;
      const line = {
        organizationId,
        checkpoint: claims.number,
        jws,
        changedLeaves,
      };
      output.out(JSON.stringify(line));
    }
    after = rows.at(-1)?.key;
    if (rows.length < pageRows) break;
  }
}

/** The entries of a scope's chain up to its end, each with the changes that it tells of. */
async function exportAudit(
  store: Store,
  output: CliOutput,
  organizationId: RecordId,
  { scopeId, sequence: end }: ChainEnd,
): Promise<void> {
  let after: AuditCursor | null = auditStart;
  while (after !== null) {
    const from: AuditCursor = after;
    const { entries, next } = await store.read(organizationId, (tx) =>
      readAudit(tx, scopeId, from, pageRows),
    );
    for (const { sequence, atMs, entry, chain: hash } of entries) {
      if (sequence > end) return;
      const place = { organizationId, chain: "audit", scopeId, sequence };
      output.out(JSON.stringify({ ...place, atMs, entry, hash }));
    }
    after = next;
  }
}

async function exportReads(
  store: Store,
  output: CliOutput,
  organizationId: RecordId,
  { scopeId, sequence: end }: ChainEnd,
): Promise<void> {
  for (let after = 0; after < end; after += pageRows) {
    const rows = await store.read(organizationId, (tx) =>
      tx.scan(auditReadsTable, {
        prefix: [scopeId],
        after: [scopeId, after],
        limit: Math.min(pageRows, end - after),
      }),
    );
    for (const { key, value } of rows) {
      const { atMs, entry, chain: hash } = value;
      const place = { organizationId, chain: "reads", scopeId };
      output.out(
        JSON.stringify({ ...place, sequence: key[1], atMs, entry, hash }),
      );
    }
  }
}
