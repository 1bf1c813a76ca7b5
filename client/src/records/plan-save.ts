/**
 * From what a form wrote to the changes that say it: one for the merging fields, one for each group, each built on what the
 * author had seen and on its own lane. Pure but for chance and the clock, which are given. SPEC CO-2 to CO-15.
 *
 * A client refuses early what the server would refuse late: every change planned here has passed the same functions.
 */
import {
  archiveKey,
  boundedHeads,
  ChangeIndex,
  composeChange,
  composeText,
  decodeChange,
  defaultChangeLimits,
  entryKey,
  err,
  genesisOf,
  indexChange,
  interpretChange,
  limits,
  ok,
  predBehind,
  type ActorId,
  type ChangeHash,
  type Genesis,
  type IndexedChange,
  type OpId,
  type RecordId,
  type Result,
  type RootOp,
} from "@suture/schema";
import { actorIdSchema, bytesToHex, canonicalize } from "@suture/schema";

import { mergeLane } from "../store/local-change.ts";
import { checkPlanned } from "./check-planned.ts";
import type { FieldEdits } from "./draft.ts";
import type {
  Author,
  PlanBase,
  PlanDeps,
  PlannedChange,
  SaveRefusal,
  StatementPlan,
} from "./plan-base.ts";
import { fieldProblem } from "./plan-problems.ts";
import { statementOps } from "./statement-ops.ts";

export class SavePlan {
  readonly #deps: PlanDeps;
  readonly #base: PlanBase;
  readonly #author: Author;
  readonly #planned: PlannedChange[] = [];
  readonly #usedActors = new Set<ActorId>();
  /** With the planned changes in it, once something builds on one of them. */
  #extended: ChangeIndex | undefined;

  constructor(deps: PlanDeps, base: PlanBase, author: Author) {
    this.#deps = deps;
    this.#base = base;
    this.#author = author;
  }

  get changes(): readonly PlannedChange[] {
    return this.#planned;
  }

  /** The actors that may be used again, these changes once committed. */
  get actors(): readonly ActorId[] {
    return [...new Set([...this.#usedActors, ...this.#base.actors])].slice(
      0,
      8,
    );
  }

  /** A record's first change: what it is, where it belongs, and everything it starts with. SPEC CO-3. */
  planCreation(
    parentId: RecordId | null,
    fields: FieldEdits,
    statements: readonly StatementPlan[],
  ): Result<null, SaveRefusal> {
    const { type, recordId } = this.#base;
    const problem = fieldProblem(type, fields);
    if (problem !== null) return err(problem);
    const ops: RootOp[] = [
      { key: "recordId", pred: [], set: recordId },
      { key: "recordType", pred: [], set: type.type },
      { key: "parentId", pred: [], set: parentId },
      ...this.#scalarOps(fields, []),
    ];
    for (const statement of statements) {
      const signed = this.#statementOps(statement, []);
      if (!signed.ok) return signed;
      ops.push(...signed.value);
    }
    const created = this.#add(ops, [], mergeLane);
    if (!created.ok) return created;
    return this.#planContainers(fields, [created.value.indexed.hash]);
  }

  /** One change for all merging fields. */
  planFields(
    fields: FieldEdits,
    parentId?: RecordId,
  ): Result<null, SaveRefusal> {
    const problem = fieldProblem(this.#base.type, fields);
    if (problem !== null) return err(problem);
    const moved = parentId === undefined ? [] : ["parentId"];
    let deps = this.#depsOf(mergeLane, [...this.#keysOf(fields), ...moved]);
    const ops = this.#scalarOps(fields, deps);
    if (parentId !== undefined)
      ops.push({
        key: "parentId",
        pred: this.#predOf("parentId", deps),
        set: parentId,
      });
    if (ops.length > 0) {
      const added = this.#add(ops, deps, mergeLane);
      if (!added.ok) return added;
      deps = [added.value.indexed.hash];
    }
    return this.#planContainers(fields, deps);
  }

  /** One statement, over what its form had shown: all that was live there, or the one candidate that it is about. */
  planStatement(statement: StatementPlan): Result<null, SaveRefusal> {
    const deps = this.#depsOf(statement.group, [
      statement.group,
      ...[...statement.ended.keys()].map((entryId) =>
        archiveKey(statement.group, entryId),
      ),
    ]);
    const live = this.#indexFor(deps).liveAt(deps, statement.group);
    const ops = this.#statementOps(statement, live);
    if (!ops.ok) return ops;
    const added = this.#add(ops.value, deps, statement.group);
    return added.ok ? ok(null) : added;
  }

  #depsOf(lane: string, keys: readonly string[]): readonly ChangeHash[] {
    return boundedHeads(this.#base.index, this.#base.depsOf(lane), keys);
  }

  #predOf(key: string, deps: readonly ChangeHash[]): readonly OpId[] {
    const { index, fold } = this.#base;
    return predBehind(index, deps, fold.livePred(key));
  }

  /** What the fields are written under. Increments overwrite nothing. */
  #keysOf({ scalars, entries, texts }: FieldEdits): readonly string[] {
    return [
      ...scalars.keys(),
      ...[...entries].flatMap(([name, written]) =>
        [...written.keys()].map((entryId) => entryKey(name, entryId)),
      ),
      ...[...texts.keys()].map((name) => genesisOf(this.#base.type, name).opId),
    ];
  }

  #scalarOps(
    { scalars, entries }: FieldEdits,
    deps: readonly ChangeHash[],
  ): RootOp[] {
    const ops: RootOp[] = [];
    for (const [name, value] of scalars)
      ops.push({ key: name, pred: this.#predOf(name, deps), set: value });
    for (const [name, written] of entries) {
      for (const [entryId, entry] of written) {
        const key = entryKey(name, entryId);
        const pred = this.#predOf(key, deps);
        ops.push({ key, pred, set: canonicalize(entry) });
      }
    }
    return ops;
  }

  /** Texts and counters write into containers that every device composes alike; those go in front, once. SPEC CO-5. */
  #planContainers(
    { increments, texts }: FieldEdits,
    deps: readonly ChangeHash[],
  ): Result<null, SaveRefusal> {
    let heads = deps;
    if (increments.size > 0) {
      const ops: RootOp[] = [];
      for (const [name, by] of increments) {
        const genesis = this.#addGenesis(name);
        if (!genesis.ok) return genesis;
        heads = this.#joined(heads, genesis.value.hash);
        const pred = [genesis.value.opId];
        ops.push({ key: name, pred, set: { increment: by } });
      }
      const added = this.#add(ops, heads, mergeLane);
      if (!added.ok) return added;
      heads = [added.value.indexed.hash];
    }
    for (const [name, text] of texts) {
      const written = this.#addText(name, text, heads);
      if (!written.ok) return written;
      heads = written.value;
    }
    return ok(null);
  }

  #addText(
    name: string,
    text: string,
    deps: readonly ChangeHash[],
  ): Result<readonly ChangeHash[], SaveRefusal> {
    if (text.length > maxTextLength)
      return err({ code: "value-invalid", reason: `${name} is too long` });
    const genesis = this.#addGenesis(name);
    if (!genesis.ok) return genesis;
    const heads = this.#joined(deps, genesis.value.hash);
    const actor = this.#actorFor(this.#indexFor(heads), heads);
    const bytes = composeText({
      actor,
      changes: this.#bytesBehind(heads),
      type: this.#base.type,
      name,
      text: text.normalize("NFC"),
      timeMs: this.#deps.clock.now(),
    });
    if (bytes === null) return ok(deps);
    this.#usedActors.add(actor);
    const kept = this.#keep(bytes, mergeLane);
    return kept.ok ? ok([kept.value.indexed.hash]) : kept;
  }

  /** Stored chunks, then planned ones; a fields change and its containers are the only planned ones that others build on. */
  #bytesBehind(heads: readonly ChangeHash[]): readonly Uint8Array[] {
    const stored: ChangeHash[] = [];
    const planned = new Set<PlannedChange>();
    const open = [...heads];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const found = this.#planned.find(({ indexed }) => indexed.hash === next);
      if (found === undefined) stored.push(next);
      else if (!planned.has(found)) {
        planned.add(found);
        open.push(...found.indexed.deps);
      }
    }
    return [
      ...this.#base.bytesBehind(stored),
      ...this.#planned
        .filter((change) => planned.has(change))
        .map(({ bytes }) => bytes),
    ];
  }

  #joined(
    deps: readonly ChangeHash[],
    hash: ChangeHash,
  ): readonly ChangeHash[] {
    const all = [...deps, hash];
    return this.#indexFor(all).frontier(all);
  }

  #addGenesis(name: string): Result<Genesis, SaveRefusal> {
    const genesis = genesisOf(this.#base.type, name);
    if (this.#indexFor([genesis.hash]).has(genesis.hash)) return ok(genesis);
    const kept = this.#keep(genesis.bytes, mergeLane);
    return kept.ok ? ok(genesis) : kept;
  }

  #statementOps(
    plan: StatementPlan,
    live: readonly OpId[],
  ): Result<RootOp[], SaveRefusal> {
    return statementOps(this.#deps, this.#base, this.#author, plan, live);
  }

  #add(
    ops: readonly RootOp[],
    deps: readonly ChangeHash[],
    lane: string,
  ): Result<PlannedChange, SaveRefusal> {
    const index = this.#indexFor(deps);
    const actor = this.#actorFor(index, deps);
    const bytes = composeChange({
      actor,
      seq: (index.lastOf(actor)?.seq ?? 0) + 1,
      startOp: index.nextOp(deps),
      deps,
      timeMs: this.#deps.clock.now(),
      ops,
    });
    this.#usedActors.add(actor);
    return this.#keep(bytes, lane);
  }

  #keep(bytes: Uint8Array, lane: string): Result<PlannedChange, SaveRefusal> {
    if (bytes.length > limits.maxChangeBytes)
      return err({
        code: "change-too-large",
        reason: "it is too much for one save",
      });
    const read = decodeChange(bytes, defaultChangeLimits);
    if (!read.ok) return read;
    const decoded = read.value;
    const { type, recordId } = this.#base;
    const index = this.#indexFor(decoded.deps);
    const indexed = indexChange(type, index, decoded);
    if (!indexed.ok) return indexed;
    const edits = interpretChange(type, decoded);
    if (!edits.ok) return edits;
    const problem = checkPlanned(
      type,
      edits.value,
      this.#base.fold,
      this.#author.roles,
    );
    if (problem !== null) return err(problem);
    const planned = {
      recordId,
      bytes,
      decoded,
      indexed: indexed.value,
      edits: edits.value,
      lane,
    };
    this.#planned.push(planned);
    this.#extended = undefined;
    return ok(planned);
  }

  /** An actor goes on only where its own last change was seen: elsewhere it would fork its sequence. SPEC CO-4. */
  #actorFor(index: ChangeIndex, deps: readonly ChangeHash[]): ActorId {
    const planned = this.#planned.filter(
      ({ indexed }) => !deps.includes(indexed.hash),
    );
    const forked = new Set(planned.map(({ indexed }) => indexed.actor));
    const known = [...this.#usedActors, ...this.#base.actors].find((actor) => {
      const last = index.lastOf(actor);
      return (
        last !== undefined &&
        !forked.has(actor) &&
        index.isSeenByAny(last.hash, deps)
      );
    });
    return (
      known ??
      actorIdSchema.parse(bytesToHex(this.#deps.random.bytes(actorBytes)))
    );
  }

  /** The record's index; with the planned changes where something builds on them. */
  #indexFor(deps: readonly ChangeHash[]): ChangeIndex {
    const { index } = this.#base;
    const isPlanned = this.#planned.some(({ indexed }) =>
      deps.includes(indexed.hash),
    );
    if (!isPlanned) return index;
    this.#extended ??= indexWith(
      index,
      this.#planned.map(({ indexed }) => indexed),
    );
    return this.#extended;
  }
}

const actorBytes = 16;
const maxTextLength = 100_000;

/** A copy, because the one given belongs to the open record until the save is durable. */
function indexWith(
  index: ChangeIndex,
  changes: readonly IndexedChange[],
): ChangeIndex {
  const copy = new ChangeIndex();
  for (const known of index.changes()) copy.add(known);
  for (const change of changes) copy.add(change);
  return copy;
}
