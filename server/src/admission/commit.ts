/**
 * Step 9, commit: an admitted change's rows — bytes, index, statements, log, actor, members, review tasks, and what the audit
 * says beside that it was admitted (`BatchState.finish`) — all in the transaction of its batch. An ordinary change of a field
 * costs a constant number of rows.
 *
 * A move appends the record to the new scope's log as well: all of its changes in their order, so that readers of that scope
 * get the whole record, and the moving change last in both. SPEC AD-11, AD-12.
 */
import type {
  Place,
  RecordId,
  RecordType,
  RecordTypes,
  ScopeId,
  WriteTransaction,
} from "@suture/schema";
import { groupOf, teamScope } from "@suture/schema";
import type { AuditEntry } from "../audit/audit-entry.ts";
import {
  changeBytesTable,
  changeIndexTable,
  recordsTable,
  scopeRecordsTable,
  statementsTable,
  type ChangeRow,
  type RecordRow,
} from "../log/log-tables.ts";
import type { NewLogRow } from "../log/append-to-log.ts";
import { tipOf } from "../log/record-memory.ts";
import {
  actorsTable,
  foundersTable,
  restorableTable,
} from "./admission-tables.ts";
import { noteAdoption } from "./adopt.ts";
import type { BatchState } from "./batch-state.ts";
import {
  countUnseen,
  isSignedUnseen,
  type ReconcileReviews,
} from "./detect.ts";
import type { AdmissionPlan } from "./judge-change.ts";
import { memberType, projectMember } from "./project-member.ts";
import { forgetRefusals } from "./refusals.ts";
import { foldParents, parentOf, scopeOf, type Parents } from "./scope.ts";
import { noteDue } from "./waiting.ts";

/** Adds an entry to a scope's audit chain. Implemented in `audit/`. */
export type AppendAudit = (
  tx: WriteTransaction,
  at: { readonly scopeId: ScopeId; readonly atMs: number },
  entry: AuditEntry,
) => Promise<void>;

export interface CommitDeps {
  readonly appendAudit: AppendAudit;
  readonly reconcileReviews: ReconcileReviews;
}

/** Writes the change and gives its places. */
export async function commitChange(
  deps: CommitDeps,
  state: BatchState,
  plan: AdmissionPlan,
): Promise<readonly Place[]> {
  const { tx, setting } = state;
  const { organizationId, atMs, types } = setting;
  const { read, signer, type, record, memory, indexed, edits } = plan;
  const { recordId } = read;

  const parents = foldParents(record?.row.parents ?? [], edits);
  const { parentId, scopeId } =
    parents === record?.row.parents
      ? record.row
      : placeUnder(type, organizationId, parents);
  const isSigned = Object.keys(indexed.statements).length > 0;
  // Of what is brought back, the evidence was lost with the log.
  const isUnseen =
    isSigned && plan.broughtBackBy === null && (await isSignedUnseen(tx, plan));
  const places =
    record?.row.scopeId === scopeId
      ? ([
          await state.log.append(scopeId, logRowOf(plan, atMs), read.bytes),
        ] as const)
      : await placeElsewhere(state, plan, scopeId);
  const changeCount = memory.index.size + 1;
  const row = changeRowOf(plan, atMs, places);
  const tip = tipOf(row);
  await tx.put(changeIndexTable, [recordId, changeCount], row);
  await tx.put(changeBytesTable, [recordId, indexed.hash], read.bytes);
  if (isSigned) await putStatements(tx, plan);
  if (plan.isNewActor)
    await tx.put(actorsTable, [indexed.actor], { ...signer, recordId });
  memory.add(indexed, signer, tip);
  const before = record?.row;
  const recordRow: RecordRow = {
    recordId,
    recordType: type.type,
    parentId,
    scopeId,
    createdByMemberId: before?.createdByMemberId ?? signer.memberId,
    createdAtMs: before?.createdAtMs ?? atMs,
    creation: before?.creation ?? indexed.hash,
    changeCount,
    tip,
    parents,
  };
  state.keepRecord(recordRow, memory);
  if (record === undefined) await tx.put(recordsTable, [recordId], recordRow);

  // It may have been refused before: in somebody else's hands, for now, or before it was proven.
  if (state.hasRefusals)
    await forgetRefusals(tx, { recordId, hash: indexed.hash });
  if (isUnseen || plan.broughtBackBy !== null || plan.creation !== null)
    await auditAdmission(deps, state, plan, places, isUnseen);
  if (read.adopts !== undefined)
    await noteAdoption(
      deps.appendAudit,
      state,
      plan,
      read.adopts,
      placeOf(places),
    );
  if (type.type === memberType && (await projectMember(tx, plan)))
    state.noteMembershipChange(recordId);
  const delta = await deps.reconcileReviews(tx, {
    organizationId,
    scopeId,
    recordId,
    type,
    atMs,
    record: plan.view,
    edits,
    cause: {
      hash: indexed.hash,
      memberId: signer.memberId,
      deviceId: signer.deviceId,
    },
  });
  if (delta.opened.length > 0 || delta.closed.length > 0)
    state.reviews.push({
      organizationId,
      scopeId,
      recordType: type.type,
      delta,
    });
  if (plan.creation !== null) {
    await beginOwnedScope(state, types, plan);
    await noteDue(state, recordId);
  }
  return places;
}

function placeUnder(
  type: RecordType,
  organizationId: RecordId,
  parents: Parents,
): Pick<RecordRow, "parentId" | "scopeId"> {
  const parentId = parentOf(parents);
  return { parentId, scopeId: scopeOf(type, organizationId, parentId) };
}

function logRowOf(
  { read, type, indexed, signer }: AdmissionPlan,
  admittedAtMs: number,
): NewLogRow {
  return {
    recordId: read.recordId,
    recordType: type.type,
    hash: indexed.hash,
    memberId: signer.memberId,
    deviceId: signer.deviceId,
    admittedAtMs,
  };
}

/** A creation's place, or a move's two. */
async function placeElsewhere(
  state: BatchState,
  plan: AdmissionPlan,
  scopeId: ScopeId,
): Promise<[Place, ...Place[]]> {
  const { tx, log, setting } = state;
  const { read, type, record } = plan;
  const { recordId } = read;
  const logRow = logRowOf(plan, setting.atMs);
  const before = record?.row.scopeId;
  const append = (to: ScopeId) => log.append(to, logRow, read.bytes);
  await tx.put(scopeRecordsTable, [scopeId, recordId], {
    recordType: type.type,
  });
  if (before === undefined) return [await append(scopeId)];
  await tx.delete(scopeRecordsTable, [before, recordId]);
  const left = await append(before);
  await appendEarlierChanges(state, recordId, type, scopeId);
  return [left, await append(scopeId)];
}

/** Those the scope's log does not hold from an earlier stay. */
async function appendEarlierChanges(
  { tx, log }: BatchState,
  recordId: RecordId,
  type: RecordType,
  scopeId: ScopeId,
): Promise<void> {
  const rows = await tx.scan(changeIndexTable, { prefix: [recordId] });
  for (const { key, value: row } of rows) {
    if (row.places.some((place) => place.scopeId === scopeId)) continue;
    const { hash, memberId, deviceId, admittedAtMs } = row;
    const { type: recordType } = type;
    const author = { memberId, deviceId };
    const logRow = { recordId, recordType, hash, ...author, admittedAtMs };
    const place = await log.append(scopeId, logRow, null);
    const places = [...row.places, place];
    await tx.put(changeIndexTable, key, { ...row, places });
  }
}

export function changeRowOf(
  { indexed, signer }: Pick<AdmissionPlan, "indexed" | "signer">,
  admittedAtMs: number,
  places: readonly [Place, ...Place[]],
): ChangeRow {
  const { hash, actor, seq, startOp, opCount } = indexed;
  const { deps, writes, isRooted, statements } = indexed;
  const { memberId, deviceId } = signer;
  return {
    hash,
    actor,
    seq,
    startOp,
    opCount,
    deps,
    writes,
    isRooted,
    statements,
    memberId,
    deviceId,
    admittedAtMs,
    places,
  };
}

async function putStatements(
  tx: WriteTransaction,
  { read, type, edits, memory, indexed }: AdmissionPlan,
): Promise<void> {
  for (const [position, edit] of edits.entries()) {
    if (edit.kind !== "statement") continue;
    // Edits follow the operations one by one, and a statement's holds its text.
    const text = read.change.ops[position]?.value;
    const group = groupOf(type, edit.name);
    if (typeof text !== "string" || group === undefined)
      throw new Error("a statement has no text");
    const row = { group: edit.name, hash: indexed.hash, text };
    await tx.put(statementsTable, [read.recordId, edit.opId], row);
    memory.keepStatement(edit.opId, group, text, edit.statement);
  }
}

async function auditAdmission(
  { appendAudit }: CommitDeps,
  { tx, setting }: BatchState,
  plan: AdmissionPlan,
  places: readonly Place[],
  isUnseen: boolean,
): Promise<void> {
  const { atMs, organizationId, founding } = setting;
  const { read, signer, indexed, broughtBackBy } = plan;
  const authored = { recordId: read.recordId, hash: indexed.hash, ...signer };
  const at = { scopeId: placeOf(places), atMs };
  if (broughtBackBy !== null) {
    const event = "change-restored";
    await appendAudit(tx, at, { event, ...authored, broughtBackBy });
    await tx.delete(restorableTable, [read.recordId, indexed.hash]);
  }
  if (isUnseen) {
    const author = read.adopts?.pushedBy ?? signer;
    const unseen = { ...authored, ...author };
    await appendAudit(tx, at, { event: "signed-unseen", ...unseen });
    await countUnseen(tx, author, atMs);
  }
  if (founding === null || plan.creation === null) return;
  const { memberId, personId, isOperator } = founding;
  if (read.recordId === organizationId) {
    const event = "organization-created";
    await appendAudit(tx, at, { event, organizationId, ...signer });
    if (isOperator) return;
    await tx.put(foundersTable, [organizationId], { personId, memberId });
    await appendAudit(tx, at, { event: "member-linked", memberId });
  } else if (isOperator && read.recordId === memberId)
    await appendAudit(tx, at, { event: "operator-joined", ...signer });
}

function placeOf(places: readonly Place[]): ScopeId {
  const last = places.at(-1);
  if (last === undefined) throw new Error("a change stands in no log");
  return last.scopeId;
}

/** A record under which others form a scope of their own has that scope's log from the start, so that it has an end to name. */
async function beginOwnedScope(
  { log }: BatchState,
  types: RecordTypes,
  { type, read }: AdmissionPlan,
): Promise<void> {
  const ownsScope = types.list.some(
    ({ scope, parent }) => scope === "team" && parent === type.type,
  );
  if (ownsScope) await log.begin(teamScope(read.recordId));
}
