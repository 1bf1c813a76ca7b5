/**
 * Step 4, attribute: an actor is one member's on one device in one record, bound at first use; gaps, forks and a wrong first
 * operation are refused by the index; dependencies are known. A second change with one actor and sequence is its device's
 * equivocation, whatever else is wrong with it; from anybody else it says nothing of that device. SPEC AD-4, AD-5, EV-7.
 */
import { indexChange, isGenesis, ok } from "@suture/schema";
import type {
  ChangeHash,
  ChangeIndex,
  DecodedChange,
  IndexedChange,
  RecordId,
  RecordType,
  Result,
} from "@suture/schema";
import type { RecordMemory } from "../log/record-memory.ts";
import { refuse, type Refusal, type Signer } from "./judgement.ts";

export interface ActorBinding extends Signer {
  readonly recordId: RecordId;
}

/** `missing` is not empty where the change builds on changes that are not in the index. */
export interface StructureFound extends Refusal {
  readonly missing: readonly ChangeHash[];
}

export function judgeStructure(
  type: RecordType,
  index: ChangeIndex,
  change: DecodedChange,
): Result<IndexedChange, StructureFound> {
  const indexed = indexChange(type, index, change);
  if (indexed.ok) return indexed;
  const { code, reason, missing = [] } = indexed.error;
  return { ok: false, error: { code, reason, missing } };
}

/** Genesis changes are the same everywhere: their actor is nobody's. */
export function needsBinding(type: RecordType, change: DecodedChange): boolean {
  return !isGenesis(type, change);
}

/** `bound` is undefined at an actor's first use. */
export function judgeActor(
  bound: ActorBinding | undefined,
  used: ActorBinding,
): Result<null, Refusal> {
  const isOwn =
    bound === undefined ||
    (bound.memberId === used.memberId &&
      bound.deviceId === used.deviceId &&
      bound.recordId === used.recordId);
  return isOwn
    ? ok(null)
    : refuse(
        "actor-of-another",
        "its actor belongs to another device, person or record",
      );
}

/**
 * A change beside one that is here with the same actor and sequence. Anybody can write one under a colleague's actor, and that
 * says nothing of the device the actor is bound to.
 */
export function judgeFork(
  memory: Pick<RecordMemory, "authorOf" | "index">,
  signer: ActorBinding,
  change: DecodedChange,
): Result<null, Refusal> {
  const { index } = memory;
  const rival = index.changeBy(change.actor, change.seq);
  if (rival === undefined) return ok(null);
  // A genesis change's actor is nobody's, whoever pushed it first.
  if (rival.deps.length === 0 && rival.hash !== index.creation())
    return ok(null);
  const bound = memory.authorOf(rival.actor);
  const { recordId } = signer;
  const own = judgeActor(bound && { ...bound, recordId }, signer);
  return own.ok
    ? {
        ok: false,
        error: {
          code: "sequence-fork",
          reason: "its actor has already used this sequence number",
          equivocates: rival.hash,
        },
      }
    : own;
}
