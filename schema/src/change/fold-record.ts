/**
 * A record's values, folded from its changes: per root key the operations nobody has overwritten, which is Automerge's own
 * multi-value register. Everything but text lives at the root, so reading needs no document and no wasm memory.
 * Equal to Automerge on every history (SPEC CO-6); text is read through Automerge (`read-text.ts`).
 */
import { compareOpIds, type OpId, type RecordId } from "../ids.ts";
import type { JsonValue } from "../canonical/canonical-json.ts";
import type { RecordType } from "../records/define-record.ts";
import {
  archiveKey,
  entryKey,
  resolutionKey,
} from "../records/record-types.ts";
import type { Resolution } from "../clinical/resolution.ts";
import type { Statement } from "../clinical/statement.ts";
import type { StatementSource } from "../clinical/read-group.ts";
import type { Edit, ScalarValue } from "./interpret-change.ts";

interface Cell {
  readonly key: string;
  readonly edit: Edit;
}

/** The live values of one record at some point of its history. Add edits in causal order. */
export class RecordFold implements StatementSource {
  readonly #cellsByKey = new Map<string, Cell[]>();
  readonly #statements = new Map<
    OpId,
    { readonly statement: Statement; readonly pred: readonly OpId[] }
  >();
  readonly #increments = new Map<string, number>();

  addChange(edits: readonly Edit[]): void {
    for (const edit of edits) this.#add(edit);
  }

  /** The live operations under a root key, in Automerge's order; empty if never written or all withdrawn. */
  livePred(key: string): readonly OpId[] {
    return this.#cells(key).map((cell) => cell.edit.opId);
  }

  live(group: string): readonly OpId[] {
    return this.livePred(group);
  }

  statementOf(opId: OpId): Statement {
    const found = this.#statements.get(opId);
    if (found === undefined)
      throw new Error("no such statement in this record");
    return found.statement;
  }

  predOf(opId: OpId): readonly OpId[] {
    return this.#statements.get(opId)?.pred ?? [];
  }

  recordId(): RecordId | null {
    const edit = this.#winner("recordId");
    return edit?.kind === "recordId" ? edit.recordId : null;
  }

  parentId(): RecordId | null {
    const edit = this.#winner("parentId");
    return edit?.kind === "parentId" ? edit.parentId : null;
  }

  /** Automerge's winner; undefined if never set or cleared. */
  scalar(name: string): Exclude<ScalarValue, null> | undefined {
    const edit = this.#winner(name);
    return edit?.kind === "field" && edit.value !== null
      ? edit.value
      : undefined;
  }

  /** Every value concurrently entered, winner last: "2 values entered". */
  scalars(name: string): readonly ScalarValue[] {
    return this.#cells(name).flatMap(({ edit }) =>
      edit.kind === "field" ? [edit.value] : [],
    );
  }

  counter(name: string): number {
    return this.#increments.get(name) ?? 0;
  }

  /** Entries of a set field by id. */
  entries(name: string): Readonly<Record<string, JsonValue>> {
    return this.#entriesUnder(entryKey(name, ""), "entry");
  }

  /** Ended entries of a group by id. */
  archive(group: string): Readonly<Record<string, JsonValue>> {
    return this.#entriesUnder(archiveKey(group, ""), "archive");
  }

  resolutions(): readonly Resolution[] {
    const prefix = resolutionKey("");
    return [...this.#cellsByKey].flatMap(([key, cells]) =>
      key.startsWith(prefix)
        ? cells.flatMap(({ edit }) =>
            edit.kind === "resolution" ? [edit.resolution] : [],
          )
        : [],
    );
  }

  #add(edit: Edit): void {
    const key = keyOf(edit);
    if (edit.kind === "increment") {
      this.#increments.set(edit.name, this.counter(edit.name) + edit.by);
      return;
    }
    const overwritten = new Set(edit.pred);
    const kept = this.#cells(key).filter(
      (cell) => !overwritten.has(cell.edit.opId),
    );
    if (edit.kind !== "cleared") kept.push({ key, edit });
    kept.sort((left, right) => compareOpIds(left.edit.opId, right.edit.opId));
    this.#cellsByKey.set(key, kept);
    if (edit.kind === "statement")
      this.#statements.set(edit.opId, {
        statement: edit.statement,
        pred: edit.pred,
      });
  }

  #cells(key: string): Cell[] {
    return this.#cellsByKey.get(key) ?? [];
  }

  #winner(key: string): Edit | undefined {
    return this.#cells(key).at(-1)?.edit;
  }

  #entriesUnder(
    prefix: string,
    kind: "entry" | "archive",
  ): Readonly<Record<string, JsonValue>> {
    const found: Record<string, JsonValue> = {};
    for (const [key, cells] of this.#cellsByKey) {
      const edit = key.startsWith(prefix) ? cells.at(-1)?.edit : undefined;
      if (edit?.kind === kind) found[edit.entryId] = edit.entry;
    }
    return found;
  }
}

/** The furthest of the values concurrently entered, by the field's order. */
export function furthest(
  order: readonly string[],
  values: readonly ScalarValue[],
): string | undefined {
  const ranks = values.map((value) =>
    typeof value === "string" ? order.indexOf(value) : -1,
  );
  return order[Math.max(-1, ...ranks)];
}

/** The field values of a record as its type declares them, text excepted (null until read through Automerge). */
export function readFields(
  type: RecordType,
  fold: RecordFold,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(type.fields).map(([name, field]) => {
      switch (field.kind) {
        case "scalar":
          return [name, fold.scalar(name)];
        case "ordered":
          return [name, furthest(field.order, fold.scalars(name))];
        case "set":
          return [name, fold.entries(name)];
        case "counter":
          return [name, fold.counter(name)];
        case "text":
          return [name, null];
      }
    }),
  );
}

function keyOf(edit: Edit): string {
  switch (edit.kind) {
    case "recordId":
    case "recordType":
    case "parentId":
      return edit.kind;
    case "field":
    case "cleared":
    case "text":
    case "increment":
    case "statement":
      return edit.name;
    case "entry":
      return entryKey(edit.name, edit.entryId);
    case "archive":
      return archiveKey(edit.name, edit.entryId);
    case "resolution":
      return resolutionKey(edit.resolutionId);
  }
}
