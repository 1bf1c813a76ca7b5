/**
 * Composes the changes of one record, in order, the way a device would: for what is written on the server itself, which goes
 * through admission like everything else. SPEC OP-6.
 */
import {
  actorIdSchema,
  bytesToHex,
  ChangeIndex,
  composeChange,
  decodeChange,
  defaultChangeLimits,
  encodeStatement,
  entryKey,
  archiveKey,
  canonicalize,
  indexChange,
  interpretChange,
  recordIdFromBytes,
  RecordFold,
} from "@suture/schema";
import type {
  ChangeHash,
  Content,
  DeviceId,
  JsonValue,
  OpId,
  Random,
  RecordId,
  RecordType,
  RootOp,
  ScalarValue,
} from "@suture/schema";

/** Who writes, where and when by their clock. */
export interface Writer {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
  readonly atMs: number;
}

export interface RecordValues {
  readonly fields?: Readonly<Record<string, ScalarValue>>;
  /** By set field, then entry id. */
  readonly entries?: Readonly<
    Record<string, Readonly<Record<string, JsonValue>>>
  >;
}

export interface NewRecord extends RecordValues {
  /** Null for an organization. */
  readonly parentId: RecordId | null;
  /** By group: the first statement. */
  readonly groups?: Readonly<Record<string, Content>>;
}

export interface Signature {
  readonly group: string;
  readonly content: Content;
  /** Entries that leave with this statement. */
  readonly archive?: Readonly<Record<string, JsonValue>>;
  readonly reason?: string;
}

export interface WrittenChange {
  readonly recordId: RecordId;
  readonly hash: ChangeHash;
  readonly bytes: Uint8Array;
}

export class RecordWriter {
  readonly recordId: RecordId;
  readonly #type: RecordType;
  readonly #random: Random;
  readonly #index = new ChangeIndex();
  readonly #fold = new RecordFold();

  constructor(type: RecordType, random: Random, recordId?: RecordId) {
    this.#type = type;
    this.#random = random;
    this.recordId = recordId ?? recordIdFromBytes(random.bytes(16));
  }

  heads(): readonly ChangeHash[] {
    return this.#index.heads();
  }

  /** What the group says now, where nobody contests it. */
  contentOf(group: string): Content {
    const [only, ...others] = this.#fold.live(group);
    if (only === undefined || others.length > 0)
      throw new Error("nobody signed it, or it is contested");
    return this.#fold.statementOf(only).content;
  }

  create(writer: Writer, record: NewRecord): WrittenChange {
    const statements = Object.entries(record.groups ?? {}).map(
      ([group, content]) => this.#statementOp(writer, { group, content }, []),
    );
    return this.#compose(
      writer,
      [],
      [
        { key: "recordId", pred: [], set: this.recordId },
        { key: "recordType", pred: [], set: this.#type.type },
        { key: "parentId", pred: [], set: record.parentId },
        ...this.#valueOps(record),
        ...statements,
      ],
    );
  }

  /** Merging fields and entries, on everything this writer knows. */
  edit(writer: Writer, values: RecordValues): WrittenChange {
    return this.#compose(writer, this.heads(), this.#valueOps(values));
  }

  /** A statement by somebody who saw the record at `seen`: two at the same heads are a conflict, if they differ. */
  sign(
    writer: Writer,
    signature: Signature,
    seen: readonly ChangeHash[] = this.heads(),
  ): WrittenChange {
    const { group } = signature;
    const pred = this.#index.liveAt(seen, group);
    const archived = Object.entries(signature.archive ?? {}).map(
      ([entryId, entry]) => ({
        key: archiveKey(group, entryId),
        pred: [],
        set: canonicalize(entry),
      }),
    );
    return this.#compose(writer, seen, [
      this.#statementOp(writer, signature, pred),
      ...archived,
    ]);
  }

  #statementOp(
    { memberId, deviceId, atMs }: Writer,
    { group, content, reason }: Signature,
    pred: readonly OpId[],
  ): RootOp {
    const attribution = {
      memberId,
      deviceId,
      authoredAtMs: atMs,
      nonce: bytesToHex(this.#random.bytes(16)),
      ...(reason === undefined ? {} : { reason }),
    };
    return { key: group, pred, set: encodeStatement({ content, attribution }) };
  }

  #valueOps({ fields = {}, entries = {} }: RecordValues): readonly RootOp[] {
    const ofFields = Object.entries(fields).map(([key, set]) => ({
      key,
      pred: this.#fold.livePred(key),
      set,
    }));
    const ofEntries = Object.entries(entries).flatMap(([field, byId]) =>
      Object.entries(byId).map(([entryId, entry]) => {
        const key = entryKey(field, entryId);
        return {
          key,
          pred: this.#fold.livePred(key),
          set: canonicalize(entry),
        };
      }),
    );
    return [...ofFields, ...ofEntries];
  }

  /** Each change has an actor of its own, so no two writers ever share a sequence. */
  #compose(
    writer: Writer,
    deps: readonly ChangeHash[],
    ops: readonly RootOp[],
  ): WrittenChange {
    const bytes = composeChange({
      actor: actorIdSchema.parse(bytesToHex(this.#random.bytes(16))),
      seq: 1,
      startOp: this.#index.nextOp(deps),
      deps,
      timeMs: writer.atMs,
      ops,
    });
    const change = decodeChange(bytes, defaultChangeLimits);
    if (!change.ok) throw new Error(`composed badly: ${change.error.code}`);
    const indexed = indexChange(this.#type, this.#index, change.value);
    if (!indexed.ok) throw new Error(`composed badly: ${indexed.error.reason}`);
    const edits = interpretChange(this.#type, change.value);
    if (!edits.ok) throw new Error(`composed badly: ${edits.error.reason}`);
    this.#index.add(indexed.value);
    this.#fold.addChange(edits.value);
    return { recordId: this.recordId, hash: change.value.hash, bytes };
  }
}
