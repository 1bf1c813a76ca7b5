/**
 * One record as somebody's device knows it, composing changes with the product's own functions: the first, edits one on another by
 * the same actor as a device that stays switched on makes them, and statements at the heads their author had seen.
 */
import {
  actorIdSchema,
  bytesToHex,
  ChangeIndex,
  composeChange,
  decodeChange,
  defaultChangeLimits,
  encodeStatement,
  genesisOf,
  indexChange,
  interpretChange,
  opIdSchema,
  RecordFold,
  type ActorId,
  type ChangeHash,
  type ChangePlan,
  type Content,
  type DeviceId,
  type OpId,
  type Random,
  type RecordId,
  type RecordType,
  type RootOp,
  type ScalarValue,
} from "@suture/schema";

export interface WrittenChange {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly bytes: Uint8Array;
  /** Of its first operation. */
  readonly opId: OpId;
}

export interface Author {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
}

export interface NewRecord {
  readonly parentId: RecordId | null;
  readonly fields: Readonly<Record<string, ScalarValue>>;
  readonly groups?: Readonly<Record<string, Content>>;
}

export class WrittenRecord {
  readonly recordId: RecordId;
  readonly #type: RecordType;
  readonly #random: Random;
  readonly #atMs: number;
  readonly #index = new ChangeIndex();
  readonly #fold = new RecordFold();
  readonly #actor: ActorId;
  #seq = 0;

  constructor(
    type: RecordType,
    recordId: RecordId,
    given: { readonly random: Random; readonly atMs: number },
  ) {
    this.#type = type;
    this.recordId = recordId;
    this.#random = given.random;
    this.#atMs = given.atMs;
    this.#actor = newActor(given.random);
  }

  create(author: Author, { parentId, fields, groups }: NewRecord) {
    const ops: readonly RootOp[] = [
      { key: "recordId", pred: [], set: this.recordId },
      { key: "recordType", pred: [], set: this.#type.type },
      { key: "parentId", pred: [], set: parentId },
      ...Object.entries(fields).map(([key, set]) => ({ key, pred: [], set })),
      ...Object.entries(groups ?? {}).map(([group, content]) =>
        this.#statement(author, group, content, []),
      ),
    ];
    return this.#compose(newActor(this.#random), 1, [], ops);
  }

  /** One text under one root key, on everything before. */
  edit(key: string, text: string): WrittenChange {
    return this.#next([{ key, pred: this.#fold.livePred(key), set: text }]);
  }

  /** A statement on everything before. */
  signNext(author: Author, group: string, content: Content): WrittenChange {
    const pred = this.#index.liveAt(this.#index.heads(), group);
    return this.#next([this.#statement(author, group, content, pred)]);
  }

  /** What a text or a counter is written into; before the first of `type` and `count`. */
  begin(name: string): WrittenChange {
    const { bytes, opId } = genesisOf(this.#type, name);
    return this.#take(bytes, opId);
  }

  count(name: string, increment: number): WrittenChange {
    const pred = [genesisOf(this.#type, name).opId];
    return this.#next([{ key: name, pred, set: { increment } }]);
  }

  /** In front of what is there. */
  type(name: string, text: string): WrittenChange {
    const obj = genesisOf(this.#type, name).opId;
    const startOp = this.#index.nextOp(this.#index.heads());
    return this.#next(
      [...text].map((insert, place) => ({
        obj,
        elemId:
          place === 0
            ? "_head"
            : opIdSchema.parse(`${startOp + place - 1}@${this.#actor}`),
        insert,
      })),
    );
  }

  /** By somebody who saw the record at `seen`: two who sign different things there are in conflict. */
  sign(
    author: Author,
    group: string,
    content: Content,
    seen: readonly ChangeHash[],
  ): WrittenChange {
    const pred = this.#index.liveAt(seen, group);
    return this.#compose(newActor(this.#random), 1, seen, [
      this.#statement(author, group, content, pred),
    ]);
  }

  #statement(
    { memberId, deviceId }: Author,
    group: string,
    content: Content,
    pred: readonly OpId[],
  ): RootOp {
    const nonce = bytesToHex(this.#random.bytes(16));
    const attribution = {
      memberId,
      deviceId,
      authoredAtMs: this.#atMs,
      nonce,
    };
    return { key: group, pred, set: encodeStatement({ content, attribution }) };
  }

  #next(ops: ChangePlan["ops"]): WrittenChange {
    this.#seq += 1;
    return this.#compose(this.#actor, this.#seq, this.#index.heads(), ops);
  }

  #compose(
    actor: ActorId,
    seq: number,
    deps: readonly ChangeHash[],
    ops: ChangePlan["ops"],
  ): WrittenChange {
    const startOp = this.#index.nextOp(deps);
    const bytes = composeChange({
      actor,
      seq,
      startOp,
      deps,
      timeMs: this.#atMs,
      ops,
    });
    return this.#take(bytes, opIdSchema.parse(`${startOp}@${actor}`));
  }

  #take(bytes: Uint8Array, opId: OpId): WrittenChange {
    const change = decodeChange(bytes, defaultChangeLimits);
    if (!change.ok) throw new Error(`composed badly: ${change.error.code}`);
    const indexed = indexChange(this.#type, this.#index, change.value);
    if (!indexed.ok) throw new Error(`composed badly: ${indexed.error.reason}`);
    const edits = interpretChange(this.#type, change.value);
    if (!edits.ok) throw new Error(`composed badly: ${edits.error.reason}`);
    this.#index.add(indexed.value);
    this.#fold.addChange(edits.value);
    return { recordId: this.recordId, hash: change.value.hash, bytes, opId };
  }
}

function newActor(random: Random): ActorId {
  return actorIdSchema.parse(bytesToHex(random.bytes(16)));
}
