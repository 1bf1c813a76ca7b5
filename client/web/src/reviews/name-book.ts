/**
 * What ids of records stand for, looked up on this device when they are first asked for. An id that is not here is told as what it is;
 * it is looked up again when the device has heard more.
 */
import {
  recordIdSchema,
  sutureRecords,
  type RecordId,
  type RecordType,
} from "@suture/schema";
import type { Client, SutureRecord } from "@suture/client";

import type { Text } from "../text/en.ts";
import { recordLabel } from "./record-label.ts";
import type { Names } from "./word-parts.ts";

/** People first: they are what is asked for most. */
const order = ["member", "team", "equipment", "patient", "serviceJob"];
const types: readonly RecordType[] = [...sutureRecords].sort(
  (left, right) => rank(left.type) - rank(right.type),
);

export class NameBook {
  readonly #client: Client;
  readonly #found = new Map<RecordId, SutureRecord<RecordType> | null>();
  readonly #wanted = new Set<RecordId>();
  readonly #listeners = new Set<() => void>();
  #stop: (() => void) | undefined;
  #version = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Rises when something asked for is known, or may be called otherwise. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#stop ??= this.#client.watch(() => this.#hear());
    void this.#lookUp();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  };

  /** Null while it is looked for, or where it is not on this device, or not the person's to read. */
  labelOf(id: string, names: Names): string | null {
    const found = this.recordOf(id);
    return found ? (recordLabel(found, names) ?? names.text.unnamed) : null;
  }

  /** As `labelOf`, the record itself. */
  recordOf(id: string): SutureRecord<RecordType> | null {
    const parsed = recordIdSchema.safeParse(id);
    if (!parsed.success) return null;
    const found = this.#found.get(parsed.data);
    if (found === undefined) {
      this.#wanted.add(parsed.data);
      queueMicrotask(() => void this.#lookUp());
    }
    return found ?? null;
  }

  #hear(): void {
    for (const [id, record] of this.#found)
      if (record === null) this.#found.delete(id);
    this.#tell();
  }

  async #lookUp(): Promise<void> {
    if (this.#stop === undefined || this.#wanted.size === 0) return;
    const ids = [...this.#wanted];
    this.#wanted.clear();
    for (const id of ids)
      if (!this.#found.has(id)) this.#found.set(id, await this.#find(id));
    this.#tell();
  }

  async #find(id: RecordId): Promise<SutureRecord<RecordType> | null> {
    for (const type of types) {
      const found = await this.#client.records(type).get(id);
      if (found.ok) return found.value;
    }
    return null;
  }

  #tell(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

export function namesOf(book: NameBook, text: Text): Names {
  const names: Names = {
    text: text.values,
    record: (id) => book.labelOf(id, names) ?? text.values.unknownRecord(id),
    instant: (stated) => {
      // A day stays a day: midnight in another time zone would be another one.
      const atMs = stated.includes("T") ? Date.parse(stated) : Number.NaN;
      return Number.isNaN(atMs)
        ? text.common.partialDate(stated)
        : text.common.dateTime(atMs);
    },
  };
  return names;
}

function rank(type: string): number {
  const at = order.indexOf(type);
  return at === -1 ? order.length : at;
}
