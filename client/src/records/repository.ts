/** The records of one type: create, get, list, watch. SPEC CL-15. */
import {
  err,
  ok,
  recordIdFromBytes,
  type ContentOf,
  type FieldValueOf,
  type GroupName,
  type RecordId,
  type RecordType,
  type Result,
} from "@suture/schema";

import { normalizeTerm } from "../store/normalize-term.ts";
import { authorOfNew } from "./author-of.ts";
import { commitPlan } from "./commit-plan.ts";
import { findViews } from "./find-views.ts";
import { readableOpen, readerOf } from "./may-read.ts";
import type { OpenRecord } from "./open-records.ts";
import { planCreation } from "./plan-creation.ts";
import type { RecordDeps } from "./record-deps.ts";
import type { RecordProblem } from "./record-state.ts";
import { SutureRecord } from "./record.ts";
import { readViews } from "./refresh-views.ts";
import type { SaveProblem } from "./save-problem.ts";

type FieldInput<F> = F extends { readonly kind: "counter" }
  ? never
  : F extends { readonly kind: "set" }
    ? /** Entries by id, or in a list to be given ids. */
      | FieldValueOf<F>
      | readonly FieldValueOf<F>[string & keyof FieldValueOf<F>][]
    : FieldValueOf<F>;

/** What a record starts with. Groups not named are as nobody had signed them; entries in lists are given ids. */
export interface CreateInput<R extends RecordType> {
  /** The team or organization it belongs to. */
  readonly parentId: RecordId;
  readonly fields?: {
    readonly [Name in keyof R["fields"]]?: FieldInput<R["fields"][Name]>;
  };
  readonly groups?: {
    readonly [Name in GroupName<R>]?: Partial<
      ContentOf<R["groups"][Name]["parts"]>
    >;
  };
  readonly reason?: string;
  /** For records that come from elsewhere, so that the same one is not made twice; random otherwise. */
  readonly recordId?: RecordId;
}

export interface ListOptions {
  /** Only under this parent. */
  readonly parentId?: RecordId;
  /** Only where a word of its names, numbers and references begins so; case and accents do not matter. */
  readonly matching?: string;
  readonly withEnteredInError?: boolean;
  /** Only those with a group in conflict. */
  readonly inConflict?: boolean;
  /** `defaultListLimit` unless it is given. */
  readonly limit?: number;
  /** The last record of the page before. */
  readonly after?: RecordId;
}

export const defaultListLimit = 50;

export class Repository<R extends RecordType = RecordType> {
  readonly #deps: RecordDeps;
  readonly #type: R;

  constructor(deps: RecordDeps, type: R) {
    this.#deps = deps;
    this.#type = type;
  }

  /** Durable on this device once it resolves. */
  async create(
    input: CreateInput<R>,
  ): Promise<Result<SutureRecord<R>, SaveProblem>> {
    const deps = this.#deps;
    const recordId =
      input.recordId ?? recordIdFromBytes(deps.random.bytes(recordIdBytes));
    const author = await authorOfNew(deps, this.#type, input.parentId);
    if (!author.ok) return author;
    const plan = planCreation(deps, this.#type, recordId, author.value, input);
    if (!plan.ok) return plan;
    const committed = await commitPlan(
      deps,
      author.value,
      plan.value.changes.map((change) => ({ ...change, type: this.#type })),
    );
    if (!committed.ok) return committed;
    const opened = await deps.records.open(recordId);
    if (!opened.ok)
      return err({ code: "record-unreadable", reason: opened.error.code });
    opened.value.keepActors(author.value, plan.value.actors);
    return ok(new SutureRecord(deps, opened.value, this.#type));
  }

  /** A record that is of another type, or that the person may not read, is unknown here. */
  async get(
    recordId: RecordId,
  ): Promise<Result<SutureRecord<R>, RecordProblem>> {
    const opened = await this.#deps.records.open(recordId);
    if (!opened.ok) return opened;
    const [readable] = await this.#readable([opened.value]);
    return readable === undefined
      ? err({ code: "record-unknown" })
      : ok(readable);
  }

  /**
   * By label, then id. Records that cannot be read here are left out, and others listed in their place; `get` says what is wrong with
   * one.
   */
  async list(options: ListOptions = {}): Promise<readonly SutureRecord<R>[]> {
    const { log, types } = this.#deps;
    const mayRead = await readerOf(this.#deps);
    const sought = {
      recordType: this.#type.type,
      parentId: options.parentId,
      matching: normalizeTerm(options.matching ?? ""),
      withEnteredInError: options.withEnteredInError ?? false,
      inConflict: options.inConflict ?? false,
      after: options.after,
    };
    const wanted = options.limit ?? defaultListLimit;
    for (let limit = wanted; ; limit *= 2) {
      const page = await readViews(log, types, (tx) =>
        findViews(tx, mayRead, { ...sought, limit }),
      );
      const opened = (
        await Promise.all(
          page.map((recordId) => this.#deps.records.open(recordId)),
        )
      ).flatMap((record) => (record.ok ? [record.value] : []));
      if (opened.length < wanted && page.length === limit) continue;
      return this.#readable(opened.slice(0, wanted));
    }
  }

  /** Calls after anything on this device may have changed what `list` gives. Gives back how to stop. */
  watch(listener: () => void): () => void {
    return this.#deps.records.subscribe(listener);
  }

  /** Those that are of this type and that the person may read. */
  async #readable(
    opened: readonly OpenRecord[],
  ): Promise<readonly SutureRecord<R>[]> {
    const own = opened.filter(
      ({ state }) => state.type.type === this.#type.type,
    );
    const readable = await readableOpen(this.#deps, own);
    return readable.map(
      (open) => new SutureRecord(this.#deps, open, this.#type),
    );
  }
}

const recordIdBytes = 16;
