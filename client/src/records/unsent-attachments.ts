/**
 * Pictures that only this device has, and what becomes of each: it goes once a record names it. What only a half-filled form holds
 * goes with that form. What nothing names, or was not taken, stays until somebody drops it. SPEC AT-8, AP-175, AP-176.
 */
import {
  attachmentsIn,
  statusLabels,
  type AttachmentHash,
  type PersonId,
  type RecordTypes,
  type SaveState,
  type WriteTransaction,
} from "@suture/schema";

import {
  letGoOfAttachment,
  unsentAttachments,
  type AttachmentName,
  type UnsentAttachmentRow,
} from "../store/attachment-rows.ts";
import { keptFormsTable, recordsTable } from "../store/client-tables.ts";
import type { RecordDeps } from "./record-deps.ts";
import { loadRecordState, type RecordState } from "./record-state.ts";

export interface UnsentAttachment extends AttachmentName {
  readonly recordType: string | null;
  readonly personId: PersonId;
  readonly byteLength: number;
  readonly savedAtMs: number;
  readonly state: SaveState;
  readonly label: (typeof statusLabels)[SaveState];
  /** Why it has not been sent or taken yet, where more is known than that. */
  readonly reason: string | null;
  /** Nothing is going to send it, and whoever uses the device took it: `drop` is all that can be done about it. */
  readonly mayBeDropped: boolean;
}

/** Those taken first in front. */
export async function listUnsentAttachments(
  deps: RecordDeps,
): Promise<readonly UnsentAttachment[]> {
  const held = await deps.log.read(async (tx) => {
    const rows = await unsentAttachments(tx);
    // Nearly always there are none.
    if (rows.length === 0) return [];
    const forms = (await tx.scan(keptFormsTable)).map(({ value }) => value);
    return Promise.all(
      rows.map(async (row) => ({
        row,
        record: await tx.get(recordsTable, [row.recordId]),
        isInForm: forms.some((form) => holds(form, row.hash)),
      })),
    );
  });
  const found: UnsentAttachment[] = [];
  for (const { row, record, isInForm } of held) {
    const { recordId, hash, byteLength, unsent } = row;
    const { personId, keptAtMs } = unsent;
    const standing = standingOf(row, deps, {
      isNamed: await isNamed(deps, row),
      isInForm,
    });
    found.push({
      ...{ recordId, hash, personId, byteLength },
      recordType: record?.recordType ?? null,
      savedAtMs: keptAtMs,
      ...standing,
      label: statusLabels[standing.state],
    });
  }
  return found;
}

/** Of somebody who leaves the device, before their forms are gone. */
export async function dropAttachmentsOfForms(
  tx: WriteTransaction,
  types: RecordTypes,
  personId: PersonId,
): Promise<void> {
  const forms = await tx.scan(keptFormsTable, { prefix: [personId] });
  if (forms.length === 0) return;
  for (const row of await unsentAttachments(tx))
    if (
      forms.some(({ value }) => holds(value, row.hash)) &&
      !(await isNamedIn(tx, types, row))
    )
      await letGoOfAttachment(tx, row, personId);
}

function standingOf(
  { unsent }: UnsentAttachmentRow,
  { sending, person }: RecordDeps,
  { isNamed, isInForm }: { isNamed: boolean; isInForm: boolean },
): Pick<UnsentAttachment, "state" | "reason" | "mayBeDropped"> {
  const { personId, refusal, others = [] } = unsent;
  const canSend = sending.canSend(personId);
  const user = person()?.personId;
  return {
    state:
      refusal !== null ? "refused" : isNamed && canSend ? "queued" : "local",
    reason:
      refusal ??
      (canSend ? reasonToWait(isNamed, isInForm) : reasonNotToSend(sending)),
    mayBeDropped:
      [personId, ...others].some((taker) => taker === user) &&
      (refusal !== null || !(isNamed || isInForm)),
  };
}

function reasonNotToSend({ obstacle }: RecordDeps["sending"]): string {
  return obstacle === "update-needed"
    ? "This app must be updated first."
    : "Its author must sign in here.";
}

function reasonToWait(isNamed: boolean, isInForm: boolean): string | null {
  if (isNamed) return null;
  return isInForm
    ? "It goes once the form that holds it is saved."
    : "Nothing names it, so it is not sent.";
}

/** Of a record that cannot be read nothing is known: it may. */
async function isNamed(
  { records }: RecordDeps,
  { recordId, hash }: AttachmentName,
): Promise<boolean> {
  const opened = await records.open(recordId);
  return opened.ok
    ? names(opened.value.state, hash)
    : opened.error.code !== "record-unknown";
}

async function isNamedIn(
  tx: WriteTransaction,
  types: RecordTypes,
  { recordId, hash }: AttachmentName,
): Promise<boolean> {
  const state = await loadRecordState(tx, types, recordId);
  return state.ok
    ? names(state.value, hash)
    : state.error.code !== "record-unknown";
}

function names({ type, fold }: RecordState, hash: AttachmentHash): boolean {
  return attachmentsIn(type, fold).some(
    ({ attachment }) => attachment.hash === hash,
  );
}

function holds(form: unknown, hash: AttachmentHash): boolean {
  return JSON.stringify(form).includes(hash);
}
