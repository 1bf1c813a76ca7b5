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
  type DeviceRow,
} from "./client-tables.ts";
import { readDevice } from "./device-row.ts";
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

/**
 * Stores changes that this device does not hold yet. What those of one transaction share is read once, before the first, and
 * written once, by `end`: the next number, whether anything is to be fetched, which records need a new view.
 */
export class ChangeWriter {
  readonly #tx: WriteTransaction;
  readonly #device: DeviceRow;
  readonly #isAnythingMissing: boolean;
  readonly #recordIds = new Set<RecordId>();
  #nextLocalNumber: number;

  private constructor(
    tx: WriteTransaction,
    device: DeviceRow,
    isAnythingMissing: boolean,
  ) {
    this.#tx = tx;
    this.#device = device;
    this.#isAnythingMissing = isAnythingMissing;
    this.#nextLocalNumber = device.nextLocalNumber ?? 1;
  }

  static async begin(tx: WriteTransaction): Promise<ChangeWriter> {
    const device = await readDevice(tx);
    const missing = await tx.scan(missingTable, { limit: 1 });
    return new ChangeWriter(tx, device, missing.length > 0);
  }

  /** Gives back its row. */
  async insert(
    change: Omit<LocalChange, "localNumber">,
    bytes: Uint8Array,
    meaning: ChangeMeaning,
  ): Promise<LocalChange> {
    const tx = this.#tx;
    const { recordId, hash, priority } = change;
    const localNumber = this.#nextLocalNumber;
    this.#nextLocalNumber += 1;
    this.#recordIds.add(recordId);
    const row = { ...change, localNumber };
    await tx.put(changesTable, [recordId, localNumber], row);
    await tx.put(changeBytesTable, [recordId, hash], bytes);
    await tx.put(changesByHashTable, [recordId, hash], localNumber);
    if (isUnsynced(change.progress))
      await tx.put(pendingTable, [priority, localNumber], { recordId, hash });
    if (meaning.creates !== null)
      await tx.put(recordsTable, [recordId], { recordId, ...meaning.creates });
    if (this.#isAnythingMissing)
      await tx.delete(missingTable, [recordId, hash]);
    return row;
  }

  /** Once, behind the last of them and before anything else counts changes. */
  async end(): Promise<void> {
    if (this.#recordIds.size === 0) return;
    await this.#tx.put(deviceTable, deviceKey, {
      ...this.#device,
      nextLocalNumber: this.#nextLocalNumber,
    });
    for (const recordId of this.#recordIds)
      await this.#tx.put(staleViewsTable, [recordId], true);
  }
}

/** Replaces what has become of a change, given as it is; does nothing else than `progress` says. Gives back its row. */
export async function setProgress(
  tx: WriteTransaction,
  before: LocalChange,
  progress: Progress,
): Promise<LocalChange> {
  const change = { ...before, progress };
  const { recordId, localNumber, priority, hash } = change;
  await tx.put(changesTable, [recordId, localNumber], change);
  if (isUnsynced(progress))
    await tx.put(pendingTable, [priority, localNumber], { recordId, hash });
  else if (isUnsynced(before.progress))
    await tx.delete(pendingTable, [priority, localNumber]);
  await tx.put(staleViewsTable, [recordId], true);
  return change;
}

/** Says that the server holds a change there, whatever was known of it before. Gives back its row. */
export async function markAccepted(
  tx: WriteTransaction,
  change: LocalChange,
  place: LocalPlace,
  admittedAtMs: number | null,
): Promise<LocalChange> {
  const before =
    change.progress.state === "accepted" ? change.progress : undefined;
  const others = (before?.places ?? []).filter(
    ({ scopeId }) => scopeId !== place.scopeId,
  );
  const known = before?.places.find(({ scopeId }) => scopeId === place.scopeId);
  const chain =
    place.chain ?? (known?.sequence === place.sequence ? known.chain : null);
  const accepted = await setProgress(tx, change, {
    state: "accepted",
    places: [...others, { ...place, chain }],
    admittedAtMs: admittedAtMs ?? before?.admittedAtMs ?? null,
  });
  const key = [place.scopeId, place.sequence];
  const saidBefore =
    admittedAtMs ?? (await tx.get(logRowsTable, key))?.admittedAtMs;
  await tx.put(logRowsTable, key, {
    recordId: change.recordId,
    hash: change.hash,
    memberId: change.memberId,
    deviceId: change.deviceId,
    chain,
    admittedAtMs: saidBefore ?? null,
  });
  return accepted;
}

export function isUnsynced(progress: Progress): boolean {
  return progress.state === "pending" || progress.state === "waiting";
}

/** Somebody else's, lost by a restored server, and to be brought back. */
export function isRestore({ progress }: LocalChange): boolean {
  return progress.state === "pending" && progress.isRestore;
}

/** The server had it, came back from an older copy, and has not taken it since. */
export function isDoubted({ progress }: LocalChange): boolean {
  return progress.state === "pending" && progress.isDoubted === true;
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
