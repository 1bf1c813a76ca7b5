/**
 * From what a form wrote to the changes that say it: one for the merging fields, one for each group, each built on what the
 * author had seen and on its own lane. Pure but for chance and the clock, which are given. SPEC CO-2 to CO-12.
 *
 * A client refuses early what the server would refuse late: every change planned here has passed the same functions.
 */
import {
  archiveKey,
  ChangeIndex,
  compareOpIds,
  composeChange,
  composeText,
  contentProblem,
  decodeChange,
  defaultChangeLimits,
  encodeResolution,
  encodeStatement,
  entryKey,
  err,
  genesisOf,
  groupOf,
  indexChange,
  interpretChange,
  maxReasonLength,
  ok,
  resolutionKey,
  type ActorId,
  type Attribution,
  type ChangeHash,
  type Clock,
  type Content,
  type DecodedChange,
  type DeviceId,
  type Genesis,
  type Edit,
  type IndexedChange,
  type JsonValue,
  type OpId,
  type Random,
  type RecordFold,
  type RecordId,
  type RecordType,
  type RefusalCode,
  type Resolution,
  type Result,
  type Role,
  type RootOp,
} from "@suture/schema";
import {
  actorIdSchema,
  bytesToHex,
  canonicalize,
  randomUuid,
} from "@suture/schema";

import { mergeLane } from "../store/local-change.ts";
import { checkPlanned } from "./check-planned.ts";
import type { FieldEdits, GroupEdit } from "./draft.ts";

export interface Author {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly roles: ReadonlySet<Role>;
}

export interface PlanDeps {
  readonly clock: Clock;
  readonly random: Random;
}

export interface SaveRefusal {
  readonly code: RefusalCode;
  /** Names fields and parts, never values. */
  readonly reason: string;
}

/** What the author saw. */
export interface PlanBase {
  readonly type: RecordType;
  readonly recordId: RecordId;
  readonly index: ChangeIndex;
  /** The values at the heads the form showed, and every statement of the record. */
  readonly fold: RecordFold;
  /** What a change of the lane may build on. */
  depsOf(lane: string): readonly ChangeHash[];
  /** The chunks of these heads and of what is behind them. */
  bytesBehind(heads: readonly ChangeHash[]): readonly Uint8Array[];
  /** Actors of this device start that may go on where their last change is behind the dependencies. */
  readonly actors: readonly ActorId[];
}

export interface PlannedChange {
  readonly recordId: RecordId;
  readonly bytes: Uint8Array;
  readonly decoded: DecodedChange;
  readonly indexed: IndexedChange;
  readonly edits: readonly Edit[];
  readonly lane: string;
}

export interface StatementPlan extends GroupEdit {
  readonly reason?: string;
  /** Of a resolution: what it settles and how. `settles` is what the new statement overwrites. */
  readonly decision?: Resolution["decision"];
}

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
      ...this.#scalarOps(fields),
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
    const ops = this.#scalarOps(fields);
    if (parentId !== undefined)
      ops.push({
        key: "parentId",
        pred: this.#base.fold.livePred("parentId"),
        set: parentId,
      });
    let deps = this.#base.depsOf(mergeLane);
    if (ops.length > 0) {
      const added = this.#add(ops, deps, mergeLane);
      if (!added.ok) return added;
      deps = [added.value.indexed.hash];
    }
    return this.#planContainers(fields, deps);
  }

  /** One statement. `deps` only where one candidate of a conflict is edited: that candidate's change. */
  planStatement(
    statement: StatementPlan,
    deps = this.#base.depsOf(statement.group),
  ): Result<null, SaveRefusal> {
    const live = this.#indexFor(deps).liveAt(deps, statement.group);
    const ops = this.#statementOps(statement, live);
    if (!ops.ok) return ops;
    const added = this.#add(ops.value, deps, statement.group);
    return added.ok ? ok(null) : added;
  }

  #scalarOps({ scalars, entries }: FieldEdits): RootOp[] {
    const { fold } = this.#base;
    const ops: RootOp[] = [];
    for (const [name, value] of scalars)
      ops.push({ key: name, pred: fold.livePred(name), set: value });
    for (const [name, written] of entries) {
      for (const [entryId, entry] of written) {
        const key = entryKey(name, entryId);
        ops.push({ key, pred: fold.livePred(key), set: canonicalize(entry) });
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
    const kept = this.#keep(bytes, decodeOwn(bytes), mergeLane);
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
    const decoded = decodeOwn(genesis.bytes);
    const kept = this.#keep(genesis.bytes, decoded, mergeLane);
    return kept.ok ? ok(genesis) : kept;
  }

  #statementOps(
    plan: StatementPlan,
    live: readonly OpId[],
  ): Result<RootOp[], SaveRefusal> {
    const { group, content, ended, reason, decision } = plan;
    const problem = statementProblem(this.#base.type, plan);
    if (problem !== null) return err(problem);
    const attribution = this.#attribution(group, reason);
    const pred = [...live].sort(compareOpIds);
    const ops: RootOp[] = [
      {
        key: group,
        pred,
        set: encodeStatement({ content, attribution }),
      },
    ];
    for (const [entryId, entry] of ended) {
      const key = archiveKey(group, entryId);
      ops.push({
        key,
        pred: this.#base.fold.livePred(key),
        set: canonicalize(entry),
      });
    }
    if (decision === undefined) return ok(ops);
    if (reason === undefined)
      return err({
        code: "resolution-malformed",
        reason: "a resolution says why",
      });
    ops.push({
      key: resolutionKey(randomUuid(this.#deps.random)),
      pred: [],
      set: encodeResolution({
        group,
        settles: pred,
        decision,
        reason,
        attribution,
      }),
    });
    return ok(ops);
  }

  #attribution(group: string, reason: string | undefined): Attribution {
    const { type, fold } = this.#base;
    const basedOn = groupOf(type, group)?.basedOn;
    const seen =
      basedOn === undefined
        ? []
        : Object.keys(fold.entries(basedOn)).slice(-maxBasedOn);
    return {
      memberId: this.#author.memberId,
      deviceId: this.#author.deviceId,
      authoredAtMs: this.#deps.clock.now(),
      ...(reason !== undefined && { reason }),
      nonce: bytesToHex(this.#deps.random.bytes(16)),
      ...(seen.length > 0 && {
        basedOn: seen as NonNullable<Attribution["basedOn"]>,
      }),
    };
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
    return this.#keep(bytes, decodeOwn(bytes), lane);
  }

  #keep(
    bytes: Uint8Array,
    decoded: DecodedChange,
    lane: string,
  ): Result<PlannedChange, SaveRefusal> {
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
const maxBasedOn = 200;
const maxTextLength = 100_000;

/** Whether content says what the form had shown: then there is nothing to sign. What has no canonical text is judged later. */
export function saysTheSame(content: Content, shown: Content): boolean {
  return JSON.stringify(content) === JSON.stringify(shown);
}

/** What cannot even be written down: said before it is encoded. */
function fieldProblem(
  type: RecordType,
  { scalars, entries }: FieldEdits,
): SaveRefusal | null {
  const invalid = (name: string): SaveRefusal => ({
    code: "value-invalid",
    reason: `${name} is not valid`,
  });
  for (const [name, value] of scalars)
    if (typeof value === "object" && value !== null) return invalid(name);
  for (const [name, written] of entries) {
    const field = type.fields[name];
    if (field?.kind !== "set") continue;
    for (const entry of written.values())
      if (!field.schema.safeParse(entry).success) return invalid(name);
  }
  return null;
}

function statementProblem(
  type: RecordType,
  { group, content, ended, reason }: StatementPlan,
): SaveRefusal | null {
  const definition = groupOf(type, group);
  if (definition === undefined)
    return { code: "unknown-field", reason: "there is no such group" };
  const problem = contentProblem(definition, content);
  if (problem !== null) return { code: "statement-malformed", reason: problem };
  const isEnded = (entry: JsonValue) =>
    Object.values(definition.parts).some(
      (part) =>
        part.kind === "entries" &&
        part.schema.safeParse(entry).success &&
        part.isEnded(entry),
    );
  if (![...ended.values()].every(isEnded))
    return {
      code: "value-invalid",
      reason: `an entry of ${group} is ended without a status that ends it`,
    };
  const length = reason?.trim().length ?? 1;
  return length === 0 || length > maxReasonLength
    ? {
        code: "statement-malformed",
        reason: `a reason has 1 to ${maxReasonLength} characters`,
      }
    : null;
}

function decodeOwn(bytes: Uint8Array): DecodedChange {
  const decoded = decodeChange(bytes, defaultChangeLimits);
  if (!decoded.ok)
    throw new Error(
      `a change composed here is malformed: ${decoded.error.code}`,
    );
  return decoded.value;
}

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
