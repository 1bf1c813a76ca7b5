/** Open questions, as the server last said, and conflicts this device sees by itself. SPEC CL-13. */
import {
  groupOf,
  type RecordId,
  type ReviewId,
  type ReviewTask,
} from "@suture/schema";

import { viewsInConflict } from "../records/find-views.ts";
import { mayReadTask, readerOf } from "../records/may-read.ts";
import type { RecordDeps } from "../records/record-deps.ts";
import { readViews } from "../records/refresh-views.ts";

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
    const mayRead = await readerOf(this.#deps);
    const views = await readViews(log, types, async (tx) => {
      const inConflict = await viewsInConflict(tx);
      const found: (typeof inConflict)[number][] = [];
      for (const view of inConflict)
        if (await mayRead(tx, view)) found.push(view);
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
    const own = views.flatMap(({ recordId, recordType, conflicts }): Review[] =>
      conflicts
        .filter((group) => !known.has(`${recordId} ${group}`))
        .map((group) => ({ source: "device", recordId, recordType, group })),
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
