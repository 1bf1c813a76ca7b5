/** Open questions, as the server last said, and conflicts this device sees by itself. SPEC CL-13. */
import {
  groupOf,
  type RecordId,
  type ReviewId,
  type ReviewTask,
} from "@suture/schema";

import { mayReadTask, readerOf } from "../records/may-read.ts";
import type { RecordDeps } from "../records/record-deps.ts";
import { refreshViews } from "../records/refresh-views.ts";
import { viewsTable } from "../store/client-tables.ts";

export type Review =
  | { readonly source: "server"; readonly task: ReviewTask }
  | {
      /** The server has not heard of it yet. */
      readonly source: "device";
      readonly recordId: RecordId;
      readonly recordType: string;
      readonly group: string;
    };

export class Reviews {
  readonly #deps: RecordDeps;

  constructor(deps: RecordDeps) {
    this.#deps = deps;
  }

  /** Of what the person may read. Most critical group first, then the longest open; what only this device sees comes last of its kind. */
  async list(): Promise<readonly Review[]> {
    const { log, types } = this.#deps;
    await refreshViews(log, types);
    const mayRead = await readerOf(this.#deps);
    const views = await log.read(async (tx) => {
      const rows = (await tx.scan(viewsTable)).filter(
        ({ value }) => value.conflicts.length > 0,
      );
      const found: typeof rows = [];
      for (const row of rows) {
        const place = { ...row.value, recordType: String(row.key[0]) };
        if (await mayRead(tx, place)) found.push(row);
      }
      return found;
    });
    const reviews = log.facts.reviews.filter((task) =>
      mayReadTask(this.#deps, task),
    );
    const known = new Set(
      reviews.flatMap((task) =>
        task.kind === "conflict" ? [`${task.recordId} ${task.group}`] : [],
      ),
    );
    const own = views.flatMap(({ key, value }): Review[] =>
      value.conflicts
        .filter((group) => !known.has(`${value.recordId} ${group}`))
        .map((group) => ({
          source: "device",
          recordId: value.recordId,
          recordType: String(key[0]),
          group,
        })),
    );
    const fromServer = [...reviews]
      .sort((left, right) => left.openedAtMs - right.openedAtMs)
      .map((task): Review => ({ source: "server", task }));
    return [...fromServer, ...own].sort(
      (left, right) => this.#priorityOf(left) - this.#priorityOf(right),
    );
  }

  get(reviewId: ReviewId): ReviewTask | undefined {
    return this.#deps.log.facts.reviews.find(
      (task) => task.reviewId === reviewId && mayReadTask(this.#deps, task),
    );
  }

  /** Calls after the list may have changed. Gives back how to stop. */
  watch(listener: () => void): () => void {
    return this.#deps.records.subscribe(listener);
  }

  #priorityOf(review: Review): number {
    const about = review.source === "server" ? review.task : review;
    const type = this.#deps.types.get(about.recordType);
    if (type === undefined || !("group" in about)) return 3;
    return groupOf(type, about.group)?.priority ?? 3;
  }
}
