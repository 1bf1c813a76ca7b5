/**
 * One record by its id, followed while somebody listens: every commit, what whoever uses the device may read, and a record that is
 * not here yet. SPEC RE-1, RE-4.
 */
import type { RecordId, RecordType } from "@suture/schema";

import type { RecordSnapshot } from "../records/record-snapshot.ts";
import type { RecordProblem } from "../records/record-state.ts";
import type { SutureRecord } from "../records/record.ts";
import type { Repository } from "../records/repository.ts";
import type { RecordStatus } from "../status/derive-status.ts";

/** A record as it stands; another object whenever its values, groups or status are others. */
export interface ShownRecord<R extends RecordType> {
  /** The same object for as long as the record is open; it goes on with the record. */
  readonly record: SutureRecord<R>;
  readonly snapshot: RecordSnapshot<R>;
  readonly status: RecordStatus;
}

export type RecordReading<R extends RecordType> =
  | { readonly state: "loading" }
  | ({ readonly state: "open" } & ShownRecord<R>)
  | {
      readonly state: "problem";
      readonly problem:
        | RecordProblem
        /** This device's store could not be read; the next change of anything tries again. */
        | { readonly code: "store-failed" };
    };

const loading = { state: "loading" } as const;

export class FollowedRecord<R extends RecordType> {
  readonly #repository: Repository<R>;
  readonly #recordId: RecordId;
  readonly #listeners = new Set<() => void>();
  #reading: RecordReading<R> = loading;
  #stop: (() => void) | undefined;
  #stopRecord: (() => void) | undefined;
  #isOpening = false;
  #isWanted = false;

  constructor(repository: Repository<R>, recordId: RecordId) {
    this.#repository = repository;
    this.#recordId = recordId;
  }

  /** Never older than the record itself: a listener may not have been called yet. */
  readonly get = (): RecordReading<R> => {
    const before = this.#reading;
    if (before.state === "open") {
      const shown = showRecord(before.record, before);
      if (shown !== before)
        this.#reading = shown === null ? loading : { state: "open", ...shown };
    }
    return this.#reading;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    this.#stop ??= this.#repository.watch(() => {
      if (this.get().state !== "open") void this.#openSoon();
    });
    if (this.#reading.state !== "open") void this.#openSoon();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
      this.#close();
    };
  };

  async #openSoon(): Promise<void> {
    this.#isWanted = true;
    if (this.#isOpening) return;
    this.#isOpening = true;
    while (this.#isWanted && this.#stop !== undefined) {
      this.#isWanted = false;
      await this.#open();
    }
    this.#isOpening = false;
  }

  async #open(): Promise<void> {
    const opened = await this.#openAtAll();
    if (this.#stop === undefined) return;
    const shown = "record" in opened ? showRecord(opened.record) : null;
    this.#close();
    if (shown !== null) {
      this.#reading = { state: "open", ...shown };
      this.#stopRecord = shown.record.watch(() => this.#onChange());
    } else if ("problem" in opened)
      this.#reading = { state: "problem", problem: opened.problem };
    this.#tell();
  }

  async #openAtAll() {
    try {
      const opened = await this.#repository.get(this.#recordId);
      return opened.ok ? { record: opened.value } : { problem: opened.error };
    } catch {
      return { problem: { code: "store-failed" } as const };
    }
  }

  #onChange(): void {
    // Gone, or in the hands of somebody who may not read it: opening it anew says which.
    if (this.get().state !== "open") void this.#openSoon();
    this.#tell();
  }

  #close(): void {
    this.#stopRecord?.();
    this.#stopRecord = undefined;
    this.#reading = loading;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What was shown before where it is still so, and null of a record that shows nothing. */
export function showRecord<R extends RecordType, Before extends ShownRecord<R>>(
  record: SutureRecord<R>,
  before?: Before,
): ShownRecord<R> | Before | null {
  const snapshot = record.snapshot();
  if (snapshot.heads.length === 0) return null;
  const { status } = record;
  const isSame =
    before?.record === record &&
    before.status.state === status.state &&
    isSameHeads(before.snapshot, snapshot);
  return isSame ? before : { record, snapshot, status };
}

function isSameHeads(
  { heads: before }: Pick<RecordSnapshot, "heads">,
  { heads: now }: Pick<RecordSnapshot, "heads">,
): boolean {
  return (
    before.length === now.length && before.every((head, at) => head === now[at])
  );
}
