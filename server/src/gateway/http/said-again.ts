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

/** For one request: what each author has said of a record is read once, however many of their changes are asked about. */
export class SaidAgain {
  /** By record, member and device: accepted changes by what they say. */
  readonly #said = new Map<string, ReadonlyMap<string, ChangeHash>>();

  /** The accepted change of the same author on the same device that says it again; null if there is none. */
  async find(
    tx: ReadTransaction,
    type: RecordType,
    refused: RefusedChange,
    change: DecodedChange,
  ): Promise<ChangeHash | null> {
    if (refused.verdict.code !== "depends-on-refused") return null;
    const saying = sayingOf(type, change);
    const said = await this.#saidBy(tx, type, refused);
    return (saying !== undefined && said.get(saying)) || null;
  }

  async #saidBy(
    tx: ReadTransaction,
    type: RecordType,
    { recordId, verdict }: RefusedChange,
  ): Promise<ReadonlyMap<string, ChangeHash>> {
    const { memberId, deviceId } = verdict;
    const name = `${recordId} ${memberId} ${deviceId}`;
    const known = this.#said.get(name);
    if (known !== undefined) return known;
    const said = new Map<string, ChangeHash>();
    const rows = await tx.scan(changeIndexTable, { prefix: [recordId] });
    for (const { value: row } of rows) {
      if (row.memberId !== memberId || row.deviceId !== deviceId) continue;
      const key = [recordId, row.hash];
      const bytes = await tx.get(changeBytesTable, key);
      const change = bytes && decodeChange(bytes, defaultChangeLimits);
      const saying = change?.ok && sayingOf(type, change.value);
      if (typeof saying === "string") said.set(saying, row.hash);
    }
    this.#said.set(name, said);
    return said;
  }
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
