/**
 * What the server has committed, read by plain SQL beside it: the truth that labels are held against. It remembers what was ever
 * there, for a server can be restored from an older backup.
 */
import { z } from "zod";

import {
  statementOf,
  type DiskLookedAt,
  type DiskReader,
} from "./disk-reader.ts";
import { changeName } from "./held-changes.ts";

export interface LogRow {
  readonly scopeId: string;
  readonly sequence: number;
  readonly recordId: string;
  readonly recordType: string;
  readonly hash: string;
  readonly memberId: string;
  readonly deviceId: string;
  readonly chain: string;
  /** Which look found it: rows of one look may have come in any order. */
  readonly look: number;
}

const rowSchema = z.object({
  recordId: z.string(),
  recordType: z.string(),
  hash: z.string(),
  memberId: z.string(),
  deviceId: z.string(),
  chain: z.string(),
});

const file = "suture.db";

export class ServerLog {
  readonly #disk: DiskLookedAt;
  #reader: DiskReader | undefined;
  #version: unknown;
  #look = 0;
  readonly #rowsByScope = new Map<string, LogRow[]>();
  readonly #partitions = new Map<string, string>();
  #committed = new Map<string, LogRow[]>();
  #hashes = new Map<string, Set<string>>();
  readonly #ever = new Set<string>();
  #setBackCount = 0;
  readonly #signedTo = new Map<string, number>();

  constructor(disk: DiskLookedAt) {
    this.#disk = disk;
  }

  /** Rows by `changeName`, as of the last look. */
  get committed(): ReadonlyMap<string, readonly LogRow[]> {
    return this.#committed;
  }

  /** Whether it was ever there, on a server that has been restored since, too. */
  everHeld(name: string): boolean {
    return this.#ever.has(name);
  }

  /** How often rows were found gone: by a restored backup, and by nothing else. */
  get setBackCount(): number {
    return this.#setBackCount;
  }

  /** How often something new was found: what `LogRow.look` counts. */
  get lookCount(): number {
    return this.#look;
  }

  /** The changes of a record. */
  hashesOf(recordId: string): ReadonlySet<string> {
    return this.#hashes.get(recordId) ?? new Set();
  }

  get scopeIds(): readonly string[] {
    return [...this.#rowsByScope.keys()];
  }

  rowsOf(scopeId: string): readonly LogRow[] {
    return this.#rowsByScope.get(scopeId) ?? [];
  }

  /** The handle on it; undefined while it is down. */
  get reader(): DiskReader | undefined {
    return this.#disk.readerOf(file);
  }

  /** Rows that came since the last look; undefined while it is down. */
  look(): readonly LogRow[] | undefined {
    const { reader } = this;
    if (reader === undefined) return undefined;
    const version = reader.pragma("data_version", { simple: true });
    if (reader === this.#reader && version === this.#version) return [];
    this.#look += 1;
    if (reader !== this.#reader) this.#findScopes(reader);
    this.#reader = reader;
    this.#version = version;
    this.#findScopes(reader);
    this.#noteSigned(reader);
    const isSetBack = [...this.#rowsByScope.keys()].some(
      (scopeId) => !this.#goesOn(reader, scopeId),
    );
    if (isSetBack) {
      this.#setBackCount += 1;
      this.#committed = new Map();
      this.#hashes = new Map();
      for (const rows of this.#rowsByScope.values()) rows.length = 0;
    }
    return [...this.#rowsByScope.keys()].flatMap((scopeId) =>
      this.#readOn(reader, scopeId),
    );
  }

  #findScopes(reader: DiskReader): void {
    const heads = headsSchema.parse(
      statementOf(
        reader,
        `SELECT key, "partition" FROM kv_log_heads ORDER BY key`,
      ).all(),
    );
    for (const { key, partition } of heads) {
      this.#partitions.set(key, partition);
      if (!this.#rowsByScope.has(key)) this.#rowsByScope.set(key, []);
    }
  }

  /** Whether the last row known of a scope is there, and is the same. */
  #goesOn(reader: DiskReader, scopeId: string): boolean {
    const last = this.#rowsByScope.get(scopeId)?.at(-1);
    if (last === undefined) return true;
    const found = statementOf(
      reader,
      `SELECT value FROM kv_log WHERE "partition" = ? AND key = ?`,
    ).get(this.#partitions.get(scopeId), rowKey(scopeId, last.sequence));
    const row = valueSchema.optional().parse(found);
    return (
      row !== undefined &&
      rowSchema.parse(JSON.parse(row.value)).chain === last.chain
    );
  }

  #readOn(reader: DiskReader, scopeId: string): readonly LogRow[] {
    const rows = this.#rowsByScope.get(scopeId) ?? [];
    const found = statementOf(
      reader,
      `SELECT value FROM kv_log WHERE "partition" = ? AND key > ? AND key < ? ORDER BY key`,
    ).all(
      this.#partitions.get(scopeId),
      rowKey(scopeId, rows.length),
      `${scopeId}!`,
    );
    const news = z
      .array(valueSchema)
      .parse(found)
      .map(({ value }, index) => ({
        ...rowSchema.parse(JSON.parse(value)),
        scopeId,
        sequence: rows.length + index + 1,
        look: this.#look,
      }));
    for (const row of news) {
      rows.push(row);
      const name = changeName(row.recordId, row.hash);
      this.#committed.set(name, [...(this.#committed.get(name) ?? []), row]);
      this.#ever.add(name);
      const hashes = this.#hashes.get(row.recordId) ?? new Set<string>();
      this.#hashes.set(row.recordId, hashes.add(row.hash));
    }
    return news;
  }

  /** Up to which row of each scope's log a checkpoint was ever found signed, until this moment. */
  signedTo(): ReadonlyMap<string, number> {
    const { reader } = this;
    if (reader !== undefined) this.#noteSigned(reader);
    return this.#signedTo;
  }

  /** A server that is restored may have lost them by the next look. */
  #noteSigned(reader: DiskReader): void {
    const rows = checkpointsSchema.parse(
      statementOf(
        reader,
        `SELECT value FROM kv_checkpoints ORDER BY key DESC LIMIT 50`,
      ).all(),
    );
    for (const { value } of rows) {
      const { changedLeaves } = checkpointSchema.parse(JSON.parse(value));
      for (const { scopeId, log } of changedLeaves) {
        const before = this.#signedTo.get(scopeId) ?? 0;
        this.#signedTo.set(scopeId, Math.max(before, log.sequence));
      }
    }
  }

  /** The bytes of a change it holds. */
  bytesOf({ scopeId, recordId, hash }: LogRow): Uint8Array | undefined {
    const { reader } = this;
    if (reader === undefined) return undefined;
    const row = statementOf(
      reader,
      `SELECT value FROM kv_change_bytes WHERE "partition" = ? AND key = ?`,
    ).get(this.#partitions.get(scopeId), changeName(recordId, hash));
    return bytesSchema.optional().parse(row)?.value;
  }
}

const headsSchema = z.array(
  z.object({ key: z.string(), partition: z.string() }),
);
const valueSchema = z.object({ value: z.string() });
const checkpointsSchema = z.array(valueSchema);
const checkpointSchema = z.object({
  changedLeaves: z.array(
    z.object({
      scopeId: z.string(),
      log: z.object({ sequence: z.number() }),
    }),
  ),
});
const bytesSchema = z.object({ value: z.instanceof(Uint8Array) });

/** The text of a key: a number is a letter for how many digits it has, then the digits. */
function rowKey(scopeId: string, sequence: number): string {
  const digits = String(sequence);
  return `${scopeId} #${String.fromCodePoint(0x60 + digits.length)}${digits}`;
}
