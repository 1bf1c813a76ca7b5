/** Reading and writing single changes inside a transaction. The row, its bytes and what is derived from it go together. */
import type {
  ChangeHash,
  DecodedChange,
  ReadTransaction,
  RecordId,
  WriteTransaction,
} from "@suture/schema";
import { recordIdSchema } from "@suture/schema";

import {
  changeBytesTable,
  changesByHashTable,
  changesTable,
  deviceKey,
  deviceTable,
  logRowsTable,
  missingTable,
  pendingTable,
  recordsTable,
  staleViewsTable,
} from "./client-tables.ts";
import type { LocalChange, LocalPlace, Progress } from "./local-change.ts";

export async function findChange(
  tx: ReadTransaction,
  recordId: RecordId,
  hash: ChangeHash,
): Promise<LocalChange | undefined> {
  const localNumber = await tx.get(changesByHashTable, [recordId, hash]);
  return localNumber === undefined
    ? undefined
    : tx.get(changesTable, [recordId, localNumber]);
}

/** All changes of a record, in local order, which is causal. */
export async function changesOf(
  tx: ReadTransaction,
  recordId: RecordId,
): Promise<readonly LocalChange[]> {
  const rows = await tx.scan(changesTable, { prefix: [recordId] });
  return rows.map((row) => row.value);
}

/** Stores a change this device does not hold yet; gives back its row. */
export async function insertChange(
  tx: WriteTransaction,
  change: Omit<LocalChange, "localNumber">,
  bytes: Uint8Array,
  meaning: ChangeMeaning,
): Promise<LocalChange> {
  const device = (await tx.get(deviceTable, deviceKey)) ?? {};
  const localNumber = device.nextLocalNumber ?? 1;
  await tx.put(deviceTable, deviceKey, {
    ...device,
    nextLocalNumber: localNumber + 1,
  });
  const { recordId, hash } = change;
  await tx.put(changeBytesTable, [recordId, hash], bytes);
  await tx.put(changesByHashTable, [recordId, hash], localNumber);
  if (meaning.creates !== null)
    await tx.put(recordsTable, [recordId], { recordId, ...meaning.creates });
  await tx.delete(missingTable, [recordId, hash]);
  const row = { ...change, localNumber };
  await putChange(tx, row);
  return row;
}

/** Replaces what has become of a change; does nothing else than `progress` says. */
export async function setProgress(
  tx: WriteTransaction,
  change: LocalChange,
  progress: Progress,
): Promise<void> {
  await putChange(tx, { ...change, progress });
}

/** Says that the server holds a change there, whatever was known of it before. */
export async function markAccepted(
  tx: WriteTransaction,
  change: LocalChange,
  place: LocalPlace,
  admittedAtMs: number | null,
): Promise<void> {
  const before =
    change.progress.state === "accepted" ? change.progress : undefined;
  const others = (before?.places ?? []).filter(
    ({ scopeId }) => scopeId !== place.scopeId,
  );
  const known = before?.places.find(({ scopeId }) => scopeId === place.scopeId);
  const chain =
    place.chain ?? (known?.sequence === place.sequence ? known.chain : null);
  await setProgress(tx, change, {
    state: "accepted",
    places: [...others, { ...place, chain }],
    admittedAtMs: admittedAtMs ?? before?.admittedAtMs ?? null,
  });
  const key = [place.scopeId, place.sequence];
  const row = await tx.get(logRowsTable, key);
  await tx.put(logRowsTable, key, {
    recordId: change.recordId,
    hash: change.hash,
    memberId: change.memberId,
    deviceId: change.deviceId,
    chain,
    admittedAtMs: admittedAtMs ?? row?.admittedAtMs ?? null,
  });
}

export function isUnsynced(progress: Progress): boolean {
  return progress.state === "pending" || progress.state === "waiting";
}

/** Somebody else's, lost by a restored server, and to be brought back. */
export function isRestore({ progress }: LocalChange): boolean {
  return progress.state === "pending" && progress.isRestore;
}

/** What the local log must know of a change's content without opening the record. */
export interface ChangeMeaning {
  readonly creates: {
    readonly recordType: string;
    readonly parentId: RecordId | null;
  } | null;
}

export function meaningOf(change: DecodedChange): ChangeMeaning {
  const textAt = (key: string) => {
    const op = change.ops.find(
      (candidate) => candidate.obj === "_root" && candidate.key === key,
    );
    return typeof op?.value === "string" ? op.value : undefined;
  };
  const recordType = textAt("recordType");
  if (textAt("recordId") === undefined || recordType === undefined)
    return { creates: null };
  const parentId = recordIdSchema.safeParse(textAt("parentId"));
  return {
    creates: { recordType, parentId: parentId.success ? parentId.data : null },
  };
}

async function putChange(
  tx: WriteTransaction,
  change: LocalChange,
): Promise<void> {
  const { recordId, localNumber, priority, hash, progress } = change;
  await tx.put(changesTable, [recordId, localNumber], change);
  if (isUnsynced(progress))
    await tx.put(pendingTable, [priority, localNumber], { recordId, hash });
  else await tx.delete(pendingTable, [priority, localNumber]);
  await tx.put(staleViewsTable, [recordId], true);
}
