/** What a form writes into: the declared fields and groups of a record type, each with the ways in which it may change. */
import type {
  FieldValueOf,
  GroupName,
  Parts,
  RecordType,
} from "@suture/schema";

type NamesOf<F, Kind> = {
  [Name in keyof F]: F[Name] extends { readonly kind: Kind } ? Name : never;
}[keyof F];
type EntryOf<F> = F extends {
  readonly kind: "set" | "entries";
  readonly schema: { readonly _zod: { readonly output: infer E } };
}
  ? E
  : never;
type ValueOf<P> = P extends {
  readonly kind: "value";
  readonly schema: { readonly _zod: { readonly output: infer V } };
}
  ? V
  : never;
type StatusOf<E> = E extends { readonly status: infer S } ? S : never;

/** Entries that merge one by one. */
export interface SetDraft<E> {
  readonly entries: Readonly<Record<string, E>>;
  /** Adds an entry, or writes the one of that id anew as a whole. Gives back its id. */
  set(entry: E, entryId?: string): string;
  /** Rewrites an entry's status: by default `inactive`, or the one that an append-only set allows. */
  withdraw(entryId: string, status?: StatusOf<E>): void;
}

export interface CounterDraft {
  readonly value: number;
  add(by: number): void;
}

export interface TextDraft {
  readonly value: string;
  /** What changed is found by comparing, so that a colleague's words elsewhere in the text stay. */
  replace(text: string): void;
}

/** Current entries of a part of a statement. Reading them throws while the group is in conflict: there is no single value. */
export interface EntriesDraft<E> {
  readonly entries: Readonly<Record<string, E>>;
  /** Gives back the new entry's id. */
  add(entry: E, entryId?: string): string;
  update(entryId: string, entry: E): void;
  /** Takes the entry out with its terminal status, and into the archive in the same change. */
  end(entryId: string, ended: E): void;
}

export type GroupDraft<P extends Parts> = {
  readonly [Name in NamesOf<P, "entries">]: EntriesDraft<EntryOf<P[Name]>>;
} & {
  -readonly [Name in NamesOf<P, "value">]: ValueOf<P[Name]>;
};

export type Draft<R extends RecordType> = {
  /** Null clears the field. */
  -readonly [Name in NamesOf<R["fields"], "scalar">]: FieldValueOf<
    R["fields"][Name]
  > | null;
} & {
  /** Goes back by writing the value before, never to nothing. */
  -readonly [Name in NamesOf<R["fields"], "ordered">]: FieldValueOf<
    R["fields"][Name]
  >;
} & {
  readonly [Name in NamesOf<R["fields"], "set">]: SetDraft<
    EntryOf<R["fields"][Name]>
  >;
} & {
  readonly [Name in NamesOf<R["fields"], "counter">]: CounterDraft;
} & {
  readonly [Name in NamesOf<R["fields"], "text">]: TextDraft;
} & {
  readonly [Name in GroupName<R>]: GroupDraft<R["groups"][Name]["parts"]>;
};
