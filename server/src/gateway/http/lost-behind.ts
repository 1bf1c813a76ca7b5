/** The refused changes that a refused change builds on: what its author had seen besides what is accepted. SPEC SW-21, SW-22. */
import {
  interpretChange,
  type ChangeHash,
  type ChangeIndex,
  type LostBefore,
  type LostChange,
  type ReadTransaction,
  type RecordId,
  type RecordType,
} from "@suture/schema";

import { strandedDecisionsTable } from "../../admission/admission-tables.ts";
import { readRefusedChange } from "./find-stranded.ts";

/** Beyond so many changes, or operations in them, the way back is not followed further: it is read while somebody waits. */
const maxLostBehind = 1_000;
const maxLostOps = 20_000;

export interface LostBehind {
  /** In causal order. */
  readonly before: readonly LostBefore[];
  /** Whether every way back ends at accepted changes: nothing that it was built on is unknown here. */
  readonly isComplete: boolean;
}

export async function readLostBehind(
  tx: ReadTransaction,
  { recordId, type, index }: LostRecord,
  deps: readonly ChangeHash[],
): Promise<LostBehind> {
  const found = new Map<ChangeHash, LostBefore>();
  let isComplete = true;
  let opCount = 0;
  const open = [...deps];
  for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
    if (index.has(hash) || found.has(hash)) continue;
    const lost =
      found.size < maxLostBehind && opCount < maxLostOps
        ? await readLost(tx, type, recordId, hash)
        : null;
    if (lost === null) {
      isComplete = false;
      continue;
    }
    const key = [recordId, hash];
    const decision = await tx.get(strandedDecisionsTable, key);
    const reexpressedAs = decision?.kind === "adopted" ? decision.as : null;
    found.set(hash, { ...lost, reexpressedAs });
    opCount += lost.change.ops.length;
    open.push(...lost.change.deps);
  }
  // Operation counters only grow along dependencies.
  const before = [...found.values()].sort(
    (left, right) => left.change.startOp - right.change.startOp,
  );
  return { before, isComplete };
}

export interface LostRecord {
  readonly recordId: RecordId;
  readonly type: RecordType;
  /** Of what is accepted; empty for a record that is not here. */
  readonly index: ChangeIndex;
}

async function readLost(
  tx: ReadTransaction,
  type: RecordType,
  recordId: RecordId,
  hash: ChangeHash,
): Promise<LostChange | null> {
  const change = await readRefusedChange(tx, { recordId, hash });
  const edits = change === null ? undefined : interpretChange(type, change);
  return change === null || edits?.ok !== true
    ? null
    : { change, edits: edits.value };
}
