/**
 * PM-12: after every crash the audit chain is what was written: by what `suture audit verify` says, and by hashes computed here. So
 * is every log, and the audit tells of each of its rows once, with its time, or it is of a record that moved and was admitted with
 * that time elsewhere; and of no other row.
 */
import { unfinished } from "@suture/client/testing";
import { createHash } from "node:crypto";
import { z } from "zod";

import { textOf } from "../model/canonical-text.ts";
import type { BrokenPromise, Run } from "../run.ts";
import type { Check } from "./check.ts";
import { statementOf, type DiskReader } from "./disk-reader.ts";
import type { Evidence } from "./evidence.ts";

const rowSchema = z.object({ key: z.string(), value: z.string() });
const auditSchema = z.object({
  atMs: z.number(),
  chain: z.string(),
  entry: z.looseObject({
    event: z.string(),
    fromSequence: z.number().optional(),
    toSequence: z.number().optional(),
    chain: z.string().optional(),
  }),
});
const logSchema = z.object({
  chain: z.string(),
  hash: z.string(),
  recordId: z.string(),
  memberId: z.string(),
  deviceId: z.string(),
  admittedAtMs: z.number(),
});
const headSchema = z.object({ epoch: z.string() });

export class AuditVerifies implements Check {
  readonly #evidence: Evidence;
  readonly #world: Run["world"];
  #verified: DiskReader | undefined;

  constructor(evidence: Evidence, world: Run["world"]) {
    this.#evidence = evidence;
    this.#world = world;
    this.#verified = evidence.server.reader;
  }

  /** The handle is another one whenever the server has been down. */
  async afterStep(): Promise<BrokenPromise | undefined> {
    const { reader } = this.#evidence.server;
    if (reader === undefined || reader === this.#verified) return undefined;
    this.#verified = reader;
    return this.#verify(reader);
  }

  async afterHealing(): Promise<BrokenPromise | undefined> {
    const { reader } = this.#evidence.server;
    return reader && this.#verify(reader);
  }

  async #verify(reader: DiskReader): Promise<BrokenPromise | undefined> {
    const words = wrongInChains(reader);
    if (words !== undefined) return { promise: "PM-12", words };
    const world = this.#world;
    const { running } = world.server;
    if (running === undefined) return undefined;
    const verdict = await world.act(() => running.verifyAudit());
    return verdict === unfinished || verdict.isIntact
      ? undefined
      : {
          promise: "PM-12",
          words: `the server's own verification: ${verdict.broken.table} ${verdict.broken.key.join(" ")}: ${verdict.broken.problem}`,
        };
  }
}

/** The first row that does not follow from the one before; undefined where all do. */
export function wrongInChains(reader: DiskReader): string | undefined {
  const told: Told = new Map();
  let before = { scopeId: "", chain: "", sequence: 0 };
  for (const { key, value } of rowsOf(reader, "kv_audit")) {
    const { scopeId, sequence } = placeOf(key);
    const { atMs, chain, entry } = auditSchema.parse(JSON.parse(value));
    const previous =
      before.scopeId === scopeId
        ? before
        : { chain: sha256(`suture audit ${scopeId}`), sequence: 0 };
    const link = { name: "audit", scopeId, sequence, atMs, entry };
    const expected = sha256(textOf({ ...link, previous: previous.chain }));
    if (sequence !== previous.sequence + 1 || chain !== expected)
      return `the audit of ${scopeId} is broken at ${sequence}`;
    before = { scopeId, chain, sequence };
    if (entry.event !== "changes-admitted") continue;
    const { fromSequence = 0, toSequence = 0 } = entry;
    for (let row = fromSequence; row <= toSequence; row += 1) {
      const name = `${scopeId} ${row}`;
      const times = (told.get(name)?.times ?? 0) + 1;
      const named = row === toSequence ? entry.chain : undefined;
      told.set(name, { times, atMs, named });
    }
  }
  return wrongInLogs(reader, told);
}

/** What the audit tells of, by scope and sequence. */
type Told = Map<
  string,
  {
    readonly times: number;
    readonly atMs: number;
    /** The log's chain, where an entry says it. */
    readonly named: string | undefined;
  }
>;

function wrongInLogs(reader: DiskReader, told: Told): string | undefined {
  const admitted = new Set<string>();
  const broughtAlong = new Map<string, string>();
  const epochs = new Map(
    rowsOf(reader, "kv_log_heads").map(({ key, value }) => [
      key,
      headSchema.parse(JSON.parse(value)).epoch,
    ]),
  );
  let before = { scopeId: "", chain: "", sequence: 0 };
  for (const { key, value } of rowsOf(reader, "kv_log")) {
    const { scopeId, sequence } = placeOf(key);
    const row = logSchema.parse(JSON.parse(value));
    if (before.scopeId !== scopeId) {
      const chain = sha256(`suture log ${scopeId} ${epochs.get(scopeId)}`);
      before = { scopeId, chain, sequence: 0 };
    }
    const expected = createHash("sha256")
      .update(Buffer.from(before.chain, "hex"))
      .update(Buffer.from(row.hash, "hex"))
      .update(`${row.recordId} ${row.memberId} ${row.deviceId}`)
      .digest("hex");
    if (sequence !== before.sequence + 1 || row.chain !== expected)
      return `the log of ${scopeId} is broken at ${sequence}`;
    const name = `${scopeId} ${sequence}`;
    const entry = told.get(name);
    if (entry?.times !== 1)
      return `the audit tells ${entry?.times ?? 0} times of row ${sequence} of ${scopeId}`;
    if (entry.named !== undefined && entry.named !== row.chain)
      return `the audit names another chain at row ${sequence} of ${scopeId}`;
    told.delete(name);
    const change = `${row.recordId} ${row.hash} ${row.admittedAtMs}`;
    if (entry.atMs === row.admittedAtMs) admitted.add(change);
    else broughtAlong.set(name, change);
    before = { scopeId, chain: row.chain, sequence };
  }
  const [beyond] = told.keys();
  if (beyond !== undefined) return `the audit tells of ${beyond}, no row`;
  for (const [name, change] of broughtAlong)
    if (!admitted.has(change))
      return `the audit tells of ${name} at another time`;
  return undefined;
}

function rowsOf(reader: DiskReader, table: string) {
  return z
    .array(rowSchema)
    .parse(
      statementOf(
        reader,
        `SELECT key, value FROM ${table} ORDER BY "partition", key`,
      ).all(),
    );
}

/** `scope #b12`: behind the letter stand the digits. */
function placeOf(key: string): { scopeId: string; sequence: number } {
  const [scopeId = "", number = ""] = key.split(" #");
  return { scopeId, sequence: Number(number.slice(1)) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
