/** A form that lies open in an app: what it showed, and what somebody has written into it since. */
import type { Client, EditSession, RecordSnapshot } from "@suture/client";
import { unfinished } from "@suture/client/testing";
import type { RecordId, RecordType } from "@suture/schema";

import type { Edit, GroupShown } from "../journal.ts";
import { textOf } from "../model/canonical-text.ts";
import type { Desk } from "./desk.ts";
import type { Chart, Person } from "./hospital.ts";
import {
  contentOfDraft,
  isOffered,
  type FieldEdit,
  type WayToWrite,
} from "./way-to-write.ts";

export interface OpenForm {
  readonly formId: number;
  readonly chart: Chart;
  readonly person: Person;
  /** Of the app it is open in. */
  readonly client: Client;
  /** Whether the form says that it does not show everything there is. */
  readonly isBehind: boolean;
  /** Something was written that is not saved. */
  readonly isTouched: boolean;
  /** Answers what was written to: a field or group; null where nothing could be. */
  write(target?: string): string | null;
  /** Moves the record with the next save. */
  moveTo(parentId: RecordId): void;
  acknowledge(): void;
  save(): Promise<SaveOutcome>;
}

export type SaveOutcome =
  | { readonly kind: "saved"; readonly hashes: readonly string[] }
  | { readonly kind: "refused" | "unknown" };

/** How often somebody tries what their role does not allow. */
const boldness = 0.03;

export class SessionForm<R extends RecordType> implements OpenForm {
  readonly formId: number;
  readonly chart: Chart;
  readonly person: Person;
  readonly client: Client;
  readonly #desk: Desk;
  readonly #type: R;
  readonly #ways: readonly WayToWrite<R>[];
  readonly #session: EditSession<R>;
  #headsNoted = "";
  #fieldEdits: FieldEdit[] = [];
  /** In the order in which they were first written to. */
  #groups = new Set<string>();

  constructor(
    desk: Desk,
    chart: Chart,
    kind: { readonly type: R; readonly ways: readonly WayToWrite<R>[] },
    session: EditSession<R>,
  ) {
    if (desk.person === undefined || desk.client === undefined)
      throw new Error(`nobody is at ${desk.name}`);
    this.formId = desk.house.newFormId();
    this.chart = chart;
    this.person = desk.person;
    this.client = desk.client;
    this.#desk = desk;
    this.#type = kind.type;
    this.#ways = kind.ways;
    this.#session = session;
    this.#look();
  }

  get isBehind(): boolean {
    return this.#session.isBehind;
  }

  get isTouched(): boolean {
    return this.#fieldEdits.length > 0 || this.#groups.size > 0;
  }

  write(target?: string): string | null {
    this.#look();
    const { pen } = this.#desk.house;
    const isBold = pen.random.happens(boldness);
    const { roles } = this.#desk;
    const ways = this.#ways.filter(
      (way) =>
        (target === undefined || way.target === target) &&
        (isBold || isOffered(this.#type, way.target, roles)) &&
        !this.#isInConflict(way.target),
    );
    if (ways.length === 0) return null;
    const way = ways[Number(pen.random.weighted(weightsOf(ways)))];
    if (way === undefined || this.#isBlind(way.target)) return null;
    const written = way.write(this.#session.draft, pen, this.chart.recordId);
    if (written === null) return null;
    if (written === "group") this.#groups.add(way.target);
    else this.#keep(written);
    return way.target;
  }

  moveTo(parentId: RecordId): void {
    if (parentId === this.#session.shown.parentId) return;
    this.#session.moveTo(parentId);
    this.#keep({ kind: "parent", parentId });
  }

  acknowledge(): void {
    this.#session.acknowledge();
    this.#look();
  }

  async save(): Promise<SaveOutcome> {
    this.#look();
    const { formId, chart, person } = this;
    const { recordId, type: recordType } = chart;
    const about = { formId, recordId, recordType, parentId: undefined };
    const edits = this.#edits();
    const saved = await this.#desk.attempt(() => this.#session.save());
    if (
      saved === unfinished ||
      (!saved.ok && saved.error.code === "not-saved")
    ) {
      this.#desk.note({ kind: "save-unknown", ...about, edits }, person);
      return { kind: "unknown" };
    }
    const { tally } = this.#desk.house.run;
    if (!saved.ok) {
      const { code } = saved.error;
      tally.count(`save-refused:${code}`);
      this.#desk.note({ kind: "save-refused", recordId, code }, person);
      return { kind: "refused" };
    }
    const { hashes } = saved.value;
    if (hashes.length > 0) {
      this.#desk.note({ kind: "saved", ...about, edits, hashes }, person);
      tally.count("saved");
    }
    this.#fieldEdits = [];
    this.#groups = new Set();
    this.#look();
    return { kind: "saved", hashes };
  }

  /** Notes what the form shows, where that is not what it showed before: after a save, or when work was refused. */
  #look(): void {
    const { shown } = this.#session;
    const heads = shown.heads.join();
    if (heads === this.#headsNoted) return;
    this.#headsNoted = heads;
    const { formId, chart, person } = this;
    const { recordId, type: recordType } = chart;
    const groups = groupsShown(this.#type, shown);
    this.#desk.note(
      {
        kind: "form-shown",
        formId,
        recordId,
        recordType,
        heads: shown.heads,
        groups,
      },
      person,
    );
  }

  /** Of what is written twice, the last counts; counters and texts add up. */
  #keep(edit: FieldEdit): void {
    const isAnew = (other: FieldEdit) =>
      (edit.kind === "parent" && other.kind === "parent") ||
      (edit.kind === "scalar" &&
        other.kind === "scalar" &&
        other.field === edit.field) ||
      (edit.kind === "entry" &&
        other.kind === "entry" &&
        other.field === edit.field &&
        other.entryId === edit.entryId);
    this.#fieldEdits = [
      ...this.#fieldEdits.filter((other) => !isAnew(other)),
      edit,
    ];
  }

  #edits(): readonly Edit[] {
    const statements = [...this.#groups].flatMap((group): Edit[] => {
      if (this.#isInConflict(group)) return [];
      const content = this.#contentOf(group);
      if (content === null) return [];
      return textOf(content) === textOf(this.#readGroup(group))
        ? []
        : [{ kind: "statement", group, content }];
    });
    return [...this.#fieldEdits, ...statements];
  }

  #isInConflict(target: string): boolean {
    return (
      Object.hasOwn(this.#type.groups, target) &&
      this.#session.shown.group(target).status === "conflict"
    );
  }

  /** A record that its reader has lost sight of shows no conflict any more; the draft still has it. */
  #isBlind(target: string): boolean {
    return (
      Object.hasOwn(this.#type.groups, target) &&
      this.#contentOf(target) === null
    );
  }

  #contentOf(group: string): Readonly<Record<string, unknown>> | null {
    const draft: unknown = Reflect.get(this.#session.draft, group);
    return typeof draft === "object" && draft !== null
      ? contentOfDraft(draft)
      : null;
  }

  #readGroup(group: string): unknown {
    const reading = this.#session.shown.group(group);
    return reading.status === "settled" ? reading.content : undefined;
  }
}

/** Each group as a screen shows it. */
export function groupsShown<R extends RecordType>(
  type: R,
  snapshot: RecordSnapshot<R>,
): Readonly<Record<string, GroupShown>> {
  return Object.fromEntries(
    Object.keys(type.groups).map((name): [string, GroupShown] => {
      const reading = snapshot.group(name);
      return [
        name,
        reading.status === "settled"
          ? { status: "single", content: reading.content }
          : {
              status: "conflict",
              contents: reading.candidates.map(({ content }) => content),
            },
      ];
    }),
  );
}

function weightsOf(
  ways: readonly { readonly weight: number }[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(ways.map(({ weight }, index) => [index, weight]));
}
