/**
 * Bringing back what a restored server lost. A device shows the rows between a point of the chain both sides hold and a
 * checkpoint this server signed: if they hash to the signed chain, the server did accept them, and from then on lets any member
 * push those changes, under their first authors. SPEC AD-16, SY-7.
 *
 * There may be tens of thousands of rows: they are read, hashed and remembered some hundreds in a turn.
 */
import {
  firstChain,
  nextChain,
  organizationScope,
  readRestoreRow,
  splitRestoreRows,
} from "@suture/schema";
import type {
  CheckpointClaims,
  Clock,
  LeafProof,
  LogLink,
  ReadTransaction,
  RecordId,
  RestoreMessage,
  Store,
  WriteTransaction,
} from "@suture/schema";
import { changeBytesTable, logHeadsTable } from "../log/log-tables.ts";
import { holdsCursor } from "../log/read-log.ts";
import { restorableTable } from "./admission-tables.ts";
import type { WorkGauge } from "./admission.ts";
import type { AppendAudit } from "./commit.ts";
import type { Author } from "./judgement.ts";

export type RestoreRequest = Pick<
  RestoreMessage,
  "from" | "rows" | "jws" | "proof"
>;

/** The checkpoint's claims if this server signed it and the leaf is in its root; null otherwise. */
export type VerifyCheckpoint = (
  jws: string,
  proof: LeafProof,
) => Promise<CheckpointClaims | null>;

export interface RestoreDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly appendAudit: AppendAudit;
  readonly yieldTurn: () => Promise<void>;
  /** What it costs: neither the turns of others nor their transactions. SPEC LM-1. */
  readonly work: WorkGauge;
}

/** Who shows the rows, and by which checkpoint. */
export interface Shower {
  readonly organizationId: RecordId;
  readonly memberId: RecordId;
  readonly author: Author;
  readonly claims: CheckpointClaims;
}

const rowsPerTurn = 250;

/** Remembers the rows if they are what the signed leaf says; false if not. Idempotent. The checkpoint is verified already. */
export async function restoreProven(
  deps: RestoreDeps,
  shower: Shower,
  request: RestoreRequest,
): Promise<boolean> {
  const { store, work } = deps;
  const lines = work.during(() => splitRestoreRows(request.rows));
  const isShared = await store.read(shower.organizationId, (tx) =>
    work.within(() => isFromShared(tx, request, lines.length)),
  );
  if (!isShared) return false;
  const rows = await rowsUpTo(deps, request, lines);
  if (rows === null) return false;
  for (let at = 0; at < rows.length; at += rowsPerTurn) {
    const part = rows.slice(at, at + rowsPerTurn);
    await rememberPart(deps, shower, request, { at, part });
    await deps.yieldTurn();
  }
  return true;
}

/** Whether the rows, as many as they are, lead to the leaf from a point that this log holds, or from before it began. */
async function isFromShared(
  tx: ReadTransaction,
  { from, proof }: RestoreRequest,
  rowCount: number,
): Promise<boolean> {
  const { scopeId, log: end } = proof.leaf;
  if (from.epoch !== end.epoch) return false;
  if (from.sequence + rowCount !== end.sequence) return false;
  const isLost = (await tx.get(logHeadsTable, [scopeId])) === undefined;
  return isLost
    ? from.sequence === 0 && from.chain === firstChain(scopeId, from.epoch)
    : await holdsCursor(tx, scopeId, from);
}

/** The rows, if they hash to the leaf's chain. */
async function rowsUpTo(
  { yieldTurn, work }: RestoreDeps,
  { from, proof }: RestoreRequest,
  lines: readonly string[],
): Promise<readonly LogLink[] | null> {
  const rows: LogLink[] = [];
  let { chain } = from;
  const readPart = (part: readonly string[]) =>
    part.every((line) => {
      const row = readRestoreRow(line);
      if (row === null) return false;
      chain = nextChain(chain, row);
      rows.push(row);
      return true;
    });
  for (let at = 0; at < lines.length; at += rowsPerTurn) {
    const part = lines.slice(at, at + rowsPerTurn);
    if (!work.during(() => readPart(part))) return null;
    await yieldTurn();
  }
  return chain === proof.leaf.log.chain ? rows : null;
}

/** A part's proof is an entry of its own, so that none is remembered without one. */
async function rememberPart(
  { store, clock, appendAudit, work }: RestoreDeps,
  { organizationId, memberId, author, claims }: Shower,
  { from, proof }: RestoreRequest,
  { at, part }: { readonly at: number; readonly part: readonly LogLink[] },
): Promise<void> {
  const remember = async (tx: WriteTransaction) => {
    const count = await rememberRestorable(tx, part);
    if (count === 0) return;
    const scopeId = organizationScope(organizationId);
    await appendAudit(
      tx,
      { scopeId, atMs: clock.now() },
      {
        event: "restore-proven",
        memberId,
        deviceId: author.deviceId,
        scopeId: proof.leaf.scopeId,
        fromSequence: from.sequence + at + 1,
        toSequence: from.sequence + at + part.length,
        checkpoint: claims.number,
        count,
      },
    );
  };
  await store.write(organizationId, (tx) => work.within(() => remember(tx)));
}

/** How many may be brought back that could not before. Idempotent; what is here already stays as it is. */
async function rememberRestorable(
  tx: WriteTransaction,
  rows: readonly LogLink[],
): Promise<number> {
  let count = 0;
  for (const { recordId, hash, memberId, deviceId } of rows) {
    const key = [recordId, hash];
    const isHere = (await tx.get(changeBytesTable, key)) !== undefined;
    if (isHere || (await tx.get(restorableTable, key)) !== undefined) continue;
    await tx.put(restorableTable, key, { memberId, deviceId });
    count += 1;
  }
  return count;
}
