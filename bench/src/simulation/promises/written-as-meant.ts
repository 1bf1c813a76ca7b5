/**
 * PM-2, PM-4, PM-6: what was saved is what somebody wrote, and it goes over exactly what their screen had shown: over nothing that
 * they had not seen, and over all of a group that they had.
 */
import type { Edit, JournalEntry } from "../journal.ts";
import { isPlainObject, textOf } from "../model/canonical-text.ts";
import type { ChangeFacts } from "../model/change-facts.ts";
import type { RecordModel } from "../model/record-model.ts";
import type { BrokenPromise } from "../run.ts";
import type { Check } from "./check.ts";
import type { Evidence, News } from "./evidence.ts";

type Written = Extract<JournalEntry, { readonly kind: "saved" | "resolved" }>;

interface Told {
  readonly entry: Written;
  /** What the form had shown; undefined for a new record. */
  readonly heads: readonly string[] | undefined;
}

export class WrittenAsMeant implements Check {
  readonly #evidence: Evidence;
  readonly #headsByForm = new Map<number, readonly string[]>();
  /** Not all of its changes are known yet. */
  #open: Told[] = [];

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  afterStep({ journal }: News): BrokenPromise | undefined {
    for (const entry of journal)
      if (entry.kind === "form-shown")
        this.#headsByForm.set(entry.formId, entry.heads);
      else if (entry.kind === "saved" || entry.kind === "resolved")
        this.#open.push({ entry, heads: this.#headsOf(entry.formId) });
    const open = this.#open;
    this.#open = [];
    for (const told of open) {
      const broken = this.#judge(told);
      if (broken !== undefined) return broken;
    }
    return undefined;
  }

  #headsOf(formId: number | undefined): readonly string[] | undefined {
    return formId === undefined ? undefined : this.#headsByForm.get(formId);
  }

  #judge(told: Told): BrokenPromise | undefined {
    const { entry, heads } = told;
    const model = this.#evidence.modelOf(entry.recordId);
    const changes = entry.hashes.flatMap((hash) => model.change(hash) ?? []);
    if (changes.length < entry.hashes.length) {
      this.#open.push(told);
      return undefined;
    }
    const where = `what was written to ${entry.recordType} ${entry.recordId} on ${entry.device}`;
    const lost = editsOf(entry).find((edit) => !says(changes, edit));
    if (lost !== undefined)
      return {
        promise: "PM-2",
        words: `${where} does not say ${textOf(lost)}`,
      };
    return heads === undefined
      ? undefined
      : overwritesWhatWasSeen(model, changes, heads, where);
  }
}

/** Of a group nothing is overwritten that had not been shown, and everything that had. */
export function overwritesWhatWasSeen(
  model: RecordModel,
  changes: readonly ChangeFacts[],
  heads: readonly string[],
  where: string,
): BrokenPromise | undefined {
  const shown = model.upTo(heads);
  for (const { key, pred, content } of changes.flatMap(
    ({ writes }) => writes,
  )) {
    if (content === undefined) continue;
    const seen = new Set(
      model.liveStatements(key, shown).map(({ write }) => write.opId),
    );
    if (pred.some((opId) => !seen.has(opId)))
      return {
        promise: "PM-6",
        words: `${where} overwrites a statement of ${key} that its form had not shown`,
      };
    if (pred.length < seen.size)
      return {
        promise: "PM-4",
        words: `${where} leaves a statement of ${key} beside it that its form had shown`,
      };
  }
  return undefined;
}

function editsOf(entry: Written): readonly Edit[] {
  return entry.kind === "saved"
    ? entry.edits
    : [{ kind: "statement", group: entry.group, content: entry.content }];
}

export function says(changes: readonly ChangeFacts[], edit: Edit): boolean {
  const writes = changes.flatMap((change) => change.writes);
  const isWritten = (key: string, value: unknown) =>
    writes.some(
      (write) => write.key === key && textOf(write.value) === textOf(value),
    );
  switch (edit.kind) {
    case "scalar":
      return isWritten(edit.field, edit.value);
    case "entry":
      return isWritten(`${edit.field}/${edit.entryId}`, edit.value);
    case "parent":
      return isWritten("parentId", edit.parentId);
    case "statement":
      return writes.some(
        ({ key, content }) =>
          key === edit.group && textOf(content) === textOf(edit.content),
      );
    case "counter":
      return changes.some(({ increments }) =>
        increments.some(({ field }) => field === edit.field),
      );
    case "text": {
      const typed = changes.flatMap((change) => change.typed);
      return edit.inserted.length <= lengthOf(typed);
    }
  }
}

function lengthOf(typed: readonly { readonly text: string }[]): number {
  return typed.reduce((sum, { text }) => sum + text.length, 0);
}

/** What a resolution says of itself; undefined where there is none beside a statement of the group. */
export function resolutionBeside(
  change: ChangeFacts,
  group: string,
): Readonly<Record<string, unknown>> | undefined {
  for (const { key, value } of change.writes)
    if (
      key.startsWith("resolutions/") &&
      isPlainObject(value) &&
      value["group"] === group
    )
      return value;
  return undefined;
}
