/**
 * The container of a text or counter field comes from a change that every device composes to the same bytes, so two devices
 * that first write the field while apart write into the same container. (Created apart, one of two containers is lost.)
 */
import { encodeChange } from "@automerge/automerge";

import { sha256, sha256Hex } from "../canonical/sha256.ts";
import { bytesToHex } from "../canonical/hex.ts";
import { encodeUtf8 } from "../canonical/utf8.ts";
import {
  actorIdSchema,
  changeHashSchema,
  opIdOf,
  type ActorId,
  type ChangeHash,
  type OpId,
} from "../ids.ts";
import type { RecordType } from "../records/define-record.ts";
import { hashedFrom } from "./chunk-header.ts";
import type { Action } from "./compose-change.ts";
import type { DecodedChange } from "./decode-change.ts";

/** "genesis:" in ASCII. Other actors are random, so none begins like this. */
const genesisPrefix = "67656e657369733a";

export interface Genesis {
  readonly bytes: Uint8Array;
  readonly hash: ChangeHash;
  readonly actor: ActorId;
  /** The container: a text object, or the counter's first value. */
  readonly opId: OpId;
}

/** The genesis of one text or counter field: fixed actor, seq 1, startOp 1, time 0, no dependencies. SPEC CO-5. */
export function genesisOf(type: RecordType, name: string): Genesis {
  const container = containerOf(type, name);
  if (container === null) throw new Error(`${name} has no container`);
  const actor = genesisActor(type, name);
  const bytes = encodeChange({
    actor,
    seq: 1,
    startOp: 1,
    time: 0,
    message: null,
    author: null,
    deps: [],
    ops: [{ ...container, obj: "_root", key: name, pred: [] }],
  });
  const hash = changeHashSchema.parse(sha256Hex(bytes.subarray(hashedFrom)));
  return { bytes, hash, actor, opId: genesisOpId(type, name) };
}

/** Whether a change is the genesis of one of the type's fields, to the last bit. */
export function isGenesis(type: RecordType, change: DecodedChange): boolean {
  const key = change.ops[0]?.key;
  return (
    key !== undefined &&
    change.deps.length === 0 &&
    containerOf(type, key) !== null &&
    genesisOf(type, key).hash === change.hash
  );
}

/** Whether an actor is a genesis actor. Nobody else may write under one, or the genesis itself would be refused as a fork. */
export function isGenesisActor(actor: string): boolean {
  return actor.startsWith(genesisPrefix);
}

/** The operation that makes a field's container. */
export function genesisOpId(type: RecordType, name: string): OpId {
  return opIdOf(1, 0, genesisActor(type, name));
}

function containerOf(type: RecordType, name: string): Action | null {
  const field = Object.hasOwn(type.fields, name)
    ? type.fields[name]
    : undefined;
  if (field?.kind === "text") return { action: "makeText" };
  if (field?.kind === "counter")
    return { action: "set", datatype: "counter", value: 0 };
  return null;
}

function genesisActor(type: RecordType, name: string): ActorId {
  const digest = sha256(encodeUtf8(`suture genesis ${type.type} ${name}`));
  return actorIdSchema.parse(genesisPrefix + bytesToHex(digest.subarray(0, 8)));
}
