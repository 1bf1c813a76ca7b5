/**
 * Judges one change against what its organization holds, step by step. Reads only: what is refused leaves nothing behind but
 * its verdict, so one bad change never touches the rest of its batch.
 *
 * What was judged before is answered the same again. What depends on a refused change is refused with it; what depends on one
 * that waits, waits; what depends on one that is not here is refused for now. SPEC AD-1 to AD-11.
 */
import { interpretChange, ok } from "@suture/schema";
import type {
  Edit,
  IndexedChange,
  Place,
  RecordId,
  RecordType,
  Result,
} from "@suture/schema";
import { changeIndexTable } from "../log/log-tables.ts";
import { RecordMemory } from "../log/record-memory.ts";
import { createRecordView, type RecordView } from "../log/record-view.ts";
import { actorsTable, restorableTable } from "./admission-tables.ts";
import {
  judgeActor,
  judgeFork,
  judgeStructure,
  needsBinding,
  type ActorBinding,
} from "./attribute.ts";
import type { BatchState, OpenRecord } from "./batch-state.ts";
import {
  hasKnown,
  judgeMissing,
  judgeMove,
  judgeNewPlace,
  knownRecord,
  type Step,
} from "./judge-place.ts";
import {
  isOwn,
  refuse,
  type Pusher,
  type ReadChange,
  type Refusal,
  type Signer,
  type Standing,
} from "./judgement.ts";
import { permitChange } from "./permit.ts";
import type { Creation } from "./scope.ts";
import { validateChange } from "./validate.ts";

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

export async function judgeChange(
  state: BatchState,
  pusher: Pusher,
  read: ReadChange,
): Promise<Judgement> {
  const { recordId, change } = read;
  const record = state.held(recordId) ?? (await state.recordOf(recordId));
  const number = record?.memory.numberOf(change.hash);
  if (record !== undefined && number !== undefined) {
    const row = await state.tx.get(changeIndexTable, [recordId, number]);
    if (row === undefined) throw new Error("a change has no index row");
    if (isOwn(row, pusher) || (await isReader(state, pusher, record)))
      return { kind: "duplicate", places: row.places };
  }
  const name = { recordId, hash: change.hash };
  // The first author of a change that is proven to have been accepted once.
  const first = state.hasRestorable
    ? await state.tx.get(restorableTable, [recordId, change.hash])
    : undefined;
  const told =
    state.hasRefusals && first === undefined
      ? await state.refusalsTo(pusher, name)
      : [];
  // What it was refused for in somebody else's hands says nothing of its author, who is judged by their own.
  const before = told.find(
    ({ memberId, deviceId }) =>
      memberId === pusher.memberId && deviceId === pusher.deviceId,
  );
  if (before?.isRetryable === false) {
    const refusal = { code: before.code, reason: before.message };
    return { kind: "refuse", refusal, isRepeated: true };
  }
  const plan = await planChange(state, pusher, read, record, first);
  if (plan.ok) return { kind: "admit", plan: plan.value };
  if ("waitsFor" in plan.error)
    return { kind: "wait", parentId: plan.error.waitsFor };
  // What somebody else was told is not noted as told to this one.
  const isRepeated = before?.code === plan.error.code;
  return { kind: "refuse", refusal: plan.error, isRepeated };
}

async function planChange(
  state: BatchState,
  pusher: Pusher,
  read: ReadChange,
  held: OpenRecord | undefined,
  first: Signer | undefined,
): Promise<Step<AdmissionPlan>> {
  const { recordId, change } = read;
  const standingNow =
    pusher.memberId === null
      ? undefined
      : (state.heldStanding(pusher.memberId) ??
        (await state.standingOf(pusher.memberId)));
  const signed = authorOf(pusher, first, standingNow);
  if (!signed.ok) return signed;
  const { signer, standing, broughtBackBy } = signed.value;

  const asking = { pusher, standing };
  const record = knownRecord(held, standing);
  if (held !== undefined && record === undefined)
    if (await hasKnown(state.tx, pusher, held))
      return refuse("not-permitted", "its author may not read the record");
  const place =
    record === undefined
      ? await judgeNewPlace(state, asking, read)
      : ok({ type: record.type, creation: null });
  if (!place.ok) return place;
  const { type, creation } = place.value;
  const memory = record?.memory ?? new RecordMemory();
  const view =
    record?.view ?? createRecordView(state.tx, type, recordId, memory);

  const { memberId, deviceId } = signer;
  const used: ActorBinding = { memberId, deviceId, recordId };
  if (broughtBackBy === null) {
    const fork = judgeFork(memory, used, change);
    if (!fork.ok) return fork;
  }
  const indexed = judgeStructure(type, memory.index, change);
  if (!indexed.ok) {
    const { missing } = indexed.error;
    return missing.length === 0
      ? indexed
      : judgeMissing(state, pusher, recordId, missing);
  }
  const { actor } = indexed.value;
  const isBindable = needsBinding(type, change);
  const author = memory.authorOf(actor);
  const bound: ActorBinding | undefined =
    author !== undefined
      ? { memberId: author.memberId, deviceId: author.deviceId, recordId }
      : isBindable
        ? await state.tx.get(actorsTable, [actor])
        : undefined;
  const isOthers =
    bound !== undefined &&
    !isOwn(bound, pusher) &&
    (await isHidden(state, standing, bound));
  const own = isBindable && !isOthers ? judgeActor(bound, used) : ok(null);
  if (!own.ok) return own;

  const edits = interpretChange(type, change, memory.readStatement);
  if (!edits.ok) return edits;
  if (record !== undefined && edits.value.some(isMove)) {
    const move = await judgeMove(state, asking, record, edits.value);
    if (!move.ok) return move;
  }
  const validated = validateChange({
    type,
    indexed: indexed.value,
    edits: edits.value,
    signer,
    view,
  });
  const acts = validated instanceof Promise ? await validated : validated;
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
  // A creation, since nothing else is let in where no record is: the one thing that cannot be answered as if there were none.
  if (held !== record)
    return refuse("record-exists", "a record is created once");
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

async function isReader(
  state: BatchState,
  { memberId }: Pusher,
  record: OpenRecord,
): Promise<boolean> {
  const standing =
    memberId === null ? undefined : await state.standingOf(memberId);
  return (
    standing?.isActive === true && knownRecord(record, standing) !== undefined
  );
}

/** Whether an actor is bound in a record that the pusher may not read: as if it were not bound. */
async function isHidden(
  state: BatchState,
  standing: Standing | null,
  bound: ActorBinding,
): Promise<boolean> {
  const record = await state.recordOf(bound.recordId);
  return record !== undefined && knownRecord(record, standing) === undefined;
}

function isMove({ kind }: Edit): boolean {
  return kind === "parentId";
}

/** Who signs, and what they may do: null for a change that is brought back, whose author was judged when it was first here. */
function authorOf(
  { memberId, deviceId }: Pusher,
  first: Signer | undefined,
  standing: Standing | undefined,
): Result<
  {
    readonly signer: Signer;
    readonly standing: Standing | null;
    readonly broughtBackBy: Signer | null;
  },
  Refusal
> {
  if (memberId === null)
    return refuse("author-unknown", "its author is no member here");
  const own = { memberId, deviceId };
  if (first !== undefined)
    return ok({ signer: first, standing: null, broughtBackBy: own });
  if (standing === undefined)
    return refuse("author-unknown", "its author is no member here yet");
  if (!standing.isActive)
    return refuse("not-permitted", "its author is no longer an active member");
  return ok({ signer: own, standing, broughtBackBy: null });
}
