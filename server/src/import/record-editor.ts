/**
 * Composes an import's changes of one record, each on top of everything the record holds. A fresh actor, as on a device that
 * has just started; what is composed is taken in, so that the next change builds on it. Whether it may stand, admission says.
 */
import {
  actorIdSchema,
  boundedHeads,
  bytesToHex,
  ChangeIndex,
  composeChange,
  composeText,
  decodeChange,
  defaultChangeLimits,
  encodeStatement,
  genesisOf,
  indexChange,
  interpretChange,
  ok,
  predBehind,
  RecordFold,
} from "@suture/schema";
import type {
  ActorId,
  ChangeHash,
  Clock,
  Content,
  Random,
  RecordId,
  RecordType,
  Result,
  ScalarValue,
} from "@suture/schema";
import type { PushedChange, Signer } from "../admission/judgement.ts";

export interface EditorDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly signer: Signer;
}

/** What stands under one root key from now on. */
export interface Write {
  readonly key: string;
  readonly set: ScalarValue;
}

/** Why something cannot be written, in the codes that admission would answer. */
export interface CannotCompose {
  readonly code: string;
}

/** A record as far as it is known: nothing of one that is new. */
export interface KnownRecord {
  readonly index: ChangeIndex;
  readonly fold: RecordFold;
  /** As they lie in the store, in the order of the index. */
  readonly changes: readonly Uint8Array[];
}

export class RecordEditor {
  readonly recordId: RecordId;
  readonly #type: RecordType;
  readonly #deps: EditorDeps;
  readonly #index: ChangeIndex;
  readonly #fold: RecordFold;
  readonly #changes: Uint8Array[];
  readonly #actor: ActorId;

  constructor(
    deps: EditorDeps,
    type: RecordType,
    recordId: RecordId,
    known?: KnownRecord,
  ) {
    this.#deps = deps;
    this.#type = type;
    this.recordId = recordId;
    this.#index = known?.index ?? new ChangeIndex();
    this.#fold = known?.fold ?? new RecordFold();
    this.#changes = [...(known?.changes ?? [])];
    this.#actor = actorIdSchema.parse(bytesToHex(deps.random.bytes(16)));
  }

  /** The signed text of a group, to be written under its name. */
  statement(group: string, content: Content): Write {
    const attribution = {
      ...this.#deps.signer,
      authoredAtMs: this.#deps.clock.now(),
      nonce: bytesToHex(this.#deps.random.bytes(16)),
    };
    return { key: group, set: encodeStatement({ content, attribution }) };
  }

  /** One change. The first one of a new record says which record it creates, under which parent. */
  write(writes: readonly Write[]): Result<PushedChange, CannotCompose> {
    const heads = this.#headsFor(writes.map(({ key }) => key));
    return this.#take(
      composeChange({
        actor: this.#actor,
        seq: (this.#index.lastOf(this.#actor)?.seq ?? 0) + 1,
        startOp: this.#index.nextOp(heads),
        deps: heads,
        timeMs: this.#deps.clock.now(),
        ops: writes.map(({ key, set }) => ({
          key,
          set,
          pred: predBehind(this.#index, heads, this.#fold.livePred(key)),
        })),
      }),
    );
  }

  /** The text of a field as a whole: two changes the first time anybody writes it. */
  writeText(
    name: string,
    text: string,
  ): Result<readonly PushedChange[], CannotCompose> {
    const genesis = genesisOf(this.#type, name);
    const taken: PushedChange[] = [];
    if (!this.#index.has(genesis.hash)) {
      const first = this.#take(genesis.bytes);
      if (!first.ok) return first;
      taken.push(first.value);
    }
    const bytes = composeText({
      actor: this.#actor,
      changes: this.#changesBehind(this.#headsFor([name, genesis.opId])),
      type: this.#type,
      name,
      text,
      timeMs: this.#deps.clock.now(),
    });
    if (bytes === null) return ok(taken);
    const written = this.#take(bytes);
    return written.ok ? ok([...taken, written.value]) : written;
  }

  /** The last head is always among them, and so is the last change composed here. SPEC CO-15. */
  #headsFor(keys: readonly string[]): readonly ChangeHash[] {
    return boundedHeads(this.#index, this.#index.heads(), keys);
  }

  #changesBehind(heads: readonly ChangeHash[]): readonly Uint8Array[] {
    const seen = new Set(this.#index.behind(heads));
    const hashes = [...this.#index.changes()].map(({ hash }) => hash);
    return this.#changes.filter((_, position) => {
      const hash = hashes[position];
      return hash !== undefined && seen.has(hash);
    });
  }

  #take(bytes: Uint8Array): Result<PushedChange, CannotCompose> {
    const change = decodeChange(bytes, defaultChangeLimits);
    if (!change.ok) return change;
    const indexed = indexChange(this.#type, this.#index, change.value);
    if (!indexed.ok) return indexed;
    const edits = interpretChange(this.#type, change.value);
    if (!edits.ok) return edits;
    this.#index.add(indexed.value);
    this.#fold.addChange(edits.value);
    this.#changes.push(bytes);
    return ok({ recordId: this.recordId, bytes });
  }
}
