import { applyChanges, free, init } from "@automerge/automerge";

import type { RecordType } from "../records/define-record.ts";

/**
 * The text of a field as Automerge merges it: the one thing read through a document. `changes` are all of the record's, or all
 * behind some heads, in causal order and with the field's genesis; "" while nothing is written. SPEC CO-7.
 */
export function readText(
  type: RecordType,
  name: string,
  changes: readonly Uint8Array[],
): string {
  if (type.fields[name]?.kind !== "text") throw new Error(`${name} is no text`);
  const [doc] = applyChanges(init<Record<string, unknown>>(), [...changes]);
  try {
    const text = doc[name];
    return typeof text === "string" ? text : "";
  } finally {
    // wasm memory is not the garbage collector's to count.
    free(doc);
  }
}
