/**
 * A record's plan as changes within the limits of one change: a new record's creation takes everything that fits, what does not
 * follows in further changes; of a record that is here, fields and entries first, then one change for each group it signs.
 */
import {
  archiveKey,
  canonicalize,
  encodeUtf8,
  entryKey,
  ok,
  type RecordDraft,
  type Result,
  type ScalarValue,
} from "@suture/schema";
import type { PushedChange } from "../admission/judgement.ts";
import type { PlannedEntry, RecordPlan } from "./plan-record.ts";
import type { CannotCompose, RecordEditor, Write } from "./record-editor.ts";

export interface ComposedChange extends PushedChange {
  /** The draft's names of the pieces that it writes. */
  readonly origins: readonly string[];
}

/** Half of what a change may hold: what Automerge adds never makes up the rest. */
const maxChangeBytes = 512 * 1024;
const maxChangeWrites = 4_000;

interface Piece extends Write {
  readonly origin: string;
}

export function composeRecord(
  editor: RecordEditor,
  draft: RecordDraft,
  plan: RecordPlan,
  isNew: boolean,
): Result<readonly ComposedChange[], CannotCompose> {
  const composed: ComposedChange[] = [];
  const push = (
    writes: readonly Write[],
    origins: readonly string[],
  ): Result<null, CannotCompose> => {
    const change = editor.write(writes);
    if (!change.ok) return change;
    composed.push({ ...change.value, origins });
    return ok(null);
  };

  const lanes = lanesOf(plan);
  if (isNew) {
    const first: Write[] = [
      { key: "recordId", set: draft.recordId },
      { key: "recordType", set: draft.type },
      { key: "parentId", set: draft.parentId },
      ...plan.statements.map(({ group, content }) =>
        editor.statement(group, content),
      ),
    ];
    const taken = takeWhileFits(lanes, first);
    const origins = [
      ...plan.statements.flatMap((statement) => statement.origins),
      ...taken.map(({ origin }) => origin),
    ];
    const created = push([...first, ...taken], origins);
    if (!created.ok) return created;
  }
  for (const lane of lanes.slice(0, 1)) {
    const written = pushLane(lane, push);
    if (!written.ok) return written;
  }
  for (const { group, content, origins, archive } of isNew
    ? []
    : plan.statements) {
    const leaving = archive.map(archivePiece);
    const signed = push(
      [editor.statement(group, content), ...leaving],
      [...origins, ...archive.map(({ origin }) => origin)],
    );
    if (!signed.ok) return signed;
  }
  for (const lane of lanes.slice(1)) {
    const written = pushLane(lane, push);
    if (!written.ok) return written;
  }
  for (const { name, value, origin } of plan.texts) {
    const written = editor.writeText(name, value);
    if (!written.ok) return written;
    for (const change of written.value)
      composed.push({ ...change, origins: [origin] });
  }
  return ok(composed);
}

/** Fields and entries, then each group's archive: what may stand in one change together. */
function lanesOf(plan: RecordPlan): readonly Piece[][] {
  const merging = [
    ...plan.fields.map(({ origin, name, value }) => ({
      origin,
      key: name,
      set: scalarOf(value),
    })),
    ...plan.entries.map(({ origin, name, entryId, value }) => ({
      origin,
      key: entryKey(name, entryId),
      set: canonicalize(value),
    })),
  ];
  const archives = new Map<string, Piece[]>();
  for (const entry of plan.archive) {
    const lane = archives.get(entry.name) ?? [];
    lane.push(archivePiece(entry));
    archives.set(entry.name, lane);
  }
  return [merging, ...archives.values()];
}

function archivePiece({ origin, name, entryId, value }: PlannedEntry): Piece {
  return { origin, key: archiveKey(name, entryId), set: canonicalize(value) };
}

/** Takes pieces off the lanes as long as one change holds them beside what is in it already. */
function takeWhileFits(
  lanes: readonly Piece[][],
  held: readonly Write[],
): readonly Piece[] {
  let byteLength = held.reduce((sum, write) => sum + bytesOf(write), 0);
  const taken: Piece[] = [];
  for (const lane of lanes) {
    for (let next = lane[0]; next !== undefined; next = lane[0]) {
      byteLength += bytesOf(next);
      const count = held.length + taken.length;
      if (byteLength > maxChangeBytes || count >= maxChangeWrites) return taken;
      taken.push(next);
      lane.shift();
    }
  }
  return taken;
}

function pushLane(
  lane: Piece[],
  push: (
    writes: readonly Write[],
    origins: readonly string[],
  ) => Result<null, CannotCompose>,
): Result<null, CannotCompose> {
  while (lane.length > 0) {
    const taken = takeWhileFits([lane], []);
    const pieces = taken.length > 0 ? taken : lane.splice(0, 1);
    const written = push(
      pieces,
      pieces.map(({ origin }) => origin),
    );
    if (!written.ok) return written;
  }
  return ok(null);
}

function bytesOf({ key, set }: Write): number {
  const value = typeof set === "string" ? encodeUtf8(set).length : 8;
  return key.length + value + 24;
}

/** Drafts hold what their field's schema accepts, and fields hold plain values. */
function scalarOf(value: unknown): ScalarValue {
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  )
    return value;
  throw new Error("a field holds one plain value");
}
