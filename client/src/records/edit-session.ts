/**
 * One form, from opening to saving. It remembers the heads it has shown, and a save is composed there: what a colleague changed
 * meanwhile was received by the device, but not seen by the person, so it must not count as seen. Whoever opened it saves it: what
 * they wrote waits in it while somebody else has the device. SPEC CO-10, CL-11, CL-19.
 */
import {
  err,
  ok,
  randomUuid,
  readText,
  type ChangeHash,
  type Content,
  type GroupName,
  type PersonId,
  type RecordId,
  type RecordType,
  type Result,
} from "@suture/schema";

import { DraftEdits, saysTheSame } from "./draft.ts";
import type { Draft } from "./draft-types.ts";
import { frontierOf } from "./frontier-of.ts";
import type { OpenRecord } from "./open-records.ts";
import { moveProblem } from "./parent-problem.ts";
import type { SavePlan } from "./plan-save.ts";
import type { RecordDeps } from "./record-deps.ts";
import { RecordSnapshot } from "./record-snapshot.ts";
import { saveAt, type Saved } from "./save-at.ts";
import type { SaveProblem } from "./save-problem.ts";

export interface SaveOptions {
  /** Why, in the signer's words; goes into every statement of this save. */
  readonly reason?: string;
}

export class EditSession<R extends RecordType = RecordType> {
  readonly #deps: RecordDeps;
  readonly #open: OpenRecord;
  readonly #type: R;
  /** Whether it shows one candidate of a conflict, and nothing that its author had not seen. */
  readonly #isOfCandidate: boolean;
  readonly #personId: PersonId | undefined;
  #shown: RecordSnapshot<R>;
  #seen: ReadonlySet<ChangeHash> = new Set();
  #edits: DraftEdits<R>;
  #parentId: RecordId | undefined;
  /** Groups where something was written to an entry that was not accepted. */
  readonly #lostSteps: string[] = [];

  constructor(
    deps: RecordDeps,
    open: OpenRecord,
    type: R,
    candidate: ChangeHash | null = null,
  ) {
    this.#deps = deps;
    this.#open = open;
    this.#type = type;
    this.#isOfCandidate = candidate !== null;
    this.#personId = deps.person()?.personId;
    this.#shown = this.#show(
      candidate === null ? open.shown.index.heads() : [candidate],
    );
    this.#edits = this.#newDraft();
  }

  /** What is written here. A new one after each save. */
  get draft(): Draft<R> {
    return this.#edits.draft;
  }

  /** What the form has shown. */
  get heads(): readonly ChangeHash[] {
    return this.shown.heads;
  }

  /** What the form has shown, as values. */
  get shown(): RecordSnapshot<R> {
    const { state } = this.#open;
    // Work of its own that was refused since is not in the record any more, though everything else it had shown is, and what
    // was said again because of it.
    if (!this.#shown.heads.every((head) => state.index.has(head))) {
      this.#show(state.stillHere(this.#seen));
      this.#lostSteps.push(...this.#edits.rebase());
    }
    return this.#shown;
  }

  /** Whether there are changes the form has not shown. */
  get isBehind(): boolean {
    const seen = this.#open.state.behind(this.heads);
    return this.#open.state.index.heads().some((head) => !seen.has(head));
  }

  /** Changes the form has not shown, oldest first. */
  get unseen(): readonly ChangeHash[] {
    const { state } = this.#open;
    const seen = state.behind(this.heads);
    return state.changes
      .map(({ row }) => row.hash)
      .filter((hash) => !seen.has(hash));
  }

  /**
   * The form shows the record as it is now, or as it was at some heads: the next save counts them as seen. What was written to
   * groups is written again onto what they say there. Answers the groups where something that was written no longer has its entry.
   */
  acknowledge(
    heads: readonly ChangeHash[] = this.#open.state.index.heads(),
  ): readonly string[] {
    if (this.#isOfCandidate) return [];
    const { state } = this.#open;
    const known = [...this.heads, ...heads].filter((head) =>
      state.index.has(head),
    );
    this.#show(known);
    return this.#edits.rebase();
  }

  /** Throws away what was written, and keeps what was shown: before a form writes all it holds once more. */
  discard(): void {
    this.#edits = this.#newDraft();
    this.#lostSteps.length = 0;
    this.#parentId = undefined;
  }

  /** Moves the record to another parent with the next save. */
  moveTo(parentId: RecordId): void {
    this.#parentId = parentId;
  }

  /** Resolves once durable on this device. One transaction: all of it, or none. */
  async save(options: SaveOptions = {}): Promise<Result<Saved, SaveProblem>> {
    const to = this.#parentId;
    const problem =
      to === undefined
        ? null
        : await moveProblem(this.#deps, this.#type, {
            from: this.shown.parentId,
            to,
          });
    if (problem !== null) return err(problem);
    const saved = await saveAt(
      this.#deps,
      this.#open,
      { personId: this.#personId, heads: () => this.heads },
      (plan) => this.#fill(plan, options),
    );
    if (saved.ok) this.#showOwn(saved.value.hashes);
    return saved;
  }

  #fill(plan: SavePlan, { reason }: SaveOptions): Result<null, SaveProblem> {
    const [lost] = this.#lostSteps.splice(0);
    if (lost !== undefined)
      return err({
        code: "depends-on-refused",
        reason: `what was written to ${lost} builds on a change that was not accepted`,
      });
    const [blind] = this.#edits.blindGroups;
    if (blind !== undefined)
      return err({
        code: "resolution-required",
        reason: `${blind} is in conflict: resolve it, or edit one candidate`,
      });
    const fields = plan.planFields(this.#edits.fields, this.#parentId);
    if (!fields.ok) return fields;
    for (const edit of this.#edits.groups) {
      const shown = this.#contentShown(edit.group);
      if (shown !== null && saysTheSame(edit.content, shown)) continue;
      const planned = plan.planStatement({
        ...edit,
        ...(reason !== undefined && { reason }),
      });
      if (!planned.ok) return planned;
    }
    return ok(null);
  }

  /** The form has shown what it wrote itself. */
  #showOwn(hashes: readonly ChangeHash[]): void {
    const { state } = this.#open;
    this.#show(state.stillHere([...this.heads, ...hashes]));
    this.#edits = this.#newDraft();
    this.#parentId = undefined;
  }

  #show(hashes: readonly ChangeHash[]): RecordSnapshot<R> {
    const { state } = this.#open;
    const heads = frontierOf(state.index, hashes);
    this.#shown = new RecordSnapshot(this.#open, heads);
    this.#seen = state.behind(heads);
    return this.#shown;
  }

  #newDraft(): DraftEdits<R> {
    return new DraftEdits(this.#type, {
      fold: () => this.#open.state.foldAt(this.heads),
      textOf: (name) =>
        readText(this.#type, name, this.#open.state.bytesBehind(this.heads)),
      contentOf: (group) => this.#contentShown(group),
      newEntryId: () => randomUuid(this.#deps.random),
    });
  }

  /** What was written here is not lost while somebody else has the device, so it is read from the record itself. */
  #contentShown(group: string): Content | null {
    const { heads } = this.shown;
    const shown = new RecordSnapshot<R>({ shown: this.#open.state }, heads);
    const reading = shown.group(group as GroupName<R>);
    if (reading.status === "conflict") return null;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the general form of the same content
    return reading.content as Content;
  }
}
