/**
 * For tests: composes changes as a device would, at any heads, and keeps a replica of each record to know what lies there.
 * A tool of tests only; the client composes by its own rules (`client/`), which this does not repeat.
 */
import {
  archiveKey,
  bytesToHex,
  canonicalize,
  ChangeIndex,
  composeChange,
  composeText,
  decodeChange,
  defaultChangeLimits,
  encodeResolution,
  encodeStatement,
  entryKey,
  genesisOf,
  indexChange,
  interpretChange,
  randomUuid,
  RecordFold,
  recordIdFromBytes,
  resolutionKey,
  sha256,
} from "@suture/schema";
import type {
  ActorId,
  Attribution,
  ChangeHash,
  Content,
  Decision,
  Edit,
  JsonValue,
  OpId,
  Random,
  RecordId,
  RecordType,
  RootOp,
} from "@suture/schema";
import type { PushedChange, Signer } from "./judgement.ts";

/** One device's copy of one record. */
export class Replica {
  readonly recordId: RecordId;
  readonly type: RecordType;
  readonly index = new ChangeIndex();
  readonly #edits = new Map<ChangeHash, readonly Edit[]>();
  readonly #chunks: Uint8Array[] = [];

  constructor(type: RecordType, recordId: RecordId) {
    this.type = type;
    this.recordId = recordId;
  }

  /** Takes a change in; throws if its dependencies are not here. */
  receive(bytes: Uint8Array): ChangeHash {
    const change = decodeChange(bytes, defaultChangeLimits);
    if (!change.ok) throw new Error(change.error.reason);
    const { hash } = change.value;
    if (this.index.has(hash)) return hash;
    const indexed = indexChange(this.type, this.index, change.value);
    if (!indexed.ok) throw new Error(indexed.error.reason);
    const edits = interpretChange(this.type, change.value);
    if (!edits.ok) throw new Error(edits.error.reason);
    this.index.add(indexed.value);
    this.#edits.set(hash, edits.value);
    this.#chunks.push(bytes);
    return hash;
  }

  /** In causal order. */
  chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  foldAt(heads: readonly ChangeHash[]): RecordFold {
    const fold = new RecordFold();
    for (const { hash } of this.index.changes())
      if (this.index.isSeenByAny(hash, heads))
        fold.addChange(this.#edits.get(hash) ?? []);
    return fold;
  }
}

/** Where a change is composed, and as whom; by default at the replica's heads, under an actor that may go on there. */
export interface At {
  readonly heads?: readonly ChangeHash[];
  readonly actor?: ActorId;
}

export interface NewRecord {
  readonly parentId: RecordId | null;
  readonly recordId?: RecordId;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  readonly statements?: Readonly<Record<string, Content>>;
}

type Op = Omit<RootOp, "pred"> & { readonly pred?: readonly OpId[] };

export class TestAuthor {
  readonly signer: Signer;
  readonly #random: Random;
  readonly #actors = new Map<RecordId, ActorId>();

  constructor(signer: Signer, random: Random) {
    this.signer = signer;
    this.#random = random;
  }

  newRecordId(): RecordId {
    return recordIdFromBytes(this.#random.bytes(16));
  }

  newActor(): ActorId {
    return bytesToHex(this.#random.bytes(16)) as ActorId;
  }

  newEntryId(): string {
    return randomUuid(this.#random);
  }

  create(
    type: RecordType,
    { parentId, recordId = this.newRecordId(), ...values }: NewRecord,
  ): { readonly replica: Replica; readonly pushed: PushedChange } {
    const replica = new Replica(type, recordId);
    const pushed = this.write(replica, [
      { key: "recordId", set: recordId },
      { key: "recordType", set: type.type },
      { key: "parentId", set: parentId },
      ...Object.entries(values.fields ?? {}).map(([key, set]) => ({
        key,
        set,
      })),
      ...Object.entries(values.statements ?? {}).map(([key, content]) => ({
        key,
        set: encodeStatement({ content, attribution: this.attribution() }),
      })),
    ]);
    return { replica, pushed };
  }

  /** A change of these root keys, taken into the replica. */
  write(replica: Replica, ops: readonly Op[], at: At = {}): PushedChange {
    const pushed = this.compose(replica, ops, at);
    replica.receive(pushed.bytes);
    return pushed;
  }

  setField(
    replica: Replica,
    key: string,
    set: string | number | boolean | null,
    at?: At,
  ): PushedChange {
    return this.write(replica, [{ key, set }], at);
  }

  addEntry(
    replica: Replica,
    field: string,
    entry: JsonValue,
    at?: At,
  ): PushedChange {
    const key = entryKey(field, this.newEntryId());
    return this.write(replica, [{ key, set: canonicalize(entry) }], at);
  }

  move(replica: Replica, parentId: RecordId, at?: At): PushedChange {
    return this.write(replica, [{ key: "parentId", set: parentId }], at);
  }

  sign(
    replica: Replica,
    group: string,
    content: Content,
    at?: At & { readonly archive?: Readonly<Record<string, JsonValue>> },
  ): PushedChange {
    const attribution = this.attribution();
    return this.write(
      replica,
      [
        { key: group, set: encodeStatement({ content, attribution }) },
        ...Object.entries(at?.archive ?? {}).map(([entryId, entry]) => ({
          key: archiveKey(group, entryId),
          set: canonicalize(entry),
        })),
      ],
      at,
    );
  }

  resolve(
    replica: Replica,
    group: string,
    decision: Decision,
    content: Content,
    at: At = {},
  ): PushedChange {
    return this.write(
      replica,
      this.resolutionOps(replica, group, decision, content, at),
      at,
    );
  }

  resolutionOps(
    replica: Replica,
    group: string,
    decision: Decision,
    content: Content,
    { heads = replica.index.heads() }: At = {},
  ): readonly Op[] {
    const attribution = this.attribution();
    const settles = [...replica.index.liveAt(heads, group)];
    const reason = "settled at the desk";
    return [
      { key: group, set: encodeStatement({ content, attribution }) },
      {
        key: resolutionKey(this.newEntryId()),
        set: encodeResolution({
          group,
          settles,
          decision,
          reason,
          attribution,
        }),
      },
    ];
  }

  /** The genesis of a text field. */
  beginText(replica: Replica, name: string): PushedChange {
    const { bytes } = genesisOf(replica.type, name);
    replica.receive(bytes);
    return { recordId: replica.recordId, bytes };
  }

  /** An edit of a text field that makes it read so, taken into the replica. */
  writeText(replica: Replica, name: string, text: string): PushedChange {
    const bytes = composeText({
      type: replica.type,
      name,
      text,
      actor: this.newActor(),
      changes: replica.chunks(),
      timeMs: 1_700_000_000_000,
    });
    if (bytes === null) throw new Error("the text is so already");
    replica.receive(bytes);
    return { recordId: replica.recordId, bytes };
  }

  /** A change that the replica does not take in, with anything about it overridden. */
  compose(
    replica: Replica,
    ops: readonly Op[],
    {
      heads = replica.index.heads(),
      actor = this.#actorAt(replica, heads),
      ...given
    }: At & { readonly seq?: number; readonly startOp?: number } = {},
  ): PushedChange {
    const { index, recordId } = replica;
    const fold = replica.foldAt(heads);
    const bytes = composeChange({
      actor,
      seq: given.seq ?? (index.lastOf(actor)?.seq ?? 0) + 1,
      startOp: given.startOp ?? index.nextOp(heads),
      deps: heads,
      timeMs: 1_700_000_000_000,
      ops: ops.map((op) => ({ ...op, pred: op.pred ?? fold.livePred(op.key) })),
    });
    return { recordId, bytes };
  }

  attribution(): Attribution {
    return {
      ...this.signer,
      authoredAtMs: 1_700_000_000_000,
      nonce: bytesToHex(this.#random.bytes(16)),
    };
  }

  /** The author's last actor in the record, if its last change lies behind these heads; otherwise a fresh one. */
  #actorAt(replica: Replica, heads: readonly ChangeHash[]): ActorId {
    const held = this.#actors.get(replica.recordId);
    const last = held === undefined ? undefined : replica.index.lastOf(held);
    if (
      held !== undefined &&
      last !== undefined &&
      replica.index.isSeenByAny(last.hash, heads)
    )
      return held;
    const actor = this.newActor();
    this.#actors.set(replica.recordId, actor);
    return actor;
  }
}

/** Bytes that depend on nothing but the seed. */
export function seededRandom(seed: number): Random {
  let count = 0;
  return {
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let offset = 0; offset < length; offset += 32) {
        const block = sha256(
          new Uint8Array(new Float64Array([seed, count++]).buffer),
        );
        bytes.set(block.subarray(0, Math.min(32, length - offset)), offset);
      }
      return bytes;
    },
  };
}
