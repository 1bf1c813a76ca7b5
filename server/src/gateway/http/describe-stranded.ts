/**
 * Stranded work as HTTP gives it: what was tried, on what base, by whom, on which device, when, and why it was refused.
 * SPEC SW-21. Read by operation: nothing that was refused is ever loaded as a document.
 */
import {
  ChangeIndex,
  genesisOf,
  interpretChange,
  type DecodedChange,
  type ReadTransaction,
  type RecordHistoryEdit,
  type RecordId,
  type RecordType,
  type RecordTypes,
  type StrandedDescription,
  type StrandedSummary,
} from "@suture/schema";

import { EditReader } from "../../audit/history-edit.ts";
import { openRecordView, readEdits } from "../../log/record-view.ts";
import { readRefusedChange, type Stranded } from "./find-stranded.ts";
import { readLostBehind } from "./lost-behind.ts";

export function summarizeStranded(stranded: Stranded): StrandedSummary {
  const { recordId, hash, verdict, place, state } = stranded;
  const { code, message, memberId, deviceId, atMs } = verdict;
  return {
    recordId,
    recordType: place.type?.type ?? null,
    hash,
    code,
    message,
    memberId,
    deviceId,
    refusedAtMs: atMs,
    state,
  };
}

export async function describeStranded(
  tx: ReadTransaction,
  types: RecordTypes,
  stranded: Stranded,
): Promise<StrandedDescription> {
  const { type } = stranded.place;
  const change = await readRefusedChange(tx, stranded);
  return {
    ...summarizeStranded(stranded),
    // A stock client writes seconds, and so do we.
    deviceTimeMs: change === null ? null : change.time * 1_000,
    base: change === null ? [] : [...change.deps],
    tried:
      type === null || change === null
        ? null
        : await readTried(tx, types, type, stranded.recordId, change),
    typed: type === null || change === null ? [] : typedIn(type, change),
  };
}

async function readTried(
  tx: ReadTransaction,
  types: RecordTypes,
  type: RecordType,
  recordId: RecordId,
  change: DecodedChange,
): Promise<RecordHistoryEdit[] | null> {
  const own = interpretChange(type, change);
  if (!own.ok) return null;
  const record = await openRecordView(tx, recordId, types.get);
  const index = record?.view.index ?? new ChangeIndex();
  const lost = { recordId, type, index };
  const { before } = await readLostBehind(tx, lost, change.deps);
  const lineage = [...before.map(({ edits }) => edits), own.value];
  // Of what is accepted, only what these overwrite is needed to say what was there before.
  const accepted = new Set(
    lineage
      .flat()
      .flatMap(({ pred }) => pred)
      .flatMap((opId) => index.changeOf(opId) ?? []),
  );
  const reader = new EditReader(type);
  for (const hash of accepted)
    reader.read(await readEdits(tx, type, recordId, hash));
  for (const { edits } of before) reader.read(edits);
  return [...reader.read(own.value)];
}

function typedIn(
  type: RecordType,
  { ops }: DecodedChange,
): StrandedDescription["typed"] {
  return Object.entries(type.fields).flatMap(([target, { kind }]) => {
    if (kind !== "text") return [];
    const { opId } = genesisOf(type, target);
    const inText = ops.filter(({ obj }) => obj === opId);
    if (inText.length === 0) return [];
    const inserted = inText.map(({ insert, value }) =>
      insert === true && typeof value === "string" ? value : "",
    );
    const deletedCount = inText.filter(({ action }) => action === "del").length;
    return [{ target, inserted: inserted.join(""), deletedCount }];
  });
}
