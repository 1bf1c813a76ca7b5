/**
 * Says once more what a change said that was lost because of what it was built on, or by whom: composed at what its author had
 * seen of the accepted changes, never at newer ones, so concurrency stays honest. SPEC SW-1 to SW-4.
 *
 * Guaranteed: one operation for each of the lost change's, in the same order; values, increments and moves as they were; a
 * statement as the difference it made, applied to the accepted content there; a resolution only of the same candidates; a
 * text edit by the same characters. What it names of other lost work is followed to what that work was expressed as again.
 * Refused as `depends-on-refused`: whatever touches something that exists, or was changed, only in lost work.
 */
import { canonicalize } from "../canonical/canonical-json.ts";
import { carryOver } from "../clinical/carry-over.ts";
import { encodeResolution } from "../clinical/resolution.ts";
import { generalInitial, isConflict } from "../clinical/statement-base.ts";
import {
  encodeStatement,
  type Attribution,
  type Statement,
} from "../clinical/statement.ts";
import { sameLiveSet } from "../clinical/live-set.ts";
import {
  compareOpIds,
  opIdOf,
  type ActorId,
  type ChangeHash,
  type OpId,
} from "../ids.ts";
import type { RecordType } from "../records/define-record.ts";
import {
  archiveKey,
  entryKey,
  groupOf,
  resolutionKey,
} from "../records/record-types.ts";
import { err, ok, type Result } from "../result.ts";
import { boundedHeads, predBehind } from "./bounded-heads.ts";
import type { ChangeIndex } from "./change-index.ts";
import type { ChangeOp } from "./change-op.ts";
import { composeChange, type ComposedOp } from "./compose-change.ts";
import { RecordFold, type EditOf } from "./fold-record.ts";
import { genesisOf, genesisOpId, type Genesis } from "./genesis.ts";
import type { Edit } from "./interpret-change.ts";
import {
  positionIn,
  seenOfAccepted,
  type LostBefore,
  type LostChange,
} from "./lost-change.ts";

/** What the lost change can stand on: accepted changes, and work said again that is on its way to be. */
export interface AcceptedRecord {
  readonly index: ChangeIndex;
  /** Of every change in the index. */
  editsOf(hash: ChangeHash): readonly Edit[];
}

export interface ReexpressionPlan {
  readonly type: RecordType;
  readonly accepted: AcceptedRecord;
  readonly lost: LostChange;
  /** The lost work behind it, in causal order. */
  readonly before: readonly LostBefore[];
  /** A fresh one. */
  readonly actor: ActorId;
  readonly timeMs: number;
  /** Who signs now, where the lost change signed something: with a new nonce. */
  attribute(signed: Attribution): Attribution;
}

export interface NotReexpressible {
  readonly code: "depends-on-refused";
  /** Names fields, never values. */
  readonly reason: string;
}

/** Chunks in the order they are to be admitted: the containers it writes into that are not here yet, then the change itself. */
export function reexpressChange(
  plan: ReexpressionPlan,
): Result<readonly Uint8Array[], NotReexpressible> {
  return new Reexpression(plan).compose();
}

class Reexpression {
  readonly #plan: ReexpressionPlan;
  readonly #deps: readonly ChangeHash[];
  /** The values where it is composed. */
  readonly #fold: RecordFold;
  /** The values as its author saw them, lost work included. */
  readonly #seen: RecordFold;
  readonly #genesis: readonly Genesis[];
  readonly #startOp: number;

  constructor(plan: ReexpressionPlan) {
    const { type, accepted, lost, before } = plan;
    const { index } = accepted;
    this.#plan = plan;
    this.#genesis = containersOf(type, lost.edits);
    const deps = index.frontier([
      ...seenOfAccepted(index, lost.change.deps, before),
      ...this.#genesis.flatMap(({ hash }) => (index.has(hash) ? [hash] : [])),
    ]);
    this.#deps = boundedHeads(index, deps, keysOf(type, lost.edits));
    this.#fold = foldBehind(accepted, this.#deps);
    const unchanged = before.map((one) => ({ ...one, reexpressedAs: null }));
    this.#seen = foldBehind(
      accepted,
      seenOfAccepted(index, lost.change.deps, unchanged),
    );
    for (const { edits } of before) this.#seen.addChange(edits);
    // Where its containers come along, they are behind it too.
    const firstFree = this.#missingContainers().length > 0 ? 2 : 1;
    this.#startOp = Math.max(index.nextOp(this.#deps), firstFree);
  }

  compose(): Result<readonly Uint8Array[], NotReexpressible> {
    const { lost, actor, timeMs } = this.#plan;
    const isCreation = lost.edits.some(({ kind }) => kind === "recordId");
    const { index } = this.#plan.accepted;
    const isRooted = this.#deps.some((dep) => index.get(dep)?.isRooted);
    if (isCreation ? index.creation() !== null : !isRooted)
      return notReexpressible("the record it writes into was not accepted");
    const ops: ComposedOp[] = [];
    for (const [position, edit] of lost.edits.entries()) {
      const op = lost.change.ops[position];
      const again = op === undefined ? undefined : this.#again(edit, op);
      if (again === undefined)
        return notReexpressible(
          `it builds on ${"name" in edit ? edit.name : "something"} that was not accepted`,
        );
      ops.push(again);
    }
    const containers = this.#missingContainers();
    const bytes = composeChange({
      actor,
      seq: 1,
      startOp: this.#startOp,
      deps: [...this.#deps, ...containers.map(({ hash }) => hash)].sort(),
      timeMs,
      ops,
    });
    return ok([...containers.map((genesis) => genesis.bytes), bytes]);
  }

  #missingContainers(): readonly Genesis[] {
    const { index } = this.#plan.accepted;
    return this.#genesis.filter(({ hash }) => !index.has(hash));
  }

  /** Undefined where it cannot be said again. */
  #again(edit: Edit, op: ChangeOp): ComposedOp | undefined {
    switch (edit.kind) {
      case "recordId":
        return { key: "recordId", pred: [], set: edit.recordId };
      case "recordType":
        return { key: "recordType", pred: [], set: edit.recordType };
      case "parentId":
        return this.#set("parentId", edit.parentId);
      case "field":
        return this.#set(edit.name, edit.value);
      case "cleared":
        return this.#set(edit.name, this.#leftBy(edit));
      case "entry":
        return this.#entryAgain(edit);
      case "increment": {
        const pred = [genesisOpId(this.#plan.type, edit.name)];
        return { key: edit.name, pred, set: { increment: edit.by } };
      }
      case "text":
        return this.#textAgain(op);
      case "statement": {
        const text = this.#statementAgain(edit);
        return text === undefined ? undefined : this.#set(edit.name, text);
      }
      case "archive":
        return this.#set(
          archiveKey(edit.name, edit.entryId),
          canonicalize(edit.entry),
        );
      case "resolution":
        return this.#resolutionAgain(edit);
      // A genesis change is the same for everybody: it is lost only with its record.
      case "container":
        return undefined;
    }
  }

  #set(
    key: string,
    set: Extract<ComposedOp, { set: unknown }>["set"],
  ): ComposedOp {
    return { key, pred: this.#liveAt(key), set };
  }

  #liveAt(key: string): readonly OpId[] {
    const { index } = this.#plan.accepted;
    return predBehind(index, this.#deps, this.#fold.livePred(key));
  }

  /** What still stood once the values named were taken out: Automerge deletes the losers where a winner is written again. */
  #leftBy({
    name,
    pred,
  }: EditOf<"cleared">): Extract<ComposedOp, { set: unknown }>["set"] {
    const left = this.#seen
      .fieldEdits(name)
      .filter(({ opId }) => !pred.includes(opId));
    return left.at(-1)?.value ?? null;
  }

  /** An entry that was there when it was written must be there now. */
  #entryAgain(edit: EditOf<"entry">): ComposedOp | undefined {
    const key = entryKey(edit.name, edit.entryId);
    const isThere = this.#liveAt(key).length > 0;
    return edit.pred.length > 0 && !isThere
      ? undefined
      : this.#set(key, canonicalize(edit.entry));
  }

  #textAgain(op: ChangeOp): ComposedOp | undefined {
    const { obj, elemId, value } = op;
    if (obj === "_root" || elemId === undefined) return undefined;
    const at = elemId === "_head" ? elemId : this.#now(elemId);
    if (at === undefined) return undefined;
    if (op.insert === true)
      return typeof value === "string"
        ? { obj, elemId: at, insert: value }
        : undefined;
    return at === "_head" ? undefined : { obj, elemId: at, insert: null };
  }

  /** What the signer changed, on the accepted content; the whole of it where it overwrites what it overwrote then. */
  #statementAgain({
    name,
    pred,
    statement,
  }: EditOf<"statement">): string | undefined {
    const { type, lost, accepted } = this.#plan;
    const group = groupOf(type, name);
    if (group === undefined) return undefined;
    const live = accepted.index.liveAt(this.#deps, name);
    const attribution = this.#signedAgain(statement);
    if (sameLiveSet(live, pred))
      return encodeStatement({ content: statement.content, attribution });
    // What it claims to overwrite may be known to nobody: then it says no difference.
    if (!pred.every((opId) => this.#seen.holdsStatement(opId)))
      return undefined;
    const isResolution = lost.edits.some(({ kind }) => kind === "resolution");
    const isContested =
      isConflict(group, live, this.#fold) ||
      isConflict(group, pred, this.#seen);
    if (isResolution || isContested) return undefined;
    const contentOf = (source: RecordFold, opId: OpId | undefined) =>
      opId === undefined
        ? generalInitial(group)
        : source.statementOf(opId).content;
    const content = carryOver(
      group,
      {
        before: contentOf(this.#seen, pred.toSorted(compareOpIds).at(-1)),
        after: statement.content,
      },
      contentOf(this.#fold, live.at(-1)),
    );
    return content === null
      ? undefined
      : encodeStatement({ content, attribution });
  }

  #resolutionAgain({
    resolution,
    resolutionId,
  }: EditOf<"resolution">): ComposedOp | undefined {
    const { lost, accepted } = this.#plan;
    const { group, settles } = resolution;
    const signed = lost.edits.find(
      (edit) => edit.kind === "statement" && edit.name === group,
    );
    const live = accepted.index.liveAt(this.#deps, group);
    if (signed?.kind !== "statement" || !sameLiveSet(live, settles))
      return undefined;
    const attribution = this.#signedAgain(signed.statement);
    return this.#set(
      resolutionKey(resolutionId),
      encodeResolution({ ...resolution, settles: [...settles], attribution }),
    );
  }

  readonly #attributions = new Map<Statement, Attribution>();

  /** Once for each statement: its resolution is signed alike. Measurements it was based on count where they are accepted. */
  #signedAgain(statement: Statement): Attribution {
    const known = this.#attributions.get(statement);
    if (known !== undefined) return known;
    const { type } = this.#plan;
    const { basedOn, ...signed } = this.#plan.attribute(statement.attribution);
    const measured = Object.values(type.groups).flatMap((group) =>
      group.basedOn === undefined ? [] : [group.basedOn],
    );
    const held = (basedOn ?? []).filter((entryId) =>
      measured.some((name) => Object.hasOwn(this.#fold.entries(name), entryId)),
    );
    const attribution =
      held.length === 0 ? signed : { ...signed, basedOn: held };
    this.#attributions.set(statement, attribution);
    return attribution;
  }

  /** Where an operation named by the lost change is now: as it was, of this change, or of what says other lost work again. */
  #now(opId: OpId): OpId | undefined {
    const { lost, before, accepted, actor } = this.#plan;
    const { index } = accepted;
    const own = positionIn(lost.change, opId);
    if (own !== null) return opIdOf(this.#startOp, own, actor);
    const hash = index.changeOf(opId);
    if (hash !== undefined)
      return index.isSeenByAny(hash, this.#deps) ? opId : undefined;
    for (const { change, reexpressedAs } of before) {
      const position = positionIn(change, opId);
      if (position === null || reexpressedAs === null) continue;
      const again = index.get(reexpressedAs);
      if (again !== undefined)
        return opIdOf(again.startOp, position, again.actor);
    }
    return undefined;
  }
}

function foldBehind(
  { index, editsOf }: AcceptedRecord,
  heads: readonly ChangeHash[],
): RecordFold {
  const behind = new Set(index.behind(heads));
  const fold = new RecordFold();
  for (const { hash } of index.changes())
    if (behind.has(hash)) fold.addChange(editsOf(hash));
  return fold;
}

function containersOf(
  type: RecordType,
  edits: readonly Edit[],
): readonly Genesis[] {
  const names = edits.flatMap((edit) =>
    edit.kind === "text" || edit.kind === "increment" ? [edit.name] : [],
  );
  return [...new Set(names)].map((name) => genesisOf(type, name));
}

/** What the edits are written under, for choosing among too many heads. */
function keysOf(type: RecordType, edits: readonly Edit[]): readonly string[] {
  return edits.flatMap((edit): readonly string[] => {
    switch (edit.kind) {
      case "entry":
        return [entryKey(edit.name, edit.entryId)];
      case "archive":
        return [archiveKey(edit.name, edit.entryId)];
      case "text":
        return [genesisOpId(type, edit.name)];
      case "field":
      case "cleared":
      case "statement":
        return [edit.name];
      case "parentId":
        return ["parentId"];
      case "recordId":
      case "recordType":
      case "container":
      case "increment":
      case "resolution":
        return [];
    }
  });
}

function notReexpressible(reason: string): {
  readonly ok: false;
  readonly error: NotReexpressible;
} {
  return err({ code: "depends-on-refused", reason });
}
