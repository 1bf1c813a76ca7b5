/** The draft of a form: reads what the form showed, collects what is written, touches nothing else. */
import {
  entriesOf,
  groupOf,
  partsOf,
  readFields,
  type Content,
  type GroupDefinition,
  type JsonValue,
  type RecordFold,
  type RecordType,
  type ScalarValue,
} from "@suture/schema";

import type { Draft } from "./draft-types.ts";

/** What was written to merging fields. */
export interface FieldEdits {
  readonly scalars: ReadonlyMap<string, ScalarValue>;
  readonly entries: ReadonlyMap<string, ReadonlyMap<string, JsonValue>>;
  readonly increments: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<string, string>;
}

/** What a group is to say now. */
export interface GroupEdit {
  readonly group: string;
  readonly content: Content;
  /** Entries that left, with their terminal status. */
  readonly ended: ReadonlyMap<string, JsonValue>;
}

export interface DraftSource {
  /** The values the form showed. */
  fold(): RecordFold;
  textOf(field: string): string;
  /** What the form showed of a group; null while it is in conflict and no candidate was chosen to be edited. */
  contentOf(group: string): Content | null;
  newEntryId(): string;
}

/** Collects the edits of one draft. `R`'s declaration gives the draft its shape. */
export class DraftEdits<R extends RecordType> {
  readonly draft: Draft<R>;
  readonly #type: R;
  readonly #source: DraftSource;
  readonly #scalars = new Map<string, ScalarValue>();
  readonly #entries = new Map<string, Map<string, JsonValue>>();
  readonly #increments = new Map<string, number>();
  readonly #texts = new Map<string, string>();
  readonly #groups = new Map<string, MutableGroup>();

  constructor(type: R, source: DraftSource) {
    this.#type = type;
    this.#source = source;
    const draft = {};
    for (const name of Object.keys(type.fields)) this.#defineField(draft, name);
    for (const name of Object.keys(type.groups))
      Object.defineProperty(draft, name, {
        enumerable: true,
        get: () => this.#group(name).draft,
      });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built property by property from the declaration
    this.draft = Object.freeze(draft) as Draft<R>;
  }

  get fields(): FieldEdits {
    return {
      scalars: this.#scalars,
      entries: this.#entries,
      increments: this.#increments,
      texts: this.#texts,
    };
  }

  get groups(): readonly GroupEdit[] {
    return [...this.#groups.values()]
      .filter((group) => group.isTouched)
      .map((group) => group.edit());
  }

  /** After the form has shown newer heads. Answers the groups where something that was written no longer has its entry. */
  rebase(): readonly string[] {
    return [...this.#groups].flatMap(([name, group]) =>
      group.rebase() ? [] : [name],
    );
  }

  /** Groups written to while they were in conflict. */
  get blindGroups(): readonly string[] {
    return [...this.#groups]
      .filter(([, group]) => group.isTouched && group.isBlind)
      .map(([name]) => name);
  }

  #defineField(draft: object, name: string): void {
    const field = this.#type.fields[name];
    switch (field?.kind) {
      case undefined:
        return;
      case "scalar":
      case "ordered":
        Object.defineProperty(draft, name, {
          enumerable: true,
          get: () =>
            this.#scalars.has(name)
              ? this.#scalars.get(name)
              : this.#fieldValue(name),
          set: (value: ScalarValue) => {
            this.#scalars.set(name, value ?? null);
          },
        });
        return;
      case "set":
        Object.defineProperty(draft, name, {
          enumerable: true,
          value: this.#setDraft(name, field.appendOnlyUntil ?? "inactive"),
        });
        return;
      case "counter":
        Object.defineProperty(draft, name, {
          enumerable: true,
          value: this.#counterDraft(name),
        });
        return;
      case "text":
        Object.defineProperty(draft, name, {
          enumerable: true,
          value: this.#textDraft(name),
        });
    }
  }

  #fieldValue(name: string): unknown {
    return readFields(this.#type, this.#source.fold())[name];
  }

  #setDraft(name: string, withdrawn: string) {
    const written = new Map<string, JsonValue>();
    this.#entries.set(name, written);
    const entries = () => ({
      ...this.#source.fold().entries(name),
      ...Object.fromEntries(written),
    });
    return {
      get entries() {
        return entries();
      },
      set: (entry: JsonValue, entryId = this.#source.newEntryId()) => {
        written.set(entryId, entry);
        return entryId;
      },
      withdraw: (entryId: string, status: string = withdrawn) => {
        const entry = entries()[entryId];
        if (!isObject(entry)) throw new Error(`${name} has no such entry`);
        written.set(entryId, { ...entry, status });
      },
    };
  }

  #counterDraft(name: string) {
    const increments = this.#increments;
    const source = this.#source;
    return {
      get value() {
        return source.fold().counter(name) + (increments.get(name) ?? 0);
      },
      add: (by: number) => {
        increments.set(name, (increments.get(name) ?? 0) + by);
      },
    };
  }

  #textDraft(name: string) {
    const texts = this.#texts;
    const source = this.#source;
    return {
      get value() {
        return texts.get(name) ?? source.textOf(name);
      },
      replace: (text: string) => {
        texts.set(name, text);
      },
    };
  }

  #group(name: string): MutableGroup {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const definition = groupOf(this.#type, name);
    if (definition === undefined) throw new Error(`there is no group ${name}`);
    const group = new MutableGroup(name, definition, this.#source);
    this.#groups.set(name, group);
    return group;
  }
}

type GroupStep =
  | {
      readonly kind: "put";
      readonly part: string;
      readonly entryId: string;
      readonly entry: JsonValue;
      readonly isNew: boolean;
    }
  | {
      readonly kind: "end";
      readonly part: string;
      readonly entryId: string;
      readonly entry: JsonValue;
    }
  | {
      readonly kind: "value";
      readonly part: string;
      readonly value: JsonValue;
    };

class MutableGroup {
  readonly draft: object;
  isBlind: boolean;
  readonly #steps: GroupStep[] = [];
  readonly #name: string;
  readonly #source: DraftSource;
  #content: { [part: string]: JsonValue };
  readonly #ended = new Map<string, JsonValue>();

  constructor(name: string, definition: GroupDefinition, source: DraftSource) {
    this.#name = name;
    this.#source = source;
    const shown = source.contentOf(name);
    this.isBlind = shown === null;
    this.#content = { ...shown };
    const draft = {};
    for (const [part, { kind }] of partsOf(definition)) {
      Object.defineProperty(
        draft,
        part,
        kind === "entries"
          ? { enumerable: true, value: this.#entriesDraft(part) }
          : {
              enumerable: true,
              get: () => this.#read()[part],
              set: (value: JsonValue) =>
                this.#take({ kind: "value", part, value }),
            },
      );
    }
    this.draft = Object.freeze(draft);
  }

  get isTouched(): boolean {
    return this.#steps.length > 0;
  }

  edit(): GroupEdit {
    return { group: this.#name, content: this.#content, ended: this.#ended };
  }

  /** Takes what the form shows now, and writes again what was written. Answers whether every step still had its entry. */
  rebase(): boolean {
    const shown = this.#source.contentOf(this.#name);
    this.isBlind = shown === null;
    this.#content = { ...shown };
    this.#ended.clear();
    const steps = this.#steps.splice(0);
    const kept = steps.filter((step) => this.#canTake(step));
    for (const step of kept) this.#take(step);
    return kept.length === steps.length;
  }

  #entriesDraft(part: string) {
    const entries = () => entriesOf(this.#read(), part);
    const mustHold = (step: GroupStep) => {
      if (!this.isBlind && !this.#canTake(step))
        throw new Error(`${part} has no such entry`);
      this.#take(step);
    };
    return {
      get entries() {
        return entries();
      },
      add: (entry: JsonValue, entryId = this.#source.newEntryId()) => {
        this.#take({ kind: "put", part, entryId, entry, isNew: true });
        return entryId;
      },
      update: (entryId: string, entry: JsonValue) =>
        mustHold({ kind: "put", part, entryId, entry, isNew: false }),
      end: (entryId: string, entry: JsonValue) =>
        mustHold({ kind: "end", part, entryId, entry }),
    };
  }

  #read(): Content {
    if (this.isBlind)
      throw new Error(
        `${this.#name} is in conflict: resolve it, or edit one candidate`,
      );
    return this.#content;
  }

  #canTake(step: GroupStep): boolean {
    if (step.kind === "value" || (step.kind === "put" && step.isNew))
      return true;
    return Object.hasOwn(entriesOf(this.#content, step.part), step.entryId);
  }

  #take(step: GroupStep): void {
    this.#steps.push(step);
    const { part } = step;
    if (step.kind === "value") {
      this.#content = { ...this.#content, [part]: step.value };
      return;
    }
    const { entryId, entry } = step;
    const { [entryId]: _before, ...others } = entriesOf(this.#content, part);
    if (step.kind === "end") this.#ended.set(entryId, entry);
    this.#content = {
      ...this.#content,
      [part]: step.kind === "end" ? others : { ...others, [entryId]: entry },
    };
  }
}

function isObject(
  value: JsonValue | undefined,
): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether content says what the form had shown: then there is nothing to sign. What has no canonical text is judged later. */
export function saysTheSame(content: Content, shown: Content): boolean {
  return JSON.stringify(content) === JSON.stringify(shown);
}
