/**
 * What a change means to its record: operations read as edits of declared fields and groups, every value validated.
 *
 * Refused: keys the type does not declare, nested containers, operations that do not fit the key's kind, values the schemas do
 * not accept, deleting (everything is withdrawn by a status), archive entries that have not ended. SPEC AD-7.
 */
import type { ChangeOp } from "./change-op.ts";
import { parseResolution, type Resolution } from "../clinical/resolution.ts";
import {
  parseStatement,
  type Statement,
  type StatementMalformed,
} from "../clinical/statement.ts";
import { parseCanonical, type JsonValue } from "../canonical/canonical-json.ts";
import { isRecordId, opIdOf, type OpId, type RecordId } from "../ids.ts";
import type {
  Field,
  GroupDefinition,
  RecordType,
  SetField,
} from "../records/define-record.ts";
import { readRootKey, type RootKey } from "../records/record-types.ts";
import { err, ok, type Result } from "../result.ts";
import type { DecodedChange } from "./decode-change.ts";
import { genesisOpId, isGenesis } from "./genesis.ts";

export const maxEntryBytes = 16 * 1024;
export const maxScalarLength = 4_000;
/** So that no sum leaves the numbers that are exact: from there on Automerge gives a BigInt, which JSON cannot hold. */
export const maxIncrement = 1_000_000;

const oneCharacter = /^.$/su;

interface EditBase {
  readonly opId: OpId;
  readonly pred: readonly OpId[];
}

export type ScalarValue = string | number | boolean | null;

export type Edit = EditBase &
  (
    | { readonly kind: "recordId"; readonly recordId: RecordId }
    | { readonly kind: "recordType"; readonly recordType: string }
    | { readonly kind: "parentId"; readonly parentId: RecordId | null }
    | {
        readonly kind: "field";
        readonly name: string;
        readonly value: ScalarValue;
      }
    | { readonly kind: "cleared"; readonly name: string }
    | {
        readonly kind: "entry";
        readonly name: string;
        readonly entryId: string;
        readonly entry: JsonValue;
      }
    /** A genesis change's: it makes what text or increments go into. */
    | { readonly kind: "container"; readonly name: string }
    /** One character of a text field, typed or deleted. */
    | { readonly kind: "text"; readonly name: string }
    | { readonly kind: "increment"; readonly name: string; readonly by: number }
    | {
        readonly kind: "statement";
        readonly name: string;
        readonly statement: Statement;
      }
    | {
        readonly kind: "archive";
        readonly name: string;
        readonly entryId: string;
        readonly entry: JsonValue;
      }
    | {
        readonly kind: "resolution";
        readonly resolutionId: string;
        readonly resolution: Resolution;
      }
  );

export interface ContentRefusal {
  readonly code:
    | "unknown-field"
    | "kind-mismatch"
    | "value-invalid"
    | "statement-malformed"
    | "resolution-malformed";
  /** Names the field, never its value. */
  readonly reason: string;
}

/** Reads a statement's text as `parseStatement` does; `pred` are the operations that it overwrites. */
export type ReadStatement = (
  group: GroupDefinition,
  text: string,
  pred: readonly OpId[],
) => Result<Statement, StatementMalformed>;

export function interpretChange(
  type: RecordType,
  change: DecodedChange,
  readStatement: ReadStatement = (group, text) => parseStatement(group, text),
): Result<readonly Edit[], ContentRefusal> {
  if (isGenesis(type, change)) return ok(genesisEdits(change));
  const textsByContainer = textContainers(type, change);
  const edits: Edit[] = [];
  for (const [position, op] of change.ops.entries()) {
    const base = {
      opId: opIdOf(change.startOp, position, change.actor),
      pred: op.pred,
    };
    const edit =
      op.obj === "_root"
        ? rootEdit(type, op, base, readStatement)
        : textEdit(textsByContainer.get(op.obj), op, base);
    if (!edit.ok) return edit;
    edits.push(edit.value);
  }
  return ok(edits);
}

function genesisEdits(change: DecodedChange): readonly Edit[] {
  return change.ops.map(({ key = "", pred }, position) => ({
    opId: opIdOf(change.startOp, position, change.actor),
    pred,
    kind: "container",
    name: key,
  }));
}

/** Names of the type's text fields by their containers; empty if the change writes into none, as most don't. */
function textContainers(
  type: RecordType,
  change: DecodedChange,
): ReadonlyMap<string, string> {
  if (change.ops.every(({ obj }) => obj === "_root")) return new Map();
  return new Map(
    Object.entries(type.fields).flatMap(([name, { kind }]) =>
      kind === "text" ? [[genesisOpId(type, name), name] as const] : [],
    ),
  );
}

function rootEdit(
  type: RecordType,
  op: ChangeOp,
  base: EditBase,
  readStatement: ReadStatement,
): Result<Edit, ContentRefusal> {
  const found = op.key === undefined ? undefined : readRootKey(type, op.key);
  if (found?.ok !== true) {
    return refused(
      "unknown-field",
      "it writes a field this record type does not have",
    );
  }
  const key = found.value;
  if (key.kind === "field") return fieldEdit(key, op, base);
  if (key.kind === "parentId" && op.action === "set" && op.value === null) {
    const { opId, pred } = base;
    return ok({ opId, pred, kind: "parentId", parentId: null });
  }
  return op.action === "set" && isPlainText(op)
    ? textValueEdit(type, key, op.value, base, readStatement)
    : refused("kind-mismatch", "the field holds one text and is never deleted");
}

function textValueEdit(
  type: RecordType,
  key: Exclude<RootKey, { kind: "field" }>,
  text: string,
  { opId, pred }: EditBase,
  readStatement: ReadStatement,
): Result<Edit, ContentRefusal> {
  switch (key.kind) {
    case "recordId":
      return isRecordId(text)
        ? ok({ opId, pred, kind: "recordId", recordId: text })
        : refused("value-invalid", "recordId is not a record id");
    case "recordType":
      return text === type.type
        ? ok({ opId, pred, kind: "recordType", recordType: text })
        : refused("value-invalid", "recordType is another type's");
    case "parentId":
      return isRecordId(text)
        ? ok({ opId, pred, kind: "parentId", parentId: text })
        : refused("value-invalid", "parentId is not a record id");
    case "group": {
      const statement = readStatement(key.group, text, pred);
      return statement.ok
        ? ok({
            opId,
            pred,
            kind: "statement",
            name: key.name,
            statement: statement.value,
          })
        : refused(
            "statement-malformed",
            `${key.name}: ${statement.error.reason}`,
          );
    }
    case "resolution": {
      if (pred.length > 0) {
        return refused("value-invalid", "a resolution is never rewritten");
      }
      const resolution = parseResolution(text);
      return resolution.ok
        ? ok({
            opId,
            pred,
            kind: "resolution",
            resolutionId: key.resolutionId,
            resolution: resolution.value,
          })
        : refused("resolution-malformed", resolution.error.reason);
    }
    case "entry": {
      const entry = parseCanonical(text, {
        maxBytes: maxEntryBytes,
        maxDepth: 16,
      });
      return entry.ok &&
        key.field.schema.safeParse(entry.value).success &&
        mayStand(key.field, entry.value, pred)
        ? ok({
            opId,
            pred,
            kind: "entry",
            name: key.name,
            entryId: key.entryId,
            entry: entry.value,
          })
        : refused("value-invalid", `an entry of ${key.name} is not valid`);
    }
    case "archive": {
      const entry = parseCanonical(text, {
        maxBytes: maxEntryBytes,
        maxDepth: 16,
      });
      const isValid =
        entry.ok &&
        Object.values(key.group.parts).some(
          (part) =>
            part.kind === "entries" &&
            part.schema.safeParse(entry.value).success &&
            part.isEnded(entry.value),
        );
      return entry.ok && isValid
        ? ok({
            opId,
            pred,
            kind: "archive",
            name: key.name,
            entryId: key.entryId,
            entry: entry.value,
          })
        : refused(
            "value-invalid",
            `an archived entry of ${key.name} is not a valid, ended one`,
          );
    }
  }
}

function fieldEdit(
  key: RootKey & { readonly kind: "field" },
  op: ChangeOp,
  { opId, pred }: EditBase,
): Result<Edit, ContentRefusal> {
  const { name, field } = key;
  if (field.kind === "text" || field.kind === "counter") {
    // What a container is made by is a genesis change, the same on every device; a second one would hide the first.
    if (
      field.kind !== "counter" ||
      op.action !== "inc" ||
      typeof op.value !== "number" ||
      op.pred.length !== 1
    )
      return refused("kind-mismatch", `${name} cannot be set as a whole`);
    return Math.abs(op.value) <= maxIncrement
      ? ok({ opId, pred, kind: "increment", name, by: op.value })
      : refused("value-invalid", `${name} counts too much at once`);
  }
  // Automerge deletes the losers when a field in conflict is rewritten with the value that won.
  if (op.action === "del" && op.pred.length > 0) {
    return ok({ opId, pred, kind: "cleared", name });
  }
  if (op.action !== "set" || !isScalar(op)) {
    return refused("kind-mismatch", `${name} holds one plain value`);
  }
  return isValidScalar(field, op.value)
    ? ok({ opId, pred, kind: "field", name, value: op.value })
    : refused("value-invalid", `${name} is not valid`);
}

/** Inside a text: characters inserted one by one and deleted; no marks, no blocks, nothing replaced in place. */
function textEdit(
  name: string | undefined,
  op: ChangeOp,
  { opId, pred }: EditBase,
): Result<Edit, ContentRefusal> {
  if (name === undefined) {
    return refused(
      "unknown-field",
      "it writes into a container this record type does not have",
    );
  }
  const isInsertion =
    op.action === "set" &&
    op.insert === true &&
    isPlainText(op) &&
    oneCharacter.test(op.value);
  const isDeletion =
    op.action === "del" && op.pred.length === 1 && op.pred[0] === op.elemId;
  return isInsertion || isDeletion
    ? ok({ opId, pred, kind: "text", name })
    : refused("kind-mismatch", `${name} holds text only`);
}

function isPlainText(
  op: ChangeOp,
): op is ChangeOp & { readonly value: string } {
  return typeof op.value === "string" && op.datatype === undefined;
}

/** An append-only entry is written once and then only withdrawn. */
function mayStand(
  field: SetField,
  entry: JsonValue,
  pred: EditBase["pred"],
): boolean {
  return (
    field.appendOnlyUntil === undefined ||
    pred.length === 0 ||
    statusOf(entry) === field.appendOnlyUntil
  );
}

function statusOf(entry: JsonValue): JsonValue | undefined {
  return typeof entry === "object" && entry !== null && "status" in entry
    ? entry.status
    : undefined;
}

function isScalar(
  op: ChangeOp,
): op is ChangeOp & { readonly value: ScalarValue } {
  if (
    op.datatype !== undefined &&
    op.datatype !== "int" &&
    op.datatype !== "uint"
  )
    return false;
  return (
    op.value === null ||
    typeof op.value === "string" ||
    typeof op.value === "boolean" ||
    (typeof op.value === "number" && Number.isSafeInteger(op.value))
  );
}

function isValidScalar(field: Field, value: ScalarValue): boolean {
  if (typeof value === "string" && value.length > maxScalarLength) return false;
  if (field.kind === "ordered")
    return typeof value === "string" && field.order.includes(value);
  // Null clears a field.
  return (
    field.kind === "scalar" &&
    (value === null || field.schema.safeParse(value).success)
  );
}

function refused(
  code: ContentRefusal["code"],
  reason: string,
): { readonly ok: false; readonly error: ContentRefusal } {
  return err({ code, reason });
}
