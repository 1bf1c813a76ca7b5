/**
 * The container of a text or counter field comes from a change that every device composes to the same bytes, so two devices
 * that first write the field while apart write into the same container. (Created apart, one of two containers is lost.)
 */
import { encodeChange } from "@automerge/automerge";

import { sha256 } from "../canonical/sha256.ts";
import { bytesToHex } from "../canonical/hex.ts";
import { encodeUtf8 } from "../canonical/utf8.ts";
import { opIdOf, type OpId } from "../ids.ts";
import type { RecordType } from "../records/define-record.ts";
import type { Action } from "./compose-change.ts";
import type { DecodedChange } from "./decode-change.ts";

export interface Genesis {
  readonly bytes: Uint8Array;
  readonly actor: string;
  /** The container: a text object, or the counter's first value. */
  readonly opId: OpId;
}

/** The genesis of one text or counter field: fixed actor, seq 1, startOp 1, time 0, no dependencies. SPEC CO-5. */
export function genesisOf(type: RecordType, name: string): Genesis {
  const field = type.fields[name];
  if (field?.kind !== "text" && field?.kind !== "counter")
    throw new Error(`${name} has no container`);
  const actor = genesisActor(type, name);
  const container: Action =
    field.kind === "text"
      ? { action: "makeText" }
      : { action: "set", datatype: "counter", value: 0 };
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
  return { bytes, actor, opId: opIdOf(1, 0, actor) };
}

/** Whether a change is the genesis of one of the type's fields; any other change by a genesis actor is not. */
export function isGenesis(type: RecordType, change: DecodedChange): boolean {
  const [op, ...others] = change.ops;
  if (op?.key === undefined || others.length > 0 || change.deps.length > 0)
    return false;
  const field = type.fields[op.key];
  if (
    (field?.kind !== "text" && field?.kind !== "counter") ||
    change.actor !== genesisActor(type, op.key)
  )
    return false;
  const isContainer =
    field.kind === "text"
      ? op.action === "makeText"
      : op.action === "set" && op.datatype === "counter" && op.value === 0;
  return (
    isContainer &&
    op.obj === "_root" &&
    change.seq === 1 &&
    change.startOp === 1 &&
    change.time === 0 &&
    change.message === null
  );
}

function genesisActor(type: RecordType, name: string): string {
  return bytesToHex(
    sha256(encodeUtf8(`suture genesis ${type.type} ${name}`)).subarray(0, 16),
  );
}
