/** A conflict in front of somebody: what it showed, and how they settle it, at once or after they have thought about it. */
import type {
  Client,
  ConflictReview,
  Settlement,
  SutureRecord,
} from "@suture/client";
import { unfinished } from "@suture/client/testing";
import type { GroupContent, GroupName, RecordType } from "@suture/schema";

import type { Desk } from "./desk.ts";
import type { Chart, Person } from "./hospital.ts";
import { neitherOfThem } from "./neither-of-them.ts";
import { groupsShown } from "./open-form.ts";

export interface ReviewInHand {
  readonly chart: Chart;
  readonly person: Person;
  /** Of the app it is open in. */
  readonly client: Client;
  readonly group: string;
  settle(): Promise<void>;
}

interface Decision<R extends RecordType, G extends GroupName<R>> {
  /** As counted: `choose`, `combine`, `neither`. */
  readonly name: string;
  readonly settlement: Settlement<R, G>;
  /** What stands then. */
  readonly content: unknown;
}

export class RecordReview<
  R extends RecordType,
  G extends GroupName<R>,
> implements ReviewInHand {
  readonly chart: Chart;
  readonly person: Person;
  readonly client: Client;
  readonly #desk: Desk;
  readonly #review: ConflictReview<R, G>;
  readonly #formId: number;

  constructor(
    desk: Desk,
    chart: Chart,
    type: R,
    record: SutureRecord<R>,
    review: ConflictReview<R, G>,
  ) {
    if (desk.person === undefined || desk.client === undefined)
      throw new Error(`nobody is at ${desk.name}`);
    this.chart = chart;
    this.person = desk.person;
    this.client = desk.client;
    this.#desk = desk;
    this.#review = review;
    this.#formId = desk.house.newFormId();
    desk.note({
      kind: "form-shown",
      formId: this.#formId,
      recordId: chart.recordId,
      recordType: chart.type,
      heads: review.heads,
      groups: groupsShown(type, record.snapshot()),
    });
  }

  get group(): string {
    return this.#review.group;
  }

  async settle(): Promise<void> {
    const { group, reading } = this.#review;
    const { recordId, type: recordType } = this.chart;
    const about = { formId: this.#formId, recordId, recordType };
    const { name, settlement, content } = this.#decide();
    const settled = await this.#desk.attempt(() =>
      this.#review.resolve(settlement),
    );
    if (
      settled === unfinished ||
      (!settled.ok && settled.error.code === "not-saved")
    ) {
      const edits = [{ kind: "statement", group, content }] as const;
      const unknown = { ...about, edits, parentId: undefined };
      this.#desk.note({ kind: "save-unknown", ...unknown }, this.person);
      return;
    }
    const { tally } = this.#desk.house.run;
    if (!settled.ok) {
      const { code } = settled.error;
      tally.count(`save-refused:${code}`);
      this.#desk.note({ kind: "save-refused", recordId, code }, this.person);
      return;
    }
    tally.count(`settled:${name}`);
    const candidates = reading.candidates.map((each) => each.content);
    const { hashes } = settled.value;
    this.#desk.note(
      { kind: "resolved", ...about, group, candidates, content, hashes },
      this.person,
    );
  }

  #decide(): Decision<R, G> {
    const { pen } = this.#desk.house;
    const { reading, group } = this.#review;
    const { combination } = reading;
    const chosen = pen.random.pick(reading.candidates);
    const reason = pen.unique("We spoke about it");
    const other = neitherOfThem(group, chosen.content, pen);
    const name = pen.random.weighted({
      choose: 5,
      combine: combination === null ? 0 : 4,
      neither: other === null ? 0 : 2,
    });
    if (name === "combine" && combination !== null) {
      const { content } = combination;
      return { name, settlement: { reason, combine: true }, content };
    }
    if (name === "neither" && other !== null) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a candidate's content with another value in one of its parts
      const value = other as GroupContent<R, G>;
      return { name, settlement: { reason, value }, content: other };
    }
    const { opId, content } = chosen;
    return { name, settlement: { reason, choose: opId }, content };
  }
}
