/** What somebody hostile knows of one record, having received it as a member: enough to compose what an honest device would. */
import {
  bytesToHex,
  ChangeIndex,
  composeChange,
  createRecordTypes,
  decodeChange,
  defaultChangeLimits,
  encodeStatement,
  indexChange,
  interpretChange,
  RecordFold,
  sutureRecords,
  type ActorId,
  type ChangePlan,
  type Content,
  type DeviceId,
  type Random,
  type RecordId,
  type RecordType,
  type RootOp,
  type Statement,
} from "@suture/schema";

const types = createRecordTypes(sutureRecords);

export interface HostileAuthor {
  readonly memberId: RecordId;
  readonly deviceId: DeviceId;
}

export class HostileReplica {
  readonly recordId: RecordId;
  readonly type: RecordType;
  readonly index = new ChangeIndex();
  readonly fold = new RecordFold();
  readonly chunks: Uint8Array[] = [];

  constructor(type: RecordType, recordId: RecordId) {
    this.type = type;
    this.recordId = recordId;
  }

  /** From its changes in causal order; null where its type is not one of ours. */
  static of(
    recordId: RecordId,
    chunks: readonly Uint8Array[],
  ): HostileReplica | null {
    for (const chunk of chunks) {
      const change = decodeChange(chunk, defaultChangeLimits);
      if (!change.ok) continue;
      const named = change.value.ops.find((op) => op.key === "recordType");
      const type =
        named?.action === "set" && typeof named.value === "string"
          ? types.get(named.value)
          : undefined;
      if (type === undefined) continue;
      const replica = new HostileReplica(type, recordId);
      for (const one of chunks) replica.receive(one);
      return replica;
    }
    return null;
  }

  /** Whether it fits what is here, and so was taken in. */
  receive(chunk: Uint8Array): boolean {
    const change = decodeChange(chunk, defaultChangeLimits);
    if (!change.ok || this.index.has(change.value.hash)) return false;
    const indexed = indexChange(this.type, this.index, change.value);
    const edits = interpretChange(this.type, change.value);
    if (!indexed.ok || !edits.ok) return false;
    this.index.add(indexed.value);
    this.fold.addChange(edits.value);
    this.chunks.push(chunk);
    return true;
  }

  /** A change at the heads, by a new actor, as an honest device composes it. */
  plan(ops: readonly RootOp[], random: Random): ChangePlan {
    const deps = this.index.heads();
    return {
      actor: newActor(random),
      seq: 1,
      startOp: this.index.nextOp(deps),
      deps,
      timeMs: 1_800_000_000_000,
      ops,
    };
  }

  field(key: string, set: RootOp["set"]): RootOp {
    return { key, set, pred: this.fold.livePred(key) };
  }

  statement(
    group: string,
    content: Content,
    { memberId, deviceId }: HostileAuthor,
    random: Random,
  ): RootOp {
    const attribution = {
      memberId,
      deviceId,
      authoredAtMs: 1_800_000_000_000,
      nonce: bytesToHex(random.bytes(16)),
    };
    return {
      key: group,
      set: writtenStatement({ content, attribution }),
      pred: this.index.live(group),
    };
  }

  /** What the group's only statement says; undefined where it is contested, or nobody signed it. */
  contentOf(group: string): Content | undefined {
    const [only, ...others] = this.fold.live(group);
    return only === undefined || others.length > 0
      ? undefined
      : this.fold.statementOf(only).content;
  }
}

/** Canonical where it can be. */
function writtenStatement(statement: Statement): string {
  try {
    return encodeStatement(statement);
  } catch {
    return JSON.stringify(statement);
  }
}

export function newActor(random: Random): ActorId {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- 16 bytes in hex are what an actor id is
  return bytesToHex(random.bytes(16)) as ActorId;
}

/** Null where Automerge's own encoder would not write it. */
export function tryCompose(plan: ChangePlan): Uint8Array | null {
  try {
    return composeChange(plan);
  } catch {
    return null;
  }
}
