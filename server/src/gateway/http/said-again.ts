/**
 * A device says again by itself what it had built on refused work (SPEC SW-5). Then the original is kept here as refused, and
 * adopting it would say it a third time. It is known again by its author, device and device time, and by what it says.
 */
import {
  decodeChange,
  defaultChangeLimits,
  interpretChange,
  type ChangeHash,
  type DecodedChange,
  type Edit,
  type ReadTransaction,
  type RecordType,
} from "@suture/schema";

import type { RefusedChange } from "../../admission/refusals.ts";
import { changeBytesTable, changeIndexTable } from "../../log/log-tables.ts";

/** The accepted change of the same author on the same device that says it again; null if there is none. */
export async function saidAgainAs(
  tx: ReadTransaction,
  type: RecordType,
  { recordId, verdict }: RefusedChange,
  refused: DecodedChange,
): Promise<ChangeHash | null> {
  if (verdict.code !== "depends-on-refused") return null;
  const said = sayingOf(type, refused);
  const rows = await tx.scan(changeIndexTable, { prefix: [recordId] });
  for (const { value: row } of rows) {
    const isTheirs =
      row.memberId === verdict.memberId && row.deviceId === verdict.deviceId;
    if (!isTheirs || row.opCount !== refused.ops.length) continue;
    const bytes = await tx.get(changeBytesTable, [recordId, row.hash]);
    const change = bytes && decodeChange(bytes, defaultChangeLimits);
    if (change?.ok === true && said === sayingOf(type, change.value))
      return row.hash;
  }
  return null;
}

/** The same for a change and what says it again; undefined for what cannot be read. */
function sayingOf(type: RecordType, change: DecodedChange): string | undefined {
  const edits = interpretChange(type, change);
  if (!edits.ok) return undefined;
  const said = edits.value.map((edit, position) =>
    edit.kind === "text"
      ? [edit.name, change.ops[position]?.value]
      : whatIsSaid(edit),
  );
  return JSON.stringify([change.time, said]);
}

/** Neither where an edit stands nor what it overwrites; of a statement who signed it when, for it was carried over to other content. */
function whatIsSaid(edit: Edit): unknown {
  const { opId: _opId, pred: _pred, ...said } = edit;
  if (said.kind === "statement")
    return [said.name, said.statement.attribution.authoredAtMs];
  return said.kind === "resolution" ? [said.resolutionId] : said;
}
