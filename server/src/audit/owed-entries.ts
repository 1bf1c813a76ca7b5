/**
 * Writes the entries that identity owes to the audit: events that were written down in the transaction of the act itself, in
 * another partition than the chains. SPEC AU-11.
 *
 * Each becomes one entry, in the order of the acts and with their time, however often this ends half-way: the entry and the
 * number of the event are written in one transaction of the organization, and a number that stands there is not told again.
 * An organization whose chain cannot be written keeps nobody from acting: its events stay owed until the next act or start.
 */
import {
  organizationScope,
  type RecordId,
  type Row,
  type Store,
} from "@suture/schema";

import {
  identityPartition,
  owedEventsTable,
  type OwedEvent,
} from "../identity/identity-tables.ts";
import type { SystemLog } from "../system-log.ts";
import { appendAudit } from "./append-audit.ts";
import { auditSettledTable } from "./audit-tables.ts";
import type { Checkpointer } from "./checkpointer.ts";

export interface OwedEntries {
  /** Resolves once everything that was owed at the call was told, or could not be and the log says so. */
  settle(): Promise<void>;
}

export function createOwedEntries(deps: {
  readonly store: Store;
  readonly log: SystemLog;
  readonly checkpoints: Pick<Checkpointer, "noteAppended">;
}): OwedEntries {
  const { store, log, checkpoints } = deps;
  let running = Promise.resolve();
  let next: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Whoever calls from here on may owe what this run does not see.
    next = undefined;
    try {
      await settleOwed(store, {
        onAppended: (organizationId) =>
          checkpoints.noteAppended(organizationId),
        onFailed: (organizationId, cause) =>
          log.error("audit.owed", { organizationId }, cause),
      });
    } catch (cause) {
      log.error("audit.owed", {}, cause);
    }
  }

  return {
    settle() {
      next ??= running = running.then(run);
      return next;
    },
  };
}

const pageRows = 500;

/** One pass over what is owed. Two side by side do no harm, and the second nothing but work. */
export async function settleOwed(
  store: Store,
  on: {
    onAppended(organizationId: RecordId): void;
    onFailed(organizationId: RecordId, cause: unknown): void;
  },
): Promise<void> {
  let after = 0;
  for (;;) {
    const page = await store.read(identityPartition, (tx) =>
      tx.scan(owedEventsTable, { after: [after], limit: pageRows }),
    );
    const settled: Row<OwedEvent>[] = [];
    for (const [organizationId, rows] of byOrganization(page)) {
      try {
        await tell(store, organizationId, rows);
      } catch (cause) {
        on.onFailed(organizationId, cause);
        continue;
      }
      settled.push(...rows);
      on.onAppended(organizationId);
    }
    if (settled.length > 0)
      await store.write(identityPartition, async (tx) => {
        for (const { key } of settled) await tx.delete(owedEventsTable, key);
      });
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    after = numberOf(last);
  }
}

function byOrganization(
  rows: readonly Row<OwedEvent>[],
): ReadonlyMap<RecordId, readonly Row<OwedEvent>[]> {
  const grouped = new Map<RecordId, Row<OwedEvent>[]>();
  for (const row of rows) {
    const { organizationId } = row.value;
    const group = grouped.get(organizationId);
    if (group === undefined) grouped.set(organizationId, [row]);
    else group.push(row);
  }
  return grouped;
}

/** By rising number, so that one number says what was told. */
async function tell(
  store: Store,
  organizationId: RecordId,
  rows: readonly Row<OwedEvent>[],
): Promise<void> {
  const scopeId = organizationScope(organizationId);
  await store.write(organizationId, async (tx) => {
    const settled = await tx.get(auditSettledTable, ["identity"]);
    let last = settled?.number ?? 0;
    for (const row of rows) {
      const number = numberOf(row);
      if (number <= last) continue;
      last = number;
      const { atMs, event } = row.value;
      await appendAudit(tx, { scopeId, atMs }, event);
    }
    if (last !== settled?.number)
      await tx.put(auditSettledTable, ["identity"], { number: last });
  });
}

function numberOf({ key }: Row<OwedEvent>): number {
  return Number(key[0]);
}
