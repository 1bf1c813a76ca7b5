/**
 * Disks and changes written by hand, so that a test can lie to a check: rows as devices and servers keep them, and changes that
 * Automerge itself composes.
 */
import * as automerge from "@automerge/automerge";
import type { DiskImage } from "@suture/client/testing";
import { personIdSchema, recordIdFromBytes } from "@suture/schema";
import Database from "better-sqlite3";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

import { Journal, type JournalEntry } from "../journal.ts";
import type { DiskLookedAt, DiskReader } from "./disk-reader.ts";
import { Evidence } from "./evidence.ts";
import type { HeldChange } from "./held-changes.ts";

export const recordId = recordIdFromBytes(new Uint8Array(16).fill(1));
export const organizationId = recordIdFromBytes(new Uint8Array(16).fill(2));
export const scopeId = `organization:${organizationId}`;
export const personId = personIdSchema.parse("person-1");

type Doc = automerge.Doc<Record<string, unknown>>;

/** A change, and the document after it. */
export interface Composed {
  readonly doc: Doc;
  readonly hash: string;
  readonly bytes: Uint8Array;
}

let actors = 0;

/** By a fresh actor, on top of what the documents hold. */
export function compose(
  seen: readonly Composed[],
  values: Readonly<Record<string, unknown>>,
): Composed {
  actors += 1;
  const actor = actors.toString(16).padStart(32, "0");
  let doc: Doc = automerge.init({ actor });
  for (const each of seen) doc = automerge.merge(doc, each.doc);
  doc = automerge.change(doc, { time: 0 }, (draft) => {
    for (const [key, value] of Object.entries(values))
      draft[key] =
        typeof value === "number"
          ? value
          : new automerge.ImmutableString(
              typeof value === "string" ? value : JSON.stringify(value),
            );
  });
  const bytes = automerge.getLastLocalChange(doc);
  if (bytes === undefined) throw new Error("nothing was composed");
  return { doc, bytes, hash: automerge.decodeChange(bytes).hash };
}

export function created(
  values: Readonly<Record<string, unknown>> = {},
): Composed {
  return compose([], { recordId, recordType: "patient", ...values });
}

let nonces = 0;

/** Each its own, as signatures are: Automerge writes nothing where a value stays what it is. */
export function statement(content: Readonly<Record<string, unknown>>): unknown {
  nonces += 1;
  return { attribution: { nonce: String(nonces) }, content };
}

export class PaperDisk implements DiskLookedAt {
  readonly #path: string;
  readonly #db: Database.Database;
  #reader: DiskReader | undefined;
  /** Nothing has the file open. */
  isDown = false;

  constructor(tables: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), "suture-paper-"));
    this.#path = join(folder, "disk");
    this.#db = new Database(this.#path);
    this.#db.pragma("journal_mode = WAL");
    for (const table of tables)
      this.#db.exec(
        `CREATE TABLE kv_${table} ("partition" TEXT, key TEXT, value, PRIMARY KEY ("partition", key))`,
      );
    onTestFinished(() => {
      this.#reader?.close();
      this.#db.close();
      rmSync(folder, { recursive: true });
    });
  }

  get reader(): DiskReader {
    this.#reader ??= new Database(this.#path, { readonly: true });
    return this.#reader;
  }

  readerOf(): DiskReader | undefined {
    return this.isDown ? undefined : this.reader;
  }

  /** The file as it is, as a device's `log.sqlite`. */
  image(): DiskImage {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
    return new Map([["log.sqlite", readFileSync(this.#path)]]);
  }

  /** As after a restart: the handle is another one. */
  restart(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  put(table: string, partition: string, key: string, value: unknown): void {
    this.#db
      .prepare(`INSERT OR REPLACE INTO kv_${table} VALUES (?, ?, ?)`)
      .run(
        partition,
        key,
        value instanceof Uint8Array ? value : JSON.stringify(value),
      );
  }

  remove(table: string, key: string): void {
    this.#db.prepare(`DELETE FROM kv_${table} WHERE key = ?`).run(key);
  }
}

/** One device, one server, and a journal. */
export class PaperWorld {
  readonly journal = new Journal();
  readonly device = new PaperDisk(["changes", "change_bytes", "scopes"]);
  readonly server = new PaperDisk([
    "log",
    "log_heads",
    "change_bytes",
    "reviews",
    "audit",
    "checkpoints",
  ]);
  readonly evidence = new Evidence({
    journal: this.journal,
    server: this.server,
    devices: new Map([["ward", this.device]]),
  });
  #localNumber = 0;
  readonly #localNumbers = new Map<string, number>();
  #sequence = 0;

  constructor() {
    this.server.put("log_heads", organizationId, scopeId, {
      epoch: "e",
      sequence: 0,
      chain: "",
    });
  }

  /** As the device has it; again with another state. */
  hold(
    { hash, bytes }: Composed,
    progress: HeldChange["progress"],
    about: Partial<HeldChange> = {},
  ): void {
    const localNumber =
      this.#localNumbers.get(hash) ?? (this.#localNumber += 1);
    this.#localNumbers.set(hash, localNumber);
    this.device.put("change_bytes", "local", `${recordId} ${hash}`, bytes);
    this.device.put("changes", "local", `${recordId} ${localNumber}`, {
      ...someChange,
      hash,
      localNumber,
      personId,
      progress,
      ...about,
    });
  }

  drop({ hash }: Composed): void {
    this.device.remove(
      "changes",
      `${recordId} ${this.#localNumbers.get(hash)}`,
    );
  }

  /** Its row says something else than was written. */
  spoil({ hash }: Composed): void {
    const key = `${recordId} ${this.#localNumbers.get(hash)}`;
    this.device.put("changes", "local", key, "spoilt");
  }

  /** As the server has it. */
  commit(
    { hash, bytes }: Composed,
    about: {
      readonly memberId?: string;
      readonly deviceId?: string;
      readonly recordId?: string;
      readonly recordType?: string;
    } = {},
  ): void {
    this.#sequence += 1;
    const row = {
      recordId,
      recordType: "patient",
      memberId: "m",
      deviceId: "d",
      hash,
      chain: `chain ${this.#sequence}`,
      ...about,
    };
    this.server.put(
      "change_bytes",
      organizationId,
      `${row.recordId} ${hash}`,
      bytes,
    );
    this.server.put("log", organizationId, rowKey(this.#sequence), row);
  }

  /** The last row is not there any more. */
  loseLast(): void {
    this.server.remove("log", rowKey(this.#sequence));
    this.#sequence -= 1;
  }

  tell(
    entry: DistributedOmit<JournalEntry, "atMs" | "device" | "personId">,
  ): void {
    this.journal.write({ ...entry, atMs: 0, device: "ward", personId });
  }
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown
  ? Omit<T, K>
  : never;

type Progress = HeldChange["progress"];

export const accepted: Progress = { state: "accepted", places: [] };
export const pending: Progress = {
  state: "pending",
  held: null,
  isRestore: false,
};
export const refused: Progress = {
  state: "refused",
  code: "not-permitted",
  isDismissed: false,
};

function rowKey(sequence: number): string {
  const digits = String(sequence);
  return `${scopeId} #${String.fromCodePoint(0x60 + digits.length)}${digits}`;
}

/** As a device keeps it; a test says what matters of it. */
export const someChange: HeldChange = {
  recordId,
  hash: "h",
  localNumber: 1,
  memberId: "m",
  deviceId: "d",
  personId,
  lane: "merge",
  priority: 3,
  deps: [],
  refersTo: [],
  isCreation: false,
  progress: pending,
};
