/**
 * How often somebody opens a record again soon after saving it, only to look: whether people trust that what was saved is saved.
 * Counted on this device, for each person and day; what is reported holds no record and no name. SPEC AP-116, AP-117.
 *
 * A save is opened again at most once: by whoever saved it, within ten minutes, in a visit that saves nothing. A visit that was
 * never seen to end, because its page was killed, counts when an hour has passed.
 */
import type {
  Clock,
  PersonId,
  RecordId,
  WriteTransaction,
} from "@suture/schema";

import {
  recentSavesTable,
  reopenCountsTable,
  type RecentSave,
} from "../store/client-tables.ts";
import type { LocalLog } from "../store/local-log.ts";
import type { CurrentPerson } from "./record-deps.ts";

export interface ReopenCount {
  readonly organizationId: RecordId;
  /** Of the saves, in UTC: `2026-03-02`. */
  readonly day: string;
  readonly saveCount: number;
  /** How many of these saves were opened again only to look; it only rises. */
  readonly reopenCount: number;
}

export interface ReopenCountsDeps {
  readonly log: Pick<LocalLog, "read" | "write">;
  readonly clock: Clock;
  person(): CurrentPerson | null;
}

const reopenedWithinMs = 10 * 60_000;
/** A save is forgotten then, and its days when nothing of them was left to report. */
const rememberedMs = 60 * 60_000;
const daysKeptMs = 14 * 24 * 60 * 60_000;

export class ReopenCounts {
  readonly #deps: ReopenCountsDeps;

  constructor(deps: ReopenCountsDeps) {
    this.#deps = deps;
  }

  /** The person saved something of the record: a visit that was under way was not only to look. */
  async saved(organizationId: RecordId, recordId: RecordId): Promise<void> {
    await this.#write(async (tx, personId, nowMs) => {
      await this.#forgetOld(tx, personId, nowMs);
      const save: RecentSave = {
        organizationId,
        savedAtMs: nowMs,
        look: "none",
      };
      await tx.put(recentSavesTable, [personId, recordId], save);
      await count(tx, personId, save, { saves: 1, reopens: 0 });
    });
  }

  /** The person opened the record by themselves: not where saving it led them there. */
  async opened(recordId: RecordId): Promise<void> {
    await this.#write(async (tx, personId, nowMs) => {
      const key = [personId, recordId];
      const save = await tx.get(recentSavesTable, key);
      if (save?.look !== "none") return;
      if (nowMs - save.savedAtMs > reopenedWithinMs) return;
      await tx.put(recentSavesTable, key, { ...save, look: "looking" });
    });
  }

  /** The person went on to something else. */
  async left(recordId: RecordId): Promise<void> {
    await this.#write(async (tx, personId) => {
      const key = [personId, recordId];
      const save = await tx.get(recentSavesTable, key);
      if (save?.look !== "looking") return;
      await tx.put(recentSavesTable, key, { ...save, look: "counted" });
      await count(tx, personId, save, { saves: 0, reopens: 1 });
    });
  }

  /** The person's counts that the server has not been told yet, as they stand now. */
  async unreported(): Promise<readonly ReopenCount[]> {
    const personId = this.#deps.person()?.personId;
    if (personId === undefined) return [];
    const rows = await this.#deps.log.read((tx) =>
      tx.scan(reopenCountsTable, { prefix: [personId] }),
    );
    return rows.flatMap(({ value: { isReported, ...counted } }) =>
      isReported ? [] : [counted],
    );
  }

  /** The server has them. What was counted meanwhile is still to be reported. */
  async reported(counts: readonly ReopenCount[]): Promise<void> {
    await this.#write(async (tx, personId, nowMs) => {
      for (const told of counts) {
        const key = [personId, told.organizationId, told.day];
        const held = await tx.get(reopenCountsTable, key);
        if (held === undefined) continue;
        const isReported =
          held.saveCount === told.saveCount &&
          held.reopenCount === told.reopenCount;
        await tx.put(reopenCountsTable, key, { ...held, isReported });
      }
      const oldest = dayOf(nowMs - daysKeptMs);
      for (const { key, value } of await tx.scan(reopenCountsTable, {
        prefix: [personId],
      }))
        if (value.isReported && value.day < oldest)
          await tx.delete(reopenCountsTable, key);
    });
  }

  async #write(
    work: (
      tx: WriteTransaction,
      personId: PersonId,
      nowMs: number,
    ) => Promise<void>,
  ): Promise<void> {
    const { log, clock } = this.#deps;
    const personId = this.#deps.person()?.personId;
    if (personId === undefined) return;
    const nowMs = clock.now();
    await log.write((tx) => work(tx, personId, nowMs));
  }

  async #forgetOld(
    tx: WriteTransaction,
    personId: PersonId,
    nowMs: number,
  ): Promise<void> {
    for (const { key, value } of await tx.scan(recentSavesTable, {
      prefix: [personId],
    })) {
      if (nowMs - value.savedAtMs <= rememberedMs) continue;
      if (value.look === "looking")
        await count(tx, personId, value, { saves: 0, reopens: 1 });
      await tx.delete(recentSavesTable, key);
    }
  }
}

/** Of somebody who leaves the device. */
export async function dropReopenCountsOf(
  tx: WriteTransaction,
  personId: PersonId,
): Promise<void> {
  for (const table of [recentSavesTable, reopenCountsTable])
    for (const { key } of await tx.scan<unknown>(table, { prefix: [personId] }))
      await tx.delete(table, key);
}

/** On the day of the save, so that no day has more looks than saves. */
async function count(
  tx: WriteTransaction,
  personId: PersonId,
  { organizationId, savedAtMs }: RecentSave,
  { saves, reopens }: { readonly saves: number; readonly reopens: number },
): Promise<void> {
  const day = dayOf(savedAtMs);
  const key = [personId, organizationId, day];
  const held = await tx.get(reopenCountsTable, key);
  await tx.put(reopenCountsTable, key, {
    organizationId,
    day,
    saveCount: (held?.saveCount ?? 0) + saves,
    reopenCount: (held?.reopenCount ?? 0) + reopens,
    isReported: false,
  });
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
