/** What happens to changes whose place in a log is not sure any more: they are pending again, until the server says otherwise. SPEC CL-8. */
import {
  scopeIdSchema,
  type RecordId,
  type ScopeId,
  type WriteTransaction,
} from "@suture/schema";

import { findChange, setProgress } from "./change-rows.ts";
import { logRowsTable, scopesTable } from "./client-tables.ts";
import type { LocalChange, LocalPlace } from "./local-change.ts";

/**
 * Before a scope is followed from its beginning: what is known of it from an earlier time, or from verdicts alone, nobody has watched
 * over since. `isDoubted` where the server is known to lack something. Gives back the records concerned.
 */
export async function doubtPlaces(
  tx: WriteTransaction,
  scopeId: ScopeId,
  isDoubted = false,
): Promise<readonly RecordId[]> {
  const rows = await tx.scan(logRowsTable, { prefix: [scopeId] });
  if (rows.length === 0) return [];
  const followed = await followedScopes(tx);
  const stays = (place: LocalPlace) => followed.has(place.scopeId);
  for (const { key, value } of rows) {
    await tx.delete(logRowsTable, key);
    const change = await findChange(tx, value.recordId, value.hash);
    if (change !== undefined)
      await returnToPending(tx, change, stays, isDoubted);
  }
  return rows.map(({ value }) => value.recordId);
}

/** A restored server has lost more than what is in the scopes that this device follows. Gives back the records concerned. */
export async function doubtUnfollowed(
  tx: WriteTransaction,
): Promise<readonly RecordId[]> {
  const recordIds: RecordId[] = [];
  const followed = await followedScopes(tx);
  for (let after: readonly (string | number)[] | undefined; ;) {
    const [row] = await tx.scan(logRowsTable, {
      ...(after !== undefined && { after }),
      limit: 1,
    });
    if (row === undefined) return recordIds;
    const scopeId = scopeIdSchema.parse(row.key[0]);
    after = [scopeId, Number.MAX_SAFE_INTEGER];
    if (!followed.has(scopeId))
      recordIds.push(...(await doubtPlaces(tx, scopeId, true)));
  }
}

async function followedScopes(
  tx: WriteTransaction,
): Promise<ReadonlySet<unknown>> {
  const scopes = await tx.scan(scopesTable);
  return new Set(scopes.map(({ key }) => key[0]));
}

/** Unless a place is left that `stays`: a place counts where this device would notice its loss, in a scope whose log it follows. */
export async function returnToPending(
  tx: WriteTransaction,
  change: LocalChange,
  stays: (place: LocalPlace) => boolean,
  isDoubted = false,
): Promise<void> {
  const { progress } = change;
  if (progress.state !== "accepted") return;
  const places = progress.places.filter(stays);
  if (places.length > 0) {
    await setProgress(tx, change, { ...progress, places });
    return;
  }
  await setProgress(tx, change, {
    state: "pending",
    held: null,
    isRestore: change.personId === null,
    ...(isDoubted && { isDoubted }),
  });
}
