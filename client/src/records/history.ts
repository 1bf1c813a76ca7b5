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
  const besidesByPosition = sideBySide(changes);
  const editsByOpId = new Map<OpId, Edit>();
  return changes.map((change, position) => {
    for (const edit of change.edits) editsByOpId.set(edit.opId, edit);
    const besides = (besidesByPosition[position] ?? [])
      .toSorted((left, right) => left - right)
      .flatMap((other) => changes[other]?.row.hash ?? []);
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
    edits: editsInWords(edits, editsByOpId),
    seen: row.deps,
    besides,
  };
}

/** What edits wrote, and over what. `editsByOpId` knows what they overwrote. */
export function editsInWords(
  edits: readonly Edit[],
  editsByOpId: ReadonlyMap<OpId, Edit>,
): readonly HistoryEdit[] {
  return edits.map((edit) => ({
    kind: edit.kind,
    name: "name" in edit ? edit.name : null,
    entryId: "entryId" in edit ? edit.entryId : null,
    before: edit.pred.flatMap((opId) => {
      const overwritten = editsByOpId.get(opId);
      return overwritten === undefined ? [] : [valueOf(overwritten)];
    }),
    after: valueOf(edit),
  }));
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

/** For each change, by position, those that neither saw it nor were seen by it. */
function sideBySide(
  changes: readonly HeldChange[],
): readonly (readonly number[])[] {
  const besides: number[][] = changes.map(() => []);
  for (const [position, behind] of ancestorBits(changes).entries()) {
    for (let word = 0; word * 32 < position; word += 1) {
      const width = Math.min(32, position - word * 32);
      const all = width === 32 ? 0xffffffff : 2 ** width - 1;
      // Earlier changes that are not behind this one; none in a history without branches.
      let unseen = (all & ~(behind[word] ?? 0)) >>> 0;
      while (unseen !== 0) {
        const bit = 31 - Math.clz32(unseen);
        unseen = (unseen & ~(1 << bit)) >>> 0;
        besides[position]?.push(word * 32 + bit);
        besides[word * 32 + bit]?.push(position);
      }
    }
  }
  return besides;
}
