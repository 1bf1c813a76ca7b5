/**
 * A record's history as a person reads it: who, on which device, which field, before → after, the device's clock beside the
 * server's, and which changes were made without seeing each other. Before is what the author overwrote, so it is what they saw.
 */
import type {
  ChangeHash,
  DeviceId,
  Edit,
  OpId,
  RecordId,
} from "@suture/schema";

import type { Progress } from "../store/local-change.ts";
import type { HeldChange, RecordState } from "./record-state.ts";

export interface HistoryEdit {
  readonly kind: Edit["kind"];
  /** Of the field or group; null for what the record is and where it belongs. */
  readonly name: string | null;
  readonly entryId: string | null;
  /** What was overwritten: nothing, one value, or the several of a conflict. */
  readonly before: readonly unknown[];
  readonly after: unknown;
}

export interface HistoryEntry {
  readonly hash: ChangeHash;
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  /** By the author's device. */
  readonly authoredAtMs: number;
  /** By the server; null until it has said. */
  readonly admittedAtMs: number | null;
  readonly state: Progress["state"];
  readonly reason: string | null;
  readonly edits: readonly HistoryEdit[];
  /** What the author had seen. */
  readonly seen: readonly ChangeHash[];
  /** Changes that neither saw this one nor were seen by it: branches side by side. */
  readonly besides: readonly ChangeHash[];
}

/** Oldest first, in causal order. */
export function historyOf(state: RecordState): readonly HistoryEntry[] {
  const { changes } = state;
  const ancestors = ancestorBits(changes);
  const editsByOpId = new Map<OpId, Edit>();
  return changes.map((change, position) => {
    for (const edit of change.edits) editsByOpId.set(edit.opId, edit);
    const besides = changes.flatMap(({ row }, other) =>
      other !== position &&
      !hasBit(ancestors[position], other) &&
      !hasBit(ancestors[other], position)
        ? [row.hash]
        : [],
    );
    return entryOf(change, editsByOpId, besides);
  });
}

function entryOf(
  { row, edits }: HeldChange,
  editsByOpId: ReadonlyMap<OpId, Edit>,
  besides: readonly ChangeHash[],
): HistoryEntry {
  const signed = edits.find((edit) => edit.kind === "statement");
  const attribution = signed?.statement.attribution;
  const { progress } = row;
  return {
    hash: row.hash,
    memberId: row.memberId,
    deviceId: row.deviceId,
    // A change's own time is in whole seconds; a signature has the exact one.
    authoredAtMs: attribution?.authoredAtMs ?? row.authoredAtMs,
    admittedAtMs: progress.state === "accepted" ? progress.admittedAtMs : null,
    state: progress.state,
    reason: attribution?.reason ?? null,
    edits: edits.map((edit) => ({
      kind: edit.kind,
      name: "name" in edit ? edit.name : null,
      entryId: "entryId" in edit ? edit.entryId : null,
      before: edit.pred.flatMap((opId) => {
        const overwritten = editsByOpId.get(opId);
        return overwritten === undefined ? [] : [valueOf(overwritten)];
      }),
      after: valueOf(edit),
    })),
    seen: row.deps,
    besides,
  };
}

function valueOf(edit: Edit): unknown {
  switch (edit.kind) {
    case "recordId":
      return edit.recordId;
    case "recordType":
      return edit.recordType;
    case "parentId":
      return edit.parentId;
    case "field":
      return edit.value;
    case "entry":
    case "archive":
      return edit.entry;
    case "increment":
      return edit.by;
    case "statement":
      return edit.statement.content;
    case "resolution":
      return edit.resolution;
    case "cleared":
    case "container":
    case "text":
      return null;
  }
}

type Bits = Uint32Array;

/** For each change, by position, everything behind it. */
function ancestorBits(changes: readonly HeldChange[]): readonly Bits[] {
  const positions = new Map(
    changes.map(({ row }, position) => [row.hash, position]),
  );
  const words = Math.ceil(changes.length / 32);
  const all: Bits[] = [];
  for (const { row } of changes) {
    const own = new Uint32Array(words);
    for (const dep of row.deps) {
      const position = positions.get(dep);
      if (position === undefined) continue;
      const behind = all[position];
      for (let word = 0; word < words; word += 1)
        own[word] = (own[word] ?? 0) | (behind?.[word] ?? 0);
      own[position >> 5] = (own[position >> 5] ?? 0) | (1 << (position & 31));
    }
    all.push(own);
  }
  return all;
}

function hasBit(bits: Bits | undefined, position: number): boolean {
  return (((bits?.[position >> 5] ?? 0) >>> (position & 31)) & 1) === 1;
}
