/**
 * Step 4, attribute: an actor is one member's on one device in one record, bound at first use; gaps, forks and a wrong first
 * operation are refused by the index; dependencies are known. SPEC AD-4, AD-5.
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
