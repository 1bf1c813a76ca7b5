/**
 * A record's values, folded from its changes: per root key the operations nobody has overwritten, which is Automerge's own
 * multi-value register. Everything but text lives at the root, so reading needs no document and no wasm memory.
 * Equal to Automerge on every history (SPEC CO-6); text is read through Automerge (`read-text.ts`).
 */
import type { JsonValue } from "../canonical/canonical-json.ts";
import type { StatementSource } from "../clinical/statement-graph.ts";
import type { Resolution } from "../clinical/resolution.ts";
import type { Statement } from "../clinical/statement.ts";
import { compareOpIds, type OpId, type RecordId } from "../ids.ts";
import type { RecordType } from "../records/define-record.ts";
import type { Edit, ScalarValue } from "./interpret-change.ts";

export type EditOf<Kind extends Edit["kind"]> = Extract<
  Edit,
  { readonly kind: Kind }
>;

/**
 * The live values of one record at some point of its history. Add changes in causal order, each once; any such order gives
 * the same. Holds every statement, also overwritten ones (what candidates had seen is read from them); of all else only
 * what is live.
 */
export class RecordFold implements StatementSource {
  /** By what stands before the entry id in the root key. */
  readonly #places = new Map<string, Place>();
  readonly #statements = new Map<OpId, EditOf<"statement">>();
  readonly #counts = new Map<string, number>();

  addChange(edits: readonly Edit[]): void {
    for (const edit of edits) this.#add(edit);
  }

  /** The live operations under a root key, in Automerge's order: the `pred` of whatever is written there next. */
  livePred(key: string): readonly OpId[] {
    const cut = key.lastIndexOf("/");
    const live =
      cut === -1
        ? this.#cell(key, "")
        : this.#cell(key.slice(0, cut), key.slice(cut + 1));
    return live.map(({ opId }) => opId);
  }

  live(group: string): readonly OpId[] {
    return this.livePred(group);
  }

  holdsStatement(opId: OpId): boolean {
    return this.#statements.has(opId);
  }

  /** Throws for one that is not here. */
  statementOf(opId: OpId): Statement {
    const edit = this.#statements.get(opId);
    if (edit === undefined) throw new Error("no such statement in this record");
    return edit.statement;
  }

  predOf(opId: OpId): readonly OpId[] {
    return this.#statements.get(opId)?.pred ?? [];
  }

  recordId(): RecordId | null {
    return this.#edits("recordId", "recordId").at(-1)?.recordId ?? null;
  }

  recordType(): string | null {
    return this.#edits("recordType", "recordType").at(-1)?.recordType ?? null;
  }

  parentId(): RecordId | null {
    return this.#edits("parentId", "parentId").at(-1)?.parentId ?? null;
  }

  /** Automerge's winner; undefined if never set or cleared. */
  scalar(name: string): Exclude<ScalarValue, null> | undefined {
    return this.fieldEdits(name).at(-1)?.value ?? undefined;
  }

  /** Every value concurrently entered, winner last: "2 values entered". */
  scalars(name: string): readonly ScalarValue[] {
    return this.fieldEdits(name).map(({ value }) => value);
  }

  /** The live writes of a scalar or ordered field, winner last. */
  fieldEdits(name: string): readonly EditOf<"field">[] {
    return this.#edits(name, "field");
  }

  counter(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Entries of a set field by id, in the order in which they were first written. */
  entries(name: string): Readonly<Record<string, JsonValue>> {
    return byEntryId(this.entryEdits(name));
  }

  /** The winning write of each entry of a set field. */
  entryEdits(name: string): readonly EditOf<"entry">[] {
    return this.#winners(name, "entry");
  }

  /** Entries of a group that have ended, by id. One that a resolution kept is here and in the statement: it is current. */
  archive(group: string): Readonly<Record<string, JsonValue>> {
    return byEntryId(this.#winners(`archive/${group}`, "archive"));
  }

  resolutions(): readonly Resolution[] {
    return this.#winners("resolutions", "resolution").map(
      ({ resolution }) => resolution,
    );
  }

  #add(edit: Edit): void {
    if (edit.kind === "text") return;
    if (edit.kind === "increment") {
      this.#counts.set(edit.name, this.counter(edit.name) + edit.by);
      return;
    }
    if (edit.kind === "statement") this.#statements.set(edit.opId, edit);
    const { place, entryId } = placeOf(edit);
    const kept = this.#cell(place, entryId).filter(
      ({ opId }) => !edit.pred.includes(opId),
    );
    const live =
      edit.kind === "cleared"
        ? kept
        : [...kept, edit].sort((a, b) => compareOpIds(a.opId, b.opId));
    let cells = this.#places.get(place);
    if (cells === undefined) this.#places.set(place, (cells = new Place()));
    cells.set(entryId, live, edit.opId);
  }

  #cell(place: string, entryId: string): readonly Edit[] {
    return this.#places.get(place)?.live(entryId) ?? [];
  }

  #edits<Kind extends Edit["kind"]>(
    place: string,
    kind: Kind,
  ): readonly EditOf<Kind>[] {
    return this.#cell(place, "").filter((edit) => isKind(edit, kind));
  }

  #winners<Kind extends Edit["kind"]>(
    place: string,
    kind: Kind,
  ): readonly EditOf<Kind>[] {
    const cells = this.#places.get(place)?.inOrder() ?? [];
    return cells.flatMap(({ live }) =>
      live.slice(-1).filter((edit) => isKind(edit, kind)),
    );
  }
}

interface Cell {
  /** Live edits, in Automerge's order. */
  readonly live: readonly Edit[];
  /** The first of all that were ever written here. */
  readonly firstOpId: OpId;
}

/** The cells of one place, by entry id; the only one of a place without entries is under "". */
class Place {
  #cells = new Map<string, Cell>();
  #lastFirstOpId: OpId | undefined;
  /** Changes may come in any causal order; mostly it is the order in which entries were first written. */
  #isInOrder = true;

  live(entryId: string): readonly Edit[] | undefined {
    return this.#cells.get(entryId)?.live;
  }

  set(entryId: string, live: readonly Edit[], opId: OpId): void {
    const cell = this.#cells.get(entryId);
    if (cell === undefined) {
      const last = this.#lastFirstOpId;
      if (last !== undefined && compareOpIds(opId, last) < 0)
        this.#isInOrder = false;
      else this.#lastFirstOpId = opId;
      this.#cells.set(entryId, { live, firstOpId: opId });
      return;
    }
    const isFirst = compareOpIds(opId, cell.firstOpId) < 0;
    if (isFirst) this.#isInOrder = false;
    const firstOpId = isFirst ? opId : cell.firstOpId;
    this.#cells.set(entryId, { live, firstOpId });
  }

  inOrder(): readonly Cell[] {
    if (!this.#isInOrder) {
      const cells = [...this.#cells].sort(([, a], [, b]) =>
        compareOpIds(a.firstOpId, b.firstOpId),
      );
      this.#cells = new Map(cells);
      this.#lastFirstOpId = cells.at(-1)?.[1].firstOpId;
      this.#isInOrder = true;
    }
    return [...this.#cells.values()];
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
    Object.entries(type.fields).map(([name, field]): [string, unknown] => {
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

/** A root key in two: what the type declares, and the entry's id. */
function placeOf(
  edit: Exclude<Edit, { readonly kind: "text" | "increment" }>,
): {
  readonly place: string;
  readonly entryId: string;
} {
  switch (edit.kind) {
    case "recordId":
    case "recordType":
    case "parentId":
      return { place: edit.kind, entryId: "" };
    case "field":
    case "cleared":
    case "container":
    case "statement":
      return { place: edit.name, entryId: "" };
    case "entry":
      return { place: edit.name, entryId: edit.entryId };
    case "archive":
      return { place: `archive/${edit.name}`, entryId: edit.entryId };
    case "resolution":
      return { place: "resolutions", entryId: edit.resolutionId };
  }
}

function isKind<Kind extends Edit["kind"]>(
  edit: Edit,
  kind: Kind,
): edit is EditOf<Kind> {
  return edit.kind === kind;
}

function byEntryId(
  edits: readonly { readonly entryId: string; readonly entry: JsonValue }[],
): Readonly<Record<string, JsonValue>> {
  return Object.fromEntries(
    edits.map(({ entryId, entry }) => [entryId, entry]),
  );
}
