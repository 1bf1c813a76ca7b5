/**
 * Judges one change against what its organization holds, step by step. Reads only: what is refused leaves nothing behind but
 * its verdict, so one bad change never touches the rest of its batch.
 *
 * What was judged before is answered the same again. What depends on a refused change is refused with it; what depends on one
 * that waits, waits; what depends on one that is not here is refused for now. SPEC AD-1 to AD-11.
 */
import { interpretChange, isGenesis, mayCreate, ok } from "@suture/schema";
import type {
  ChangeHash,
  Edit,
  IndexedChange,
  PersonId,
  Place,
  RecordId,
  RecordType,
  Result,
} from "@suture/schema";
import { changeIndexTable } from "../log/log-tables.ts";
import { RecordMemory } from "../log/record-memory.ts";
import { createRecordView, type RecordView } from "../log/record-view.ts";
import {
  actorsTable,
  refusalsTable,
  waitingTable,
} from "./admission-tables.ts";
import {
  judgeActor,
  judgeFork,
  judgeStructure,
  needsBinding,
} from "./attribute.ts";
import type { BatchState, OpenRecord } from "./batch-state.ts";
import {
  refuse,
  type Author,
  type ReadChange,
  type Refusal,
  type Signer,
  type Standing,
} from "./judgement.ts";
import { mayKnow, permitChange } from "./permit.ts";
import {
  isCreation,
  judgeParent,
  reaches,
  readCreation,
  readMove,
  type Creation,
} from "./scope.ts";
import { validateChange } from "./validate.ts";

/** Who pushed a change, and which member of this organization that is. */
export interface Pusher extends Author {
  readonly personId: PersonId;
  readonly memberId: RecordId | null;
}

/** Everything commit needs to know of a change that may be admitted. */
export interface AdmissionPlan {
  readonly read: ReadChange;
  readonly signer: Signer;
  /** Who brought it back, with proof, under its first author; null for a change of the pusher's own. */
  readonly broughtBackBy: Signer | null;
  readonly type: RecordType;
  readonly creation: Creation | null;
  /** Undefined for a creation. */
  readonly record: OpenRecord | undefined;
  readonly memory: RecordMemory;
  readonly view: RecordView;
  readonly indexed: IndexedChange;
  readonly edits: readonly Edit[];
  /** Whether its actor is to be bound. */
  readonly isNewActor: boolean;
}

export type Judgement =
  | { readonly kind: "admit"; readonly plan: AdmissionPlan }
  | { readonly kind: "duplicate"; readonly places: readonly Place[] }
  | { readonly kind: "wait"; readonly parentId: RecordId }
  | {
      readonly kind: "refuse";
      readonly refusal: Refusal;
      /** The same answer as the first time. */
      readonly isRepeated: boolean;
    };

/** Where a change that is not refused stands so far. */
type Step<T> = Result<T, Refusal | { readonly waitsFor: RecordId }>;

export async function judgeChange(
  state: BatchState,
  pusher: Pusher,
  read: ReadChange,
): Promise<Judgement> {
  const { recordId, change } = read;
  const record = await state.recordOf(recordId);
  const number = record?.memory.numberOf(change.hash);
  if (number !== undefined) {
    const row = await state.tx.get(changeIndexTable, [recordId, number]);
    return { kind: "duplicate", places: row?.places ?? [] };
  }
  const first = await state.firstAuthorOf(recordId, change.hash);
  const before =
    first === undefined
      ? await state.refusalOf(recordId, change.hash)
      : undefined;
  // What it was refused for in somebody else's hands says nothing of its author, who is judged by their own.
  if (
    before !== undefined &&
    !before.isRetryable &&
    before.memberId === pusher.memberId &&
    before.deviceId === pusher.deviceId
  ) {
    const refusal = { code: before.code, reason: before.message };
    return { kind: "refuse", refusal, isRepeated: true };
  }
  const plan = await planChange(state, pusher, read, record, first);
  if (plan.ok) return { kind: "admit", plan: plan.value };
  if ("waitsFor" in plan.error)
    return { kind: "wait", parentId: plan.error.waitsFor };
  const isRepeated = before?.code === plan.error.code;
  return { kind: "refuse", refusal: plan.error, isRepeated };
}

async function planChange(
  state: BatchState,
  pusher: Pusher,
  read: ReadChange,
  record: OpenRecord | undefined,
  first: Signer | undefined,
): Promise<Step<AdmissionPlan>> {
  const { recordId, change } = read;
  const author = await authorOf(state, pusher, first);
  if (!author.ok) return author;
  const { signer, standing, broughtBackBy } = author.value;

  const place = await judgePlace(state, read, record, standing);
  if (!place.ok) return place;
  const { type, creation } = place.value;
  const memory = record?.memory ?? new RecordMemory();
  const view =
    record?.view ?? createRecordView(state.tx, type, recordId, memory);

  if (broughtBackBy === null) {
    const fork = judgeFork(memory, { ...signer, recordId }, change);
    if (!fork.ok) return fork;
  }
  const indexed = judgeStructure(type, memory.index, change);
  if (!indexed.ok) {
    const { missing } = indexed.error;
    return missing.length === 0
      ? indexed
      : judgeMissing(state, recordId, missing);
  }
  const { actor } = indexed.value;
  const isBindable = needsBinding(type, change);
  const held = memory.authorOf(actor);
  const bound =
    held !== undefined
      ? { ...held, recordId }
      : isBindable
        ? await state.tx.get(actorsTable, [actor])
        : undefined;
  const own = isBindable
    ? judgeActor(bound, { ...signer, recordId })
    : ok(null);
  if (!own.ok) return own;

  const edits = interpretChange(type, change);
  if (!edits.ok) return edits;
  if (record !== undefined) {
    const move = await judgeMove(state, record, edits.value);
    if (!move.ok) return move;
  }
  const acts = await validateChange({
    type,
    indexed: indexed.value,
    edits: edits.value,
    signer,
    view,
  });
  if (!acts.ok) return acts;
  if (standing !== null) {
    const permitted = permitChange(
      {
        type,
        edits: edits.value,
        acts: acts.value,
        isCreation: creation !== null,
      },
      standing,
    );
    if (!permitted.ok) return permitted;
  }
  return ok({
    read,
    signer,
    broughtBackBy,
    type,
    creation,
    record,
    memory,
    view,
    indexed: indexed.value,
    edits: edits.value,
    isNewActor: isBindable && bound === undefined,
  });
}

/** Who signs, and what they may do: null for a change that is brought back, whose author was judged when it was first here. */
async function authorOf(
  state: BatchState,
  { memberId, deviceId }: Pusher,
  first: Signer | undefined,
): Promise<
  Result<
    {
      readonly signer: Signer;
      readonly standing: Standing | null;
      readonly broughtBackBy: Signer | null;
    },
    Refusal
  >
> {
  if (memberId === null)
    return refuse("author-unknown", "its author is no member here");
  const own = { memberId, deviceId };
  if (first !== undefined)
    return ok({ signer: first, standing: null, broughtBackBy: own });
  const standing = await state.standingOf(memberId);
  if (standing === undefined)
    return refuse("author-unknown", "its author is no member here yet");
  if (!standing.isActive)
    return refuse("not-permitted", "its author is no longer an active member");
  return ok({ signer: own, standing, broughtBackBy: null });
}

interface FoundPlace {
  readonly type: RecordType;
  readonly creation: Creation | null;
}

async function judgePlace(
  state: BatchState,
  read: ReadChange,
  record: OpenRecord | undefined,
  standing: Standing | null,
): Promise<Step<FoundPlace>> {
  const { recordId, change } = read;
  if (record !== undefined) {
    const { type, row } = record;
    if (standing !== null && !mayKnow(type, row.parentId, standing))
      return missingDependencies();
    return ok({ type, creation: null });
  }
  if (!isCreation(change)) return judgeOrphan(state, read);
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
  const parent = await judgeNewParent(state, type, parentId);
  if (!parent.ok) return parent;
  if (standing !== null && !reaches(type, parentId, standing))
    return refuse("not-permitted", "its author is not of that team");
  return ok({ type, creation: creation.value });
}

async function judgeMove(
  state: BatchState,
  { type, row }: OpenRecord,
  edits: readonly Edit[],
): Promise<Step<null>> {
  const target = readMove(type, row.parentId, edits);
  if (!target.ok) return target;
  return target.value === null
    ? ok(null)
    : judgeNewParent(state, type, target.value);
}

async function judgeNewParent(
  state: BatchState,
  type: RecordType,
  parentId: RecordId,
): Promise<Step<null>> {
  const parent = await state.recordOf(parentId);
  const found = judgeParent(type, parent?.row);
  if (!found.ok) return found;
  if (found.value === "fits") return ok(null);
  const refusals = await state.tx.scan(refusalsTable, { prefix: [parentId] });
  return refusals.some(({ value }) => value.isCreation && !value.isRetryable)
    ? dependsOnRefused()
    : { ok: false, error: { waitsFor: parentId } };
}

/** A change of a record that is not here: the record may wait, have been refused, or not have come yet. */
async function judgeOrphan(
  state: BatchState,
  { recordId, change }: ReadChange,
): Promise<Step<never>> {
  if (change.deps.length > 0) return judgeMissing(state, recordId, change.deps);
  const [waiting] = state.hasWaiting
    ? await state.tx.scan(waitingTable, { prefix: [recordId], limit: 1 })
    : [];
  if (waiting !== undefined)
    return { ok: false, error: { waitsFor: waiting.value.parentId } };
  // A genesis change builds on nothing and may be on its way beside the creation.
  return state.setting.types.list.some((type) => isGenesis(type, change))
    ? missingDependencies()
    : refuse("record-unknown", "the record is not here");
}

async function judgeMissing(
  state: BatchState,
  recordId: RecordId,
  missing: readonly ChangeHash[],
): Promise<Step<never>> {
  let waitsFor: RecordId | null = null;
  let isUnknown = false;
  for (const hash of missing) {
    const refusal = await state.refusalOf(recordId, hash);
    if (refusal?.isRetryable === false) return dependsOnRefused();
    const waiting = await state.waitingOf(recordId, hash);
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
