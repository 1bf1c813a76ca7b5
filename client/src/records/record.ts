/**
 * A record in a person's hands: typed fields, groups that are settled or in conflict, what "saved" means now, its history.
 * It goes on with the record; what stays as it was is a `RecordSnapshot`. Both show nothing while the device is in the hands of
 * somebody who may not read the record. SPEC CL-9 to CL-14, SW-10.
 */
import {
  err,
  ok,
  type ChangeHash,
  type FieldValues,
  type GroupName,
  type GroupReading,
  type OpId,
  type RecordId,
  type RecordType,
  type Result,
} from "@suture/schema";

import {
  settlementPlan,
  type ConflictReading,
  type ConflictReview,
  type Settlement,
} from "../review/conflict-review.ts";
import { questionHere, type QuestionHere } from "../review/question-here.ts";
import type { RecordStatus } from "../status/derive-status.ts";
import { EditSession } from "./edit-session.ts";
import { historyOf, type HistoryEntry } from "./history.ts";
import type { OpenRecord } from "./open-records.ts";
import type { RecordDeps } from "./record-deps.ts";
import { RecordSnapshot } from "./record-snapshot.ts";
import { statusOfRecord } from "./record-status.ts";
import { saveAt, type Form, type Saved } from "./save-at.ts";
import type { SaveProblem } from "./save-problem.ts";

/** A point of a record's history: heads, or an instant of the server's clock. */
export type Moment =
  { readonly heads: readonly ChangeHash[] } | { readonly serverMs: number };

export class SutureRecord<R extends RecordType = RecordType> {
  readonly id: RecordId;
  readonly type: R["type"];
  readonly #deps: RecordDeps;
  readonly #open: OpenRecord;
  readonly #definition: R;

  constructor(deps: RecordDeps, open: OpenRecord, definition: R) {
    this.id = open.state.recordId;
    this.type = definition.type;
    this.#deps = deps;
    this.#open = open;
    this.#definition = definition;
  }

  get heads(): readonly ChangeHash[] {
    return this.#open.shown.index.heads();
  }

  get parentId(): RecordId | null {
    return this.snapshot().parentId;
  }

  get fields(): FieldValues<R> {
    return this.snapshot().fields;
  }

  /** Settled with its content, or in conflict with candidates and the safe side: never one value of several. */
  group<G extends GroupName<R>>(
    name: G,
  ): GroupReading<R["groups"][G]["parts"]> {
    return this.snapshot().group(name);
  }

  get status(): RecordStatus {
    return statusOfRecord(this.#deps, this.#open);
  }

  /** The record as it is now, and stays. */
  snapshot(): RecordSnapshot<R> {
    return new RecordSnapshot<R>(this.#open, this.heads);
  }

  /** Opens a form on what the record shows now. */
  async edit(): Promise<EditSession<R>> {
    await this.#deps.records.settle();
    return new EditSession(this.#deps, this.#open, this.#definition);
  }

  /** Opens a form on one candidate of a conflict, so that care goes on. The conflict stays open. SPEC CO-11. */
  async editCandidate(
    group: GroupName<R>,
    candidate: OpId,
  ): Promise<Result<EditSession<R>, SaveProblem>> {
    await this.#deps.records.settle();
    const { index } = this.#open.shown;
    const change = index.signedIn(candidate);
    if (change === undefined || !index.live(group).includes(candidate))
      return err({
        code: "resolution-wrong",
        reason: "that is no candidate of the group",
      });
    return ok(
      new EditSession(this.#deps, this.#open, this.#definition, change),
    );
  }

  /** Opens a group's conflict for review at what is shown now; null where there is none. */
  review<G extends GroupName<R>>(group: G): ConflictReview<R, G> | null {
    const { heads } = this;
    const personId = this.#deps.person()?.personId;
    const form = { personId, heads: () => heads };
    const reading = this.group(group);
    if (reading.status !== "conflict") return null;
    // Narrowed by its status, which the generic type cannot follow.
    const conflict = reading as ConflictReading<R, G>;
    return {
      group,
      heads,
      reading: conflict,
      resolve: (settlement) =>
        this.#resolveAt(group, form, conflict, settlement),
    };
  }

  /** How far a conflict that the server has open between these candidates is known and answered on this device. */
  questionHere(group: GroupName<R>, candidates: readonly OpId[]): QuestionHere {
    const deviceId = this.#deps.person()?.deviceId;
    return questionHere(this.#open.shown, { group, candidates }, deviceId);
  }

  /** Resolves a group's conflict as it is shown now. */
  async resolve<G extends GroupName<R>>(
    group: G,
    settlement: Settlement<R, G>,
  ): Promise<Result<Saved, SaveProblem>> {
    await this.#deps.records.settle();
    const review = this.review(group);
    return review === null
      ? err({
          code: "resolution-wrong",
          reason: "there is no conflict to resolve",
        })
      : review.resolve(settlement);
  }

  /** Oldest first. */
  history(): readonly HistoryEntry[] {
    return historyOf(this.#open.shown);
  }

  /** The record at a moment; null if it was not there yet, or the heads are not known here. */
  asOf(moment: Moment): RecordSnapshot<R> | null {
    const { index } = this.#open.shown;
    const heads =
      "heads" in moment ? moment.heads : this.#headsAt(moment.serverMs);
    const isKnown = heads.every((head) => index.has(head));
    return heads.length === 0 || !isKnown
      ? null
      : new RecordSnapshot<R>(this.#open, index.frontier(heads));
  }

  /** Calls after what the record shows, or its status, may have changed. Gives back how to stop. */
  watch(listener: () => void): () => void {
    const { listeners } = this.#open;
    // One per call, so that the same function may watch twice.
    const own = () => listener();
    listeners.add(own);
    return () => listeners.delete(own);
  }

  #headsAt(serverMs: number): readonly ChangeHash[] {
    const { shown } = this.#open;
    const admitted = shown.changes.flatMap(({ row }) => {
      const { progress } = row;
      const isBefore =
        progress.state === "accepted" &&
        progress.admittedAtMs !== null &&
        progress.admittedAtMs <= serverMs;
      return isBefore ? [row.hash] : [];
    });
    return shown.index.frontier(admitted);
  }

  async #resolveAt<G extends GroupName<R>>(
    group: G,
    form: Form,
    reading: ConflictReading<R, G>,
    settlement: Settlement<R, G>,
  ): Promise<Result<Saved, SaveProblem>> {
    const plan = settlementPlan(this.#definition, group, reading, settlement);
    if (!plan.ok) return plan;
    return saveAt(this.#deps, this.#open, form, (save) =>
      save.planStatement(plan.value),
    );
  }
}
