/** What one change wrote, from what to what. SPEC AU-8. */
import {
  canonicalize,
  compareContents,
  generalInitial,
  groupOf,
  type Content,
  type Edit,
  type JsonValue,
  type OpId,
  type RecordHistoryEdit,
  type RecordType,
} from "@suture/schema";

/** Reads a record's edits in causal order, each against what it overwrote. */
export class EditReader {
  readonly #type: RecordType;
  readonly #values = new Map<OpId, JsonValue>();
  readonly #contents = new Map<OpId, Content>();

  constructor(type: RecordType) {
    this.#type = type;
  }

  /** The edits of the next change; characters of one text are one edit. */
  read(edits: readonly Edit[]): readonly RecordHistoryEdit[] {
    const described = edits.map((edit) => this.#describe(edit));
    return described.filter(
      (edit, index) =>
        edit.kind !== "text" ||
        described.findIndex(
          (other) => other.kind === "text" && other.target === edit.target,
        ) === index,
    );
  }

  #describe(edit: Edit): RecordHistoryEdit {
    switch (edit.kind) {
      case "recordId":
        return this.#value(edit, edit.kind, edit.recordId);
      case "recordType":
        return this.#value(edit, edit.kind, edit.recordType);
      case "parentId":
        return this.#value(edit, edit.kind, edit.parentId);
      case "field":
        return this.#value(edit, edit.name, edit.value);
      case "entry":
        return this.#value(edit, `${edit.name}/${edit.entryId}`, edit.entry);
      case "archive":
        return this.#value(
          edit,
          `archive/${edit.name}/${edit.entryId}`,
          edit.entry,
        );
      case "cleared": {
        const { name, pred } = edit;
        return { kind: "value", target: name, before: this.#before(pred) };
      }
      case "container":
      case "text":
        return { kind: "text", target: edit.name };
      case "increment":
        return { kind: "increment", target: edit.name, by: edit.by };
      case "statement":
        return this.#statement(edit);
      case "resolution": {
        const { group, settles, decision, reason } = edit.resolution;
        const target = `resolutions/${edit.resolutionId}`;
        return { kind: "resolution", target, group, settles, decision, reason };
      }
    }
  }

  #value(edit: Edit, target: string, after: JsonValue): RecordHistoryEdit {
    this.#values.set(edit.opId, after);
    return { kind: "value", target, before: this.#before(edit.pred), after };
  }

  #before(pred: readonly OpId[]): JsonValue[] {
    return pred.flatMap((opId) => known(this.#values.get(opId)));
  }

  #statement(
    edit: Extract<Edit, { readonly kind: "statement" }>,
  ): RecordHistoryEdit {
    const { name, statement, pred } = edit;
    this.#contents.set(edit.opId, statement.content);
    const overwritten = pred.flatMap((opId) => known(this.#contents.get(opId)));
    const { memberId, deviceId, authoredAtMs, reason } = statement.attribution;
    return {
      kind: "statement",
      target: name,
      attribution: {
        memberId,
        deviceId,
        authoredAtMs,
        ...(reason !== undefined && { reason }),
      },
      changes: changesOf(this.#type, name, overwritten, statement.content),
    };
  }
}

type StatementChanges = Extract<
  RecordHistoryEdit,
  { readonly kind: "statement" }
>["changes"];

function changesOf(
  type: RecordType,
  name: string,
  overwritten: readonly Content[],
  after: Content,
): StatementChanges {
  const group = groupOf(type, name);
  if (group === undefined) return [];
  const initial = generalInitial(group);
  const before = overwritten.length === 0 ? [initial] : overwritten;
  const [base = initial] = before;
  return compareContents(group, base, [...before, after])
    .filter((row) => !row.isAgreed)
    .map(({ part, entryId, versions }) => {
      const stood = versions.slice(0, -1);
      const stands = versions.at(-1);
      return {
        part,
        entryId,
        before: distinct(stood),
        ...(stands !== undefined && { after: stands }),
      };
    });
}

function distinct(values: readonly (JsonValue | undefined)[]): JsonValue[] {
  const stated = values.flatMap(known);
  return [
    ...new Map(stated.map((value) => [canonicalize(value), value])).values(),
  ];
}

function known<T>(value: T | undefined): [] | [T] {
  return value === undefined ? [] : [value];
}
