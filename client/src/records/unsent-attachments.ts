/**
 * Pictures that only this device has, and what becomes of each: it goes once a record names it. What only a half-filled form holds
 * goes with that form. What nothing on the device names stays until somebody removes it. SPEC AT-8, AP-175, AP-176, AP-186.
 */
import {
  ok,
  statusLabels,
  type AttachmentHash,
  type PersonId,
  type ReadTransaction,
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
import { isShownIn, mayBeNamed, mayBeNamedIn } from "./attachment-naming.ts";
import type { RecordDeps } from "./record-deps.ts";

export interface UnsentAttachment extends AttachmentName {
  readonly recordType: string | null;
  readonly personId: PersonId;
  readonly byteLength: number;
  readonly savedAtMs: number;
  readonly state: SaveState;
  readonly label: (typeof statusLabels)[SaveState];
  /** Why it has not been sent or taken yet, where more is known than that. */
  readonly reason: string | null;
  /** Nothing on the device names it, and whoever uses the device took it: `remove` is all that can be done about it. */
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
    const namedBy = await whatNames(deps, row, isInForm);
    const standing = standingOf(row, deps, namedBy);
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

/** Answers whether nothing names it in this very moment: somebody confirmed a list that may be older. */
export async function removeUnneeded(
  tx: WriteTransaction,
  types: RecordTypes,
  { name, personId }: { name: AttachmentName; personId: PersonId },
): Promise<boolean> {
  if (await isInAnyForm(tx, name)) return false;
  return dropUnnamed(tx, types, { name, personId });
}

/** As `removeUnneeded`, of what a form lets go of that has it still. */
export async function dropUnnamed(
  tx: WriteTransaction,
  types: RecordTypes,
  { name, personId }: { name: AttachmentName; personId: PersonId },
): Promise<boolean> {
  if (await mayBeNamed(tx, types, name)) return false;
  await letGoOfAttachment(tx, name, personId);
  return true;
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
    if (forms.some(({ value }) => holds(value, row.hash)))
      await dropUnnamed(tx, types, { name: row, personId });
}

function standingOf(
  { unsent }: UnsentAttachmentRow,
  { sending, person }: RecordDeps,
  namedBy: NamedBy,
): Pick<UnsentAttachment, "state" | "reason" | "mayBeDropped"> {
  const { personId, refusal, others = [] } = unsent;
  const canSend = sending.canSend(personId);
  const user = person()?.personId;
  return {
    state:
      refusal !== null
        ? "refused"
        : namedBy === "record" && canSend
          ? "queued"
          : "local",
    reason:
      refusal ?? (canSend ? reasonToWait(namedBy) : reasonNotToSend(sending)),
    mayBeDropped:
      namedBy === "nothing" &&
      [personId, ...others].some((taker) => taker === user),
  };
}

function reasonNotToSend({ obstacle }: RecordDeps["sending"]): string {
  return obstacle === "update-needed"
    ? "This app must be updated first."
    : "Its author must sign in here.";
}

function reasonToWait(namedBy: NamedBy): string | null {
  switch (namedBy) {
    case "record":
      return null;
    case "other-work":
      return "It is kept for work that was not accepted, or is not complete on this device.";
    case "form":
      return "It goes once the form that holds it is saved.";
    case "nothing":
      return "Nothing names it, so it is not sent.";
  }
}

type NamedBy =
  | "record"
  /** Refused, early or unreadable, or not here yet. */
  | "other-work"
  | "form"
  | "nothing";

async function whatNames(
  { records, log }: RecordDeps,
  name: AttachmentName,
  isInForm: boolean,
): Promise<NamedBy> {
  const opened = await records.open(name.recordId);
  const state = opened.ok ? ok(opened.value.state) : opened;
  if (state.ok && isShownIn(state.value, name.hash)) return "record";
  if (await log.read((tx) => mayBeNamedIn(tx, state, name)))
    return "other-work";
  return isInForm ? "form" : "nothing";
}

async function isInAnyForm(
  tx: ReadTransaction,
  { hash }: AttachmentName,
): Promise<boolean> {
  const forms = await tx.scan(keptFormsTable);
  return forms.some(({ value }) => holds(value, hash));
}

function holds(form: unknown, hash: AttachmentHash): boolean {
  return JSON.stringify(form).includes(hash);
}
