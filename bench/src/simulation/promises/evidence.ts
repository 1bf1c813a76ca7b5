/**
 * All that the promises are judged by: what people did and were told, what lies on every disk, and the model's own reading of
 * every change that anybody holds.
 */
import type { RecordId } from "@suture/schema";

import type { Journal, JournalEntry } from "../journal.ts";
import { readChange } from "../model/change-facts.ts";
import { RecordModel } from "../model/record-model.ts";
import type { DiskLookedAt } from "./disk-reader.ts";
import { HeldChanges, type DiskNews } from "./held-changes.ts";
import { ServerLog, type LogRow } from "./server-log.ts";

/** What is new since the last look. */
export interface News {
  readonly journal: readonly JournalEntry[];
  /** Undefined while the server is down. */
  readonly committed: readonly LogRow[] | undefined;
  /** By the name of the device; those whose app is not open are not there. */
  readonly disks: ReadonlyMap<string, DiskNews>;
}

export interface EvidenceSources {
  readonly journal: Journal;
  readonly server: DiskLookedAt;
  /** By name. */
  readonly devices: ReadonlyMap<string, DiskLookedAt>;
}

export class Evidence {
  readonly journal: Journal;
  readonly server: ServerLog;
  readonly devices: ReadonlyMap<string, HeldChanges>;
  readonly #models = new Map<string, RecordModel>();
  #readEntries = 0;

  constructor({ journal, server, devices }: EvidenceSources) {
    this.journal = journal;
    this.server = new ServerLog(server);
    this.devices = new Map(
      [...devices].map(([name, disk]) => [name, new HeldChanges(disk)]),
    );
  }

  heldBy(device: string): HeldChanges {
    const held = this.devices.get(device);
    if (held === undefined) throw new Error(`there is no device ${device}`);
    return held;
  }

  modelOf(recordId: RecordId | string): RecordModel {
    const known = this.#models.get(recordId);
    if (known !== undefined) return known;
    const model = new RecordModel();
    this.#models.set(recordId, model);
    return model;
  }

  /** The server first: what a device was told by now, the server has committed by now. */
  look(): News {
    const { entries } = this.journal;
    const journal = entries.slice(this.#readEntries);
    this.#readEntries = entries.length;
    const disks = new Map<string, DiskNews>();
    for (const [name, held] of this.devices) {
      const news = held.look();
      if (news === undefined) continue;
      disks.set(name, news);
      for (const change of news.written)
        this.#learn(change, () => held.bytesOf(change));
    }
    const committed = this.server.look();
    for (const row of committed ?? [])
      this.#learn(row, () => this.server.bytesOf(row));
    return { journal, committed, disks };
  }

  #learn(
    { recordId, hash }: { readonly recordId: string; readonly hash: string },
    bytesOf: () => Uint8Array | undefined,
  ): void {
    const model = this.modelOf(recordId);
    if (model.change(hash) !== undefined) return;
    const bytes = bytesOf();
    if (bytes !== undefined) model.add(readChange(bytes));
  }
}
