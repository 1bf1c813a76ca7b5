/**
 * Puts the rows of a change's columns together into operations, and refuses what no honest writer writes: an operation
 * that has both a map key and an element, names itself or a later one, repeats a predecessor, or carries a value its
 * action has no use for. What an operation *means* — which keys, whose rights — is for admission. SPEC CH-11, CH-12.
 */
import type { OpId } from "../ids.ts";
import type { ChangeLimits } from "./change-limits.ts";
import type { ChangeOp } from "./change-op.ts";
import { malformed, tooLarge } from "./chunk-refusal.ts";
import {
  type ColumnDirectory,
  type ColumnId,
  columnIds,
  columnOf,
} from "./column-directory.ts";
import {
  booleanColumn,
  deltaColumn,
  readUint,
  runLengthColumn,
} from "./column-readers.ts";
import { type TypedValue, ValueColumn } from "./value-column.ts";

/** By Automerge's number for it. The seventh begins a mark if it has a name and ends one if not. */
const actions = [
  "makeMap",
  "set",
  "makeList",
  "del",
  "makeText",
  "inc",
  "makeTable",
  "mark",
] as const;

type StoredAction = (typeof actions)[number];

/** `actors[0]` is the author; columns name actors by their index. */
export function assembleOps(
  directory: ColumnDirectory,
  actors: readonly string[],
  startOp: number,
  limits: ChangeLimits,
): readonly ChangeOp[] {
  const columns = openColumns(directory, limits);
  const ops: ChangeOp[] = [];
  const references = new References(actors);
  let predsLeft = limits.maxPreds;
  while (!columns.action.isDone) {
    const counter = startOp + ops.length;
    if (counter > limits.maxOpCounter)
      tooLarge("the operation counter is too high");
    references.before = counter;
    const op = readOp(
      columns,
      references,
      Math.min(predsLeft, limits.maxPredsPerOp),
    );
    predsLeft -= op.pred.length;
    ops.push(op);
  }
  for (const column of Object.values(columns)) {
    if (!column.isDone) malformed("a column goes on after the last operation");
  }
  return ops;
}

type Columns = ReturnType<typeof openColumns>;

function openColumns(directory: ColumnDirectory, limits: ChangeLimits) {
  const { maxOps, maxPreds, maxKeyBytes } = limits;
  const of = (id: ColumnId) => columnOf(directory, id);
  const readText = (reader: { text(maxBytes: number): string }) =>
    reader.text(maxKeyBytes);
  const ids = columnIds;
  return {
    objActor: runLengthColumn(of(ids.objActor), maxOps, readUint),
    objCounter: runLengthColumn(of(ids.objCounter), maxOps, readUint),
    keyActor: runLengthColumn(of(ids.keyActor), maxOps, readUint),
    keyCounter: deltaColumn(of(ids.keyCounter), maxOps),
    keyText: runLengthColumn(of(ids.keyText), maxOps, readText),
    insert: booleanColumn(of(ids.insert), maxOps),
    action: runLengthColumn(of(ids.action), maxOps, readUint),
    value: new ValueColumn(
      of(ids.valueMetadata),
      of(ids.valueRaw),
      maxOps,
      limits.maxValueBytes,
    ),
    predCount: runLengthColumn(of(ids.predCount), maxOps, readUint),
    predActor: runLengthColumn(of(ids.predActor), maxPreds, readUint),
    predCounter: deltaColumn(of(ids.predCounter), maxPreds),
    expand: booleanColumn(of(ids.expand), maxOps),
    markName: runLengthColumn(of(ids.markName), maxOps, readText),
  };
}

function readOp(
  columns: Columns,
  references: References,
  maxPreds: number,
): ChangeOp {
  const action = actions[columns.action.next() ?? actions.length];
  if (action === undefined) return malformed("an action is unknown");
  const obj = readObj(columns, references);
  const place = readPlace(columns, references);
  const isInsert = columns.insert.next();
  const value = columns.value.next();
  const pred = readPred(columns, references, maxPreds);
  const expand = columns.expand.next();
  const name = columns.markName.next();

  if (isInsert) {
    if ("key" in place) malformed("a map key is inserted");
    if (pred.length > 0) malformed("an insertion overwrites something");
  } else if (place.elemId === "_head")
    malformed("the head of a list is not an element");
  else if (action === "set" && "key" in place && value.datatype === null) {
    // What nearly every operation is: in one piece, since thousands of copies are what a long change costs.
    if (expand || name !== null) malformed("only a mark has a name");
    return { action, obj, key: place.key, value: value.value, pred };
  }
  const target = isInsert
    ? { obj, ...place, insert: true as const }
    : { obj, ...place };
  return withAction(action, target, value, expand, name, pred);
}

type Target = Pick<ChangeOp, "obj" | "key" | "elemId" | "insert">;

function withAction(
  action: StoredAction,
  target: Target,
  { value, datatype }: TypedValue,
  expand: boolean,
  name: string | null,
  pred: readonly OpId[],
): ChangeOp {
  if (action !== "mark" && (expand || name !== null))
    malformed("only a mark has a name");
  switch (action) {
    case "set":
      return datatype === null
        ? { action, ...target, value, pred }
        : { action, ...target, datatype, value, pred };
    case "inc":
      if (datatype !== "int" && datatype !== "uint")
        malformed("an increment is not an integer");
      return { action, ...target, value, pred };
    case "mark":
      if (name !== null)
        return { action: "markBegin", ...target, name, value, expand, pred };
      if (value !== null) malformed("the end of a mark has a value");
      return { action: "markEnd", ...target, expand, pred };
    default:
      if (value !== null)
        malformed("an operation has a value it has no use for");
      return { action, ...target, pred };
  }
}

function readObj(columns: Columns, references: References): "_root" | OpId {
  const actor = columns.objActor.next();
  const counter = columns.objCounter.next();
  if (actor === null && counter === null) return "_root";
  return references.opId(actor, counter);
}

function readPlace(
  columns: Columns,
  references: References,
):
  | { readonly key: string; readonly elemId?: never }
  | { readonly elemId: "_head" | OpId } {
  const actor = columns.keyActor.next();
  const counter = columns.keyCounter.next();
  const key = columns.keyText.next();
  if (key !== null) {
    if (actor !== null || counter !== null)
      malformed("an operation has two places");
    return { key };
  }
  if (actor === null && counter === 0) return { elemId: "_head" };
  return { elemId: references.opId(actor, counter) };
}

const noPred: readonly OpId[] = [];

function readPred(
  columns: Columns,
  references: References,
  maxPreds: number,
): readonly OpId[] {
  const count = columns.predCount.next();
  if (count === null)
    return malformed("an operation does not say how many it overwrites");
  if (count > maxPreds) tooLarge("too many operations are overwritten");
  if (count === 0) return noPred;

  const pred: OpId[] = [];
  let lastCounter = 0;
  let lastActor = "";
  for (let index = 0; index < count; index += 1) {
    const actorIndex = columns.predActor.next();
    const counter = columns.predCounter.next();
    const opId = references.opId(actorIndex, counter);
    const actor = references.actor(actorIndex);
    const isAscending =
      counter !== null &&
      (counter > lastCounter || (counter === lastCounter && actor > lastActor));
    if (!isAscending) malformed("the overwritten operations are not in order");
    pred.push(opId);
    lastCounter = counter;
    lastActor = actor;
  }
  return pred;
}

/** Turns (actor index, counter) into op ids, for one operation after another. */
class References {
  readonly #actors: readonly string[];
  /** Counter of the operation being read: what it refers to came earlier, so it has a lower one. */
  before = 0;

  constructor(actors: readonly string[]) {
    this.#actors = actors;
  }

  actor(index: number | null): string {
    const actor = index === null ? undefined : this.#actors[index];
    return actor ?? malformed("an operation id names no actor of the change");
  }

  opId(actorIndex: number | null, counter: number | null): OpId {
    const actor = this.actor(actorIndex);
    if (counter === null || counter < 1)
      return malformed("an operation id has no counter");
    if (counter >= this.before)
      malformed("an operation refers to itself or to a later one");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a positive counter and an actor are what an op id is
    return `${counter}@${actor}` as OpId;
  }
}
