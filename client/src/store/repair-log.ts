/**
 * Makes a log whole again of which rows are missing, because they were damaged: what is left agrees with itself, and the rest is
 * fetched anew. SPEC CL-22.
 *
 * A change stays if its row and its bytes are here. Everything that can be derived is derived again. The device no longer knows
 * where it stands in any scope's log, so it asks for all of it; until then nothing counts as accepted, for the server may have been
 * restored meanwhile: this device's own work is offered again, and the server's answer settles it.
 */
import {
  changeHashSchema,
  decodeChange,
  defaultChangeLimits,
  recordIdSchema,
  type ChangeHash,
  type RecordId,
  type Table,
  type WriteTransaction,
} from "@suture/schema";

import { meaningOf, setProgress } from "./change-rows.ts";
import {
  changeBytesTable,
  changePacksTable,
  changesByHashTable,
  changesTable,
  damageReportsTable,
  incompleteRecordsTable,
  logRowsTable,
  lostProofsTable,
  lostRowsTable,
  missingTable,
  pendingTable,
  receiptsTable,
  recordsTable,
  scopesTable,
  staleViewsTable,
  viewsByLabelTable,
  viewsByWordTable,
  viewsInConflictTable,
  viewsTable,
} from "./client-tables.ts";
import { changeDevice } from "./device-row.ts";
import type { LocalChange } from "./local-change.ts";
import { rebuildPending } from "./rebuild-pending.ts";

interface ChangeName {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
}

/** What a log does first when it is opened. */
export async function makeRowsAgree(
  tx: WriteTransaction,
  nowMs: number,
): Promise<void> {
  await repairAfterDamage(tx, nowMs);
  await rebuildPending(tx);
}

/** Does nothing but where damage was noted since it last ran. */
export async function repairAfterDamage(
  tx: WriteTransaction,
  nowMs: number,
): Promise<void> {
  const reports = (await tx.scan(damageReportsTable)).filter(
    ({ value }) => value.repairedAtMs === null,
  );
  if (reports.length === 0) return;
  const missing = [...(await repairLog(tx))];
  // The damage may have been there: work that is not listed would never go, nor hold anybody's leaving back.
  await rebuildPending(tx);
  for (const { key, value } of reports)
    await tx.put(damageReportsTable, key, {
      ...value,
      missing,
      repairedAtMs: nowMs,
    });
}

/** Gives back the changes that are not here any more. */
async function repairLog(tx: WriteTransaction): Promise<readonly ChangeName[]> {
  const named = await changesNamed(tx);
  const held: LocalChange[] = [];
  for (const { key, value } of await tx.scan(changesTable)) {
    const { recordId, hash } = value;
    const bytes = await tx.get(changeBytesTable, [recordId, hash]);
    if (bytes === undefined) {
      await tx.delete(changesTable, key);
      continue;
    }
    held.push(value);
    named.delete(nameOf(value));
  }
  for (const { recordId, hash } of named.values()) {
    await tx.delete(changesByHashTable, [recordId, hash]);
    await tx.delete(changeBytesTable, [recordId, hash]);
  }
  for (const table of fromTheServer) await empty(tx, table);
  for (const table of madeAnew) await empty(tx, table);
  for (const change of held) await keep(tx, change);
  await dropEmptyRecords(tx, new Set(held.map(({ recordId }) => recordId)));
  await keepCounting(tx, held);
  return [...named.values()];
}

/** Where this device stood, and what it knew of the server's log. */
const fromTheServer: readonly Table<unknown>[] = [
  scopesTable,
  logRowsTable,
  lostRowsTable,
  lostProofsTable,
  missingTable,
  incompleteRecordsTable,
  receiptsTable,
];

/** Made anew from the changes. */
const madeAnew: readonly Table<unknown>[] = [
  changePacksTable,
  viewsTable,
  viewsByLabelTable,
  viewsByWordTable,
  viewsInConflictTable,
];

async function changesNamed(
  tx: WriteTransaction,
): Promise<Map<string, ChangeName>> {
  const keys = [
    ...(await tx.scan(changesByHashTable)),
    ...(await tx.scan(changeBytesTable)),
  ].map(({ key }) => ({
    recordId: recordIdSchema.parse(key[0]),
    hash: changeHashSchema.parse(key[1]),
  }));
  const values = [
    ...(await tx.scan(changesTable)),
    ...(await tx.scan(pendingTable)),
  ].map(({ value: { recordId, hash } }) => ({ recordId, hash }));
  return new Map([...keys, ...values].map((name) => [nameOf(name), name]));
}

async function keep(tx: WriteTransaction, change: LocalChange): Promise<void> {
  const { recordId, hash, localNumber, progress, personId } = change;
  await tx.put(changesByHashTable, [recordId, hash], localNumber);
  if (change.isCreation) await keepRecord(tx, change);
  if (progress.state === "accepted")
    await setProgress(tx, change, {
      state: "pending",
      held: null,
      isRestore: personId === null,
    });
  else await tx.put(staleViewsTable, [recordId], true);
}

async function keepRecord(
  tx: WriteTransaction,
  { recordId, hash }: LocalChange,
): Promise<void> {
  const bytes = await tx.get(changeBytesTable, [recordId, hash]);
  const decoded = bytes && decodeChange(bytes, defaultChangeLimits);
  const creates =
    decoded?.ok === true ? meaningOf(decoded.value).creates : null;
  if (creates !== null)
    await tx.put(recordsTable, [recordId], { recordId, ...creates });
}

async function dropEmptyRecords(
  tx: WriteTransaction,
  recordIds: ReadonlySet<RecordId>,
): Promise<void> {
  for (const { key, value } of await tx.scan(recordsTable))
    if (!recordIds.has(value.recordId)) await tx.delete(recordsTable, key);
  for (const { key } of await tx.scan(staleViewsTable))
    if (!recordIds.has(recordIdSchema.parse(key[0])))
      await tx.delete(staleViewsTable, key);
}

/** No number is given twice. */
async function keepCounting(
  tx: WriteTransaction,
  held: readonly LocalChange[],
): Promise<void> {
  await changeDevice(tx, (row) => ({
    ...row,
    nextLocalNumber: held.reduce(
      (next, { localNumber }) => Math.max(next, localNumber + 1),
      row.nextLocalNumber ?? 1,
    ),
  }));
}

async function empty(
  tx: WriteTransaction,
  table: Table<unknown>,
): Promise<void> {
  for (const { key } of await tx.scan(table)) await tx.delete(table, key);
}

function nameOf({ recordId, hash }: ChangeName): string {
  return `${recordId} ${hash}`;
}
