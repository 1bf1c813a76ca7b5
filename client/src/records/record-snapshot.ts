/** A record as it stood at some heads: typed fields, and groups that are settled or in conflict, never one value of several. */
import {
  declaredGroup,
  readFields,
  readGroup,
  readText,
  type ChangeHash,
  type FieldValues,
  type GroupName,
  type GroupReading,
  type RecordFold,
  type RecordId,
  type RecordType,
} from "@suture/schema";

import type { OpenRecord } from "./open-records.ts";
import type { RecordState } from "./record-state.ts";

export class RecordSnapshot<R extends RecordType = RecordType> {
  readonly heads: readonly ChangeHash[];
  readonly #of: Pick<OpenRecord, "shown">;
  #fields: { readonly of: RecordState; readonly values: FieldValues<R> } | null;

  constructor(of: Pick<OpenRecord, "shown">, heads: readonly ChangeHash[]) {
    this.heads = heads;
    this.#of = of;
    this.#fields = null;
  }

  get #state(): RecordState {
    return this.#of.shown;
  }

  /** None once the record has left the device, or belongs to nobody who may read it. */
  get #heads(): readonly ChangeHash[] {
    return this.heads.filter((head) => this.#state.index.has(head));
  }

  /** Asked for each time: the record's own fold goes on with the record. */
  get #fold(): RecordFold {
    return this.#state.foldAt(this.#heads);
  }

  get parentId(): RecordId | null {
    return this.#fold.parentId();
  }

  get fields(): FieldValues<R> {
    const of = this.#state;
    if (this.#fields?.of !== of)
      this.#fields = { of, values: this.#readFields() };
    return this.#fields.values;
  }

  /** Every value concurrently entered into a scalar field, the one that stands last. */
  valuesOf(field: keyof R["fields"] & string): readonly unknown[] {
    return this.#fold.scalars(field);
  }

  /** Settled, or in conflict with its candidates and the safe side. `content` exists only when settled. */
  group<G extends GroupName<R>>(
    name: G,
  ): GroupReading<R["groups"][G]["parts"]> {
    const group = declaredGroup(this.#state.type, name);
    if (group === undefined) throw new Error(`there is no group ${name}`);
    const live = this.#state.index.liveAt(this.#heads, name);
    return readGroup(group, live, this.#fold);
  }

  /** Ended entries of a group, by id. */
  archive(group: GroupName<R>): Readonly<Record<string, unknown>> {
    return this.#fold.archive(group);
  }

  #readFields(): FieldValues<R> {
    const { type } = this.#state;
    const texts = Object.entries(type.fields).flatMap(([name, { kind }]) =>
      kind === "text" ? [[name, this.#readText(name)]] : [],
    );
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built field by field from the declaration
    return {
      ...readFields(type, this.#fold),
      ...Object.fromEntries(texts),
    } as FieldValues<R>;
  }

  #readText(name: string): string {
    if (this.#fold.livePred(name).length === 0) return "";
    const { type } = this.#state;
    return readText(type, name, this.#state.bytesBehind(this.#heads));
  }
}
