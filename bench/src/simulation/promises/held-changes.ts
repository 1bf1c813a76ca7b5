/**
 * What lies on a device's disk, read by plain SQL beside the app: the changes it holds, and what has become of each. Nothing of
 * the SDK takes part, so what the SDK shows can be held against it.
 */
import { z } from "zod";

import {
  statementOf,
  type DiskLookedAt,
  type DiskReader,
} from "./disk-reader.ts";

const heldChangeSchema = z.object({
  recordId: z.string(),
  hash: z.string(),
  localNumber: z.number(),
  memberId: z.string(),
  deviceId: z.string(),
  personId: z.string().nullable(),
  lane: z.string(),
  priority: z.number(),
  deps: z.array(z.string()),
  refersTo: z.array(z.string()),
  isCreation: z.boolean(),
  progress: z.discriminatedUnion("state", [
    z.object({
      state: z.literal("pending"),
      held: z.object({ code: z.string() }).nullable(),
      isRestore: z.boolean(),
    }),
    z.object({ state: z.literal("waiting"), code: z.string() }),
    z.object({
      state: z.literal("accepted"),
      places: z.array(z.object({ scopeId: z.string(), sequence: z.number() })),
    }),
    z.object({
      state: z.literal("refused"),
      code: z.string(),
      isDismissed: z.boolean(),
      reexpressedAs: z.string().optional(),
    }),
  ]),
});
export type HeldChange = z.infer<typeof heldChangeSchema>;

/** Names a change of a record: a genesis change has one hash in all records. */
export function changeName(recordId: string, hash: string): string {
  return `${recordId} ${hash}`;
}

/** What a look at the disk found otherwise than the look before. */
export interface DiskNews {
  readonly written: readonly HeldChange[];
  readonly gone: readonly HeldChange[];
}

const file = "log.sqlite";

export class HeldChanges {
  readonly #disk: DiskLookedAt;
  #reader: DiskReader | undefined;
  #version: unknown;
  #texts = new Map<string, string>();
  readonly #names = new Map<string, string>();
  #changes = new Map<string, HeldChange>();
  readonly #byRecordId = new Map<string, Map<string, HeldChange>>();

  constructor(disk: DiskLookedAt) {
    this.#disk = disk;
  }

  /** As of the last look, by `changeName`. */
  get all(): ReadonlyMap<string, HeldChange> {
    return this.#changes;
  }

  get recordIds(): readonly string[] {
    return [...this.#byRecordId.keys()].toSorted();
  }

  /** Of one record, by hash. */
  of(recordId: string): ReadonlyMap<string, HeldChange> {
    return this.#byRecordId.get(recordId) ?? new Map();
  }

  /** Undefined while the app is not open. */
  look(): DiskNews | undefined {
    const reader = this.#disk.readerOf(file);
    if (reader === undefined) return undefined;
    const version = reader.pragma("data_version", { simple: true });
    if (reader === this.#reader && version === this.#version)
      return { written: [], gone: [] };
    this.#reader = reader;
    this.#version = version;
    return this.#readAll(reader);
  }

  /** What is to be sent, as it lies on the disk at this moment: names of changes. */
  pendingNow(): readonly string[] {
    const reader = this.#disk.readerOf(file);
    if (reader === undefined) return [];
    return pendingSchema
      .parse(
        statementOf(
          reader,
          `SELECT value FROM kv_pending WHERE "partition" = 'local' ORDER BY key`,
        ).all(),
      )
      .map(({ value }) => {
        const { recordId, hash } = nameSchema.parse(JSON.parse(value));
        return changeName(recordId, hash);
      });
  }

  /** What is held, as it lies on the disk at this moment: names of changes. */
  namesNow(): ReadonlySet<string> {
    const reader = this.#disk.readerOf(file);
    const rows = reader === undefined ? [] : readRows(reader);
    const names = rows.flatMap(([, text]) => {
      const change = changeIn(text);
      return change === undefined
        ? []
        : [changeName(change.recordId, change.hash)];
    });
    return new Set(names);
  }

  /** The change itself; undefined while the app is not open. */
  bytesOf({ recordId, hash }: HeldChange): Uint8Array | undefined {
    const reader = this.#disk.readerOf(file);
    if (reader === undefined) return undefined;
    const row = statementOf(
      reader,
      `SELECT value FROM kv_change_bytes WHERE "partition" = 'local' AND key = ?`,
    ).get(changeName(recordId, hash));
    return bytesRowSchema.optional().parse(row)?.value;
  }

  #readAll(reader: DiskReader): DiskNews {
    const rows = readRows(reader);
    const texts = new Map<string, string>();
    const changes = new Map<string, HeldChange>();
    const written: HeldChange[] = [];
    const before = this.#changes;
    for (const [key, text] of rows) {
      texts.set(key, text);
      const wasNamed = this.#names.get(key);
      const was = wasNamed === undefined ? undefined : before.get(wasNamed);
      const known = this.#texts.get(key) === text ? was : undefined;
      const read = known ?? changeIn(text);
      // Of a row that is damaged under the running app it is known what it was.
      const change = read ?? was;
      if (change === undefined) continue;
      if (known === undefined && read !== undefined) {
        written.push(change);
        this.#names.set(key, changeName(change.recordId, change.hash));
        this.#keep(change);
      }
      changes.set(changeName(change.recordId, change.hash), change);
    }
    const gone = [...before].flatMap(([name, change]) =>
      changes.has(name) ? [] : [change],
    );
    for (const { recordId, hash } of gone) this.#forget(recordId, hash);
    this.#texts = texts;
    this.#changes = changes;
    return { written, gone };
  }

  #keep(change: HeldChange): void {
    const ofRecord =
      this.#byRecordId.get(change.recordId) ?? new Map<string, HeldChange>();
    this.#byRecordId.set(change.recordId, ofRecord.set(change.hash, change));
  }

  #forget(recordId: string, hash: string): void {
    const ofRecord = this.#byRecordId.get(recordId);
    ofRecord?.delete(hash);
    if (ofRecord?.size === 0) this.#byRecordId.delete(recordId);
  }
}

function readRows(reader: DiskReader) {
  return rowsSchema.parse(
    statementOf(
      reader,
      `SELECT key, value FROM kv_changes WHERE "partition" = 'local'`,
    )
      .raw()
      .all(),
  );
}

/** Undefined for a row that does not say any more what it said. */
function changeIn(text: string): HeldChange | undefined {
  try {
    return heldChangeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const rowsSchema = z.array(z.tuple([z.string(), z.string()]));
const pendingSchema = z.array(z.object({ value: z.string() }));
const nameSchema = z.object({ recordId: z.string(), hash: z.string() });
const bytesRowSchema = z.object({ value: z.instanceof(Uint8Array) });
