/**
 * Where one change belongs, and whether what it builds on is here: by what its author may know. SPEC AD-5, AD-6, AD-21.
 *
 * A record its author may not read is judged as one that is not here, so the two have one answer. So it is with a parent that may
 * not be read, and with what others pushed that was refused or waits: that is known to whoever pushed it, and on their device.
 */
import { isGenesis, mayCreate, ok } from "@suture/schema";
import type {
  ChangeHash,
  Edit,
  ReadTransaction,
  RecordId,
  RecordType,
  Result,
} from "@suture/schema";
import { firstSentAt } from "../log/deliveries.ts";
import { changeIndexTable } from "../log/log-tables.ts";
import { refusalsTable, type RefusalRow } from "./admission-tables.ts";
import type { BatchState, OpenRecord } from "./batch-state.ts";
import {
  isOwn,
  refuse,
  type Pusher,
  type ReadChange,
  type Refusal,
  type Standing,
} from "./judgement.ts";
import { mayKnow } from "./permit.ts";
import {
  isCreation,
  judgeParent,
  reaches,
  readCreation,
  readMove,
  type Creation,
} from "./scope.ts";
import { findWaiting } from "./waiting.ts";

/** Where a change that is not refused stands so far. */
export type Step<T> = Result<T, Refusal | { readonly waitsFor: RecordId }>;

/** Who asks, and what they may do: null where the change's first author was judged long ago. */
export interface Asking {
  readonly pusher: Pusher;
  readonly standing: Standing | null;
}

export interface FoundPlace {
  readonly type: RecordType;
  readonly creation: Creation | null;
}

/** Only so many rows about one record are looked through: others cannot make a lookup long by pushing under its id. */
const maxRowsLookedAt = 64;

/** The record, if it is here and may be known. */
export function knownRecord(
  record: OpenRecord | undefined,
  standing: Standing | null,
): OpenRecord | undefined {
  if (record === undefined || standing === null) return record;
  return mayKnow(record.type, record.row.parentId, standing)
    ? record
    : undefined;
}

/**
 * Whether a record is no news to somebody who may not read it now: its creation was sent to their device, or they wrote into it.
 * They lost a team or a role since, and what they wrote before is refused for good, and so kept. SPEC AD-25.
 */
export async function hasKnown(
  tx: ReadTransaction,
  pusher: Pusher,
  { row, type, memory }: Pick<OpenRecord, "row" | "type" | "memory">,
): Promise<boolean> {
  if (memory.authors().some((author) => isOwn(author, pusher))) return true;
  const creation = await tx.get(changeIndexTable, [row.recordId, 1]);
  const places = creation?.places ?? [];
  return (await firstSentAt(tx, pusher.deviceId, type.type, places)) !== null;
}

/** Of a record that is not here, as far as the change's author may know. */
export async function judgeNewPlace(
  state: BatchState,
  asking: Asking,
  read: ReadChange,
): Promise<Step<FoundPlace>> {
  const { recordId, change } = read;
  const { standing } = asking;
  if (!isCreation(change)) return judgeOrphan(state, asking, read);
  const creation = readCreation(state.setting.types, read);
  if (!creation.ok) return creation;
  const { type, parentId } = creation.value;
  if (parentId === null) {
    const { founding, organizationId } = state.setting;
    return recordId === organizationId &&
      (founding !== null || standing === null)
      ? ok({ type, creation: creation.value })
      : refuse(
          "creation-malformed",
          "an organization comes with its first member in one batch",
        );
  }
  // Before its parent is looked for: what would be refused in the end is not kept waiting.
  if (standing !== null && !mayCreate(type, standing.roles))
    return refuse(
      "not-permitted",
      "it creates a record of a type its author may not",
    );
  const parent = await judgeNewParent(state, asking, type, parentId);
  if (!parent.ok) return parent;
  if (standing !== null && !reaches(type, parentId, standing))
    return refuse("not-permitted", "its author is not of that team");
  return ok({ type, creation: creation.value });
}

export async function judgeMove(
  state: BatchState,
  asking: Asking,
  { type, row }: OpenRecord,
  edits: readonly Edit[],
): Promise<Step<null>> {
  const target = readMove(type, row.parentId, edits);
  if (!target.ok) return target;
  return target.value === null
    ? ok(null)
    : judgeNewParent(state, asking, type, target.value);
}

async function judgeNewParent(
  state: BatchState,
  { pusher, standing }: Asking,
  type: RecordType,
  parentId: RecordId,
): Promise<Step<null>> {
  const held = await state.recordOf(parentId);
  const parent = knownRecord(held, standing);
  if (held !== undefined && parent === undefined)
    if (await hasKnown(state.tx, pusher, held))
      return refuse("not-permitted", "its author may not read its parent");
  const found = judgeParent(type, parent?.row);
  if (!found.ok) return found;
  if (found.value === "fits") return ok(null);
  const lost = await lostOf(state.tx, pusher, parentId);
  return lost.some(({ isCreation: wasToBe }) => wasToBe)
    ? dependsOnRefused()
    : { ok: false, error: { waitsFor: parentId } };
}

/** What was refused for good to the pusher, or from the same device, of one record. */
async function lostOf(
  tx: ReadTransaction,
  pusher: Pusher,
  recordId: RecordId,
): Promise<readonly RefusalRow[]> {
  const rows = await tx.scan(refusalsTable, {
    prefix: [recordId],
    limit: maxRowsLookedAt,
  });
  return rows.flatMap(({ value }) =>
    !value.isRetryable && isOwn(value, pusher) ? [value] : [],
  );
}

/**
 * Whether something that the pusher sent of a record that is not here was refused for good here, or waits: as its parent, only
 * the record itself. What builds on it then belongs here, and nowhere else.
 */
export async function isAnsweredHere(
  tx: ReadTransaction,
  pusher: Pusher,
  recordId: RecordId,
  as: "record" | "parent",
): Promise<boolean> {
  if ((await findWaiting(tx, pusher, recordId)) !== undefined) return true;
  const lost = await lostOf(tx, pusher, recordId);
  return lost.some(({ isCreation: wasToBe }) => as === "record" || wasToBe);
}

/** A change of a record that is not here: the record may wait, have been refused, or not have come yet. */
async function judgeOrphan(
  state: BatchState,
  { pusher }: Asking,
  { recordId, change }: ReadChange,
): Promise<Step<never>> {
  if (change.deps.length > 0)
    return judgeMissing(state, pusher, recordId, change.deps);
  const waiting = state.hasWaiting
    ? await findWaiting(state.tx, pusher, recordId)
    : undefined;
  if (waiting !== undefined)
    return { ok: false, error: { waitsFor: waiting.parentId } };
  // A genesis change builds on nothing and may be on its way beside the creation.
  return state.setting.types.list.some((type) => isGenesis(type, change))
    ? missingDependencies()
    : refuse("record-unknown", "the record is not here");
}

export async function judgeMissing(
  state: BatchState,
  pusher: Pusher,
  recordId: RecordId,
  missing: readonly ChangeHash[],
): Promise<Step<never>> {
  let waitsFor: RecordId | null = null;
  let isUnknown = false;
  for (const hash of missing) {
    const told = await state.refusalsTo(pusher, { recordId, hash });
    if (told.some(({ isRetryable }) => !isRetryable)) return dependsOnRefused();
    const waiting = state.hasWaiting
      ? await findWaiting(state.tx, pusher, recordId, hash)
      : undefined;
    if (waiting === undefined) isUnknown = true;
    else waitsFor = waiting.parentId;
  }
  return isUnknown || waitsFor === null
    ? missingDependencies()
    : { ok: false, error: { waitsFor } };
}

function missingDependencies() {
  return refuse(
    "missing-dependencies",
    "it builds on changes that are not here",
  );
}

function dependsOnRefused() {
  return refuse("depends-on-refused", "it builds on a change that was refused");
}
