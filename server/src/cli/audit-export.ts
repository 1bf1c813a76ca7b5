import {
  organizationScope,
  recordIdSchema,
  type Clock,
  type RecordId,
  type Store,
} from "@suture/schema";

import { appendAudit } from "../audit/append-audit.ts";
import {
  auditReadsTable,
  auditTable,
  checkpointsTable,
} from "../audit/audit-tables.ts";
import { organizationsOf } from "../server.ts";
import type { CliOutput, ExitCode } from "./cli-output.ts";

export interface AuditExportOptions {
  /** All, if left out. */
  readonly organizationId: string | undefined;
}

/**
 * `suture audit export --ndjson`: one JSON object a line, `{ organizationId, chain, scopeId, sequence, atMs, entry, hash }`, then
 * the signed checkpoints. Ids, hashes and codes only. The export itself becomes an entry, first. SPEC AU-10.
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
    await noteExport(store, clock, each);
    await exportOrganization(store, output, each);
  }
  return 0;
}

async function noteExport(
  store: Store,
  clock: Clock,
  organizationId: RecordId,
): Promise<void> {
  const at = {
    scopeId: organizationScope(organizationId),
    atMs: clock.now(),
  };
  await store.write(organizationId, (tx) =>
    appendAudit(tx, at, {
      event: "exported",
      memberId: null,
      what: "audit",
      recordId: null,
    }),
  );
}

const pageRows = 1_000;

async function exportOrganization(
  store: Store,
  output: CliOutput,
  organizationId: RecordId,
): Promise<void> {
  for (const [chain, table] of [
    ["audit", auditTable],
    ["reads", auditReadsTable],
  ] as const) {
    for (let after: readonly (string | number)[] | undefined; ;) {
      const rows = await store.read(organizationId, (tx) =>
        tx.scan<{ atMs: number; entry: unknown; chain: string }>(table, {
          limit: pageRows,
          ...(after && { after }),
        }),
      );
      for (const { key, value } of rows) {
        const [scopeId, sequence] = key;
        const { atMs, entry, chain: hash } = value;
        const line = {
          organizationId,
          chain,
          scopeId,
          sequence,
          atMs,
          entry,
          hash,
        };
        output.out(JSON.stringify(line));
      }
      after = rows.at(-1)?.key;
      if (rows.length < pageRows) break;
    }
  }
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
