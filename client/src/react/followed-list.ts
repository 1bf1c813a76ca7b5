/**
 * A page of a repository's list, followed while somebody listens. Rows go on with their records at once; which records are listed
 * is read again after every change. SPEC RE-5.
 */
import type { RecordId, RecordType } from "@suture/schema";

import type { SutureRecord } from "../records/record.ts";
import {
  defaultListLimit,
  type ListOptions,
  type Repository,
} from "../records/repository.ts";
import { FollowedReading } from "./followed-reading.ts";
import { showRecord, type ShownRecord } from "./followed-record.ts";
import { isSameList } from "./keep-same.ts";

export interface RecordList<R extends RecordType> {
  /** By label, then id. A row is the same object for as long as it shows the same. */
  readonly rows: readonly ShownRecord<R>[];
  /** There is no answer yet to what was asked: the rows are those of the question before, or none. */
  readonly isLoading: boolean;
  /** The store could not be read the last time: the rows may not be all. */
  readonly hasFailed: boolean;
  /** As many were found as were asked for: there may be more. */
  readonly mayHaveMore: boolean;
}

export class FollowedList<R extends RecordType> {
  readonly #found: FollowedReading<readonly SutureRecord<R>[]>;
  readonly #listeners = new Set<() => void>();
  readonly #stops = new Map<SutureRecord<R>, () => void>();
  #list: RecordList<R>;
  #records: readonly SutureRecord<R>[] = [];
  /** Told of a change since the list was made. */
  readonly #changed = new Set<SutureRecord<R>>();
  #stop: (() => void) | undefined;
  #isTelling = false;
  readonly #limit: number;

  /** `before` is shown until there is an answer. */
  constructor(
    repository: Repository<R>,
    options: ListOptions,
    before: RecordList<R>["rows"],
  ) {
    this.#limit = options.limit ?? defaultListLimit;
    this.#list = {
      rows: before,
      isLoading: true,
      hasFailed: false,
      mayHaveMore: false,
    };
    this.#found = new FollowedReading({
      read: async () =>
        keepRecords(this.#records, await repository.list(options)),
      watch: (listener) => repository.watch(listener),
      isSame: isSameList((before, now) => before === now),
    });
  }

  readonly get = (): RecordList<R> => {
    if (this.#changed.size > 0) this.#renewRows();
    return this.#list;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener();
    this.#listeners.add(own);
    this.#stop ??= this.#found.subscribe(() => this.#onFound());
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
      this.#follow([]);
    };
  };

  #onFound(): void {
    const { value, hasFailed } = this.#found.get();
    // What was found before goes on with its records, so it is shown beside the failure.
    if (value !== null) this.#follow(value);
    const before =
      value === null ? this.#list.rows : rowsOf(this.#records, this.#list.rows);
    const mayHaveMore =
      value === null ? this.#list.mayHaveMore : value.length >= this.#limit;
    this.#list = { rows: before, isLoading: false, hasFailed, mayHaveMore };
    this.#tellSoon();
  }

  #follow(records: readonly SutureRecord<R>[]): void {
    this.#records = records;
    const wanted = new Set(records);
    for (const [record, stop] of this.#stops)
      if (!wanted.has(record)) {
        stop();
        this.#stops.delete(record);
        this.#changed.delete(record);
      }
    for (const record of records)
      if (!this.#stops.has(record))
        this.#stops.set(
          record,
          record.watch(() => {
            this.#changed.add(record);
            this.#tellSoon();
          }),
        );
  }

  #renewRows(): void {
    const { rows: before } = this.#list;
    const rows = rowsOf(this.#records, before, this.#changed);
    this.#changed.clear();
    if (!isSameRows(before, rows)) this.#list = { ...this.#list, rows };
  }

  /** Once for whatever changed together. */
  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    void Promise.resolve().then(() => {
      this.#isTelling = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

const isSameRows = isSameList<unknown>((before, now) => before === now);

/** Records that are open already stay the objects they are. */
function keepRecords<R extends RecordType>(
  before: readonly SutureRecord<R>[],
  found: readonly SutureRecord<R>[],
): readonly SutureRecord<R>[] {
  const heldById = new Map(before.map((record) => [record.id, record]));
  return found.map((record) => {
    const held = heldById.get(record.id);
    return held === undefined || held.heads.length === 0 ? record : held;
  });
}

/** Of records that show something; rows stay the objects they are while that is the same. */
function rowsOf<R extends RecordType>(
  records: readonly SutureRecord<R>[],
  before: readonly ShownRecord<R>[],
  changed: ReadonlySet<SutureRecord<R>> | null = null,
): readonly ShownRecord<R>[] {
  const rowById = new Map<RecordId, ShownRecord<R>>(
    before.map((row) => [row.record.id, row]),
  );
  return records.flatMap((record) => {
    const row = rowById.get(record.id);
    if (row?.record === record && changed?.has(record) === false) return [row];
    return showRecord(record, row) ?? [];
  });
}
