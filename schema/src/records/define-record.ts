/**
 * One declaration per record type: its TypeScript type, validation, kinds, groups, permissions and priority.
 *
 * A record is one Automerge document with everything at its root. A **field** merges by itself; a **group** never does: its
 * parts are read and signed together as one statement (DESIGN 2). Adding a field is one line here and nothing elsewhere.
 * Field and part schemas only validate; they must not transform or fill in defaults, because what is signed is what is stored.
 */
import type { z } from "zod";

import type { Role } from "../access/role.ts";

/** 0 is the most critical: pushed first, and what "critical" means is 0 and 1. */
export type Priority = 0 | 1 | 2 | 3;

interface Writable {
  readonly write: readonly Role[];
}

/** One value; of concurrent ones Automerge's winner stands, the others stay in history. Plain string, integer, boolean or null. */
export interface ScalarField<V = unknown> extends Writable {
  readonly kind: "scalar";
  readonly schema: z.ZodType<V>;
}

/** One value: of concurrent ones the furthest in `order` is read. Whoever has seen what stands may take it back. SPEC RC-10. */
export interface OrderedField<V extends string = string> extends Writable {
  readonly kind: "ordered";
  readonly order: readonly V[];
}

/** Entries under their own root keys (`telecom/<uuid>`), each one atomic value; withdrawn by a status, never by deleting the key. */
export interface SetField<V = unknown> extends Writable {
  readonly kind: "set";
  readonly schema: z.ZodType<V>;
  /** An entry, once written, can only be rewritten with this status. */
  readonly appendOnlyUntil?: string;
}

/** Collaborative text for shared descriptions; never for accounts of what happened. */
export interface TextField extends Writable {
  readonly kind: "text";
}

/** Only for what truly adds up; never for doses or readings. */
export interface CounterField extends Writable {
  readonly kind: "counter";
}

export type Field =
  ScalarField | OrderedField | SetField | TextField | CounterField;

/** Part of a group: current entries keyed by UUID. An entry leaves only once it `isEnded`, and then into the archive. */
export interface EntriesPart<E = unknown> {
  readonly kind: "entries";
  readonly schema: z.ZodType<E>;
  /**
   * Whether an entry's statuses end it: stopped, resolved, entered in error. Pure, and true only for entries `schema` accepts.
   * A method, as `cautious` below, so that a part of known entries is still a `Part`; callers pass what the schema accepted.
   */
  isEnded(entry: E): boolean;
  /** While contested: "stands" keeps the union in force (allergies), "do-not-act" shows every version and asks to wait. */
  readonly whileContested: "stands" | "do-not-act";
  /** Whether entries added apart are safe together, so that their combination may be offered in one step. */
  readonly combinesFreely: boolean;
  /** Narrower than the group's, where one part needs another hand. */
  readonly sign?: readonly Role[];
}

/** Part of a group: one value, changed as a whole. */
export interface ValuePart<V = unknown> {
  readonly kind: "value";
  readonly schema: z.ZodType<V>;
  /** What stands before anyone has signed. */
  readonly initial: V;
  /** The value to act on while candidates differ, where one is safe whatever the outcome. */
  cautious?(values: readonly V[]): V;
  readonly sign?: readonly Role[];
}

export type Part = EntriesPart | ValuePart;
export type Parts = Readonly<Record<string, Part>>;

export interface GroupDefinition<P extends Parts = Parts> {
  readonly parts: P;
  readonly sign: readonly Role[];
  readonly resolve: readonly Role[];
  readonly priority: Priority;
  /** What must hold between the parts; answers what is wrong, in one sentence without values, or null. */
  readonly check?: (content: ContentOf<P>) => string | null;
  /** A set field whose entries a signer must have seen; one a statement had not seen opens a "new result" task. */
  readonly basedOn?: string;
  /** What others may record meanwhile that a statement, not having seen it, contradicts; that opens an "attendance" task. */
  readonly contradictedBy?: Contradiction<ContentOf<P>>;
}

/** Of an ordered field: from which value on, and which statements. */
export interface Contradiction<Content = unknown> {
  readonly field: string;
  readonly from: string;
  /** Whether the statement goes against what whoever wrote the field had seen. Pure; a method as `isEnded` is. */
  isContradicted(stated: Content, seen: Content): boolean;
}

type EntryOf<P> = P extends {
  readonly kind: "entries";
  readonly schema: z.ZodType<infer E>;
}
  ? E
  : never;
type ValueOf<P> = P extends {
  readonly kind: "value";
  readonly schema: z.ZodType<infer V>;
}
  ? V
  : never;

/** What a statement of the group says: current entries by id, and values. */
export type ContentOf<P extends Parts> = {
  readonly [Name in keyof P]: P[Name] extends { readonly kind: "entries" }
    ? Readonly<Record<string, EntryOf<P[Name]>>>
    : ValueOf<P[Name]>;
};

export type FieldValueOf<F> = F extends {
  readonly kind: "scalar";
  readonly schema: z.ZodType<infer V>;
}
  ? V | undefined
  : F extends { readonly kind: "ordered"; readonly order: readonly (infer V)[] }
    ? V | undefined
    : F extends { readonly kind: "set"; readonly schema: z.ZodType<infer V> }
      ? Readonly<Record<string, V>>
      : F extends { readonly kind: "text" }
        ? string
        : F extends { readonly kind: "counter" }
          ? number
          : never;

export type Fields = Readonly<Record<string, Field>>;
// A group's `check` takes its own content, so a general one cannot be named without giving that up; `never` is its floor.
export type Groups = Readonly<
  Record<
    string,
    Omit<GroupDefinition, "check"> & {
      readonly check?: (content: never) => string | null;
    }
  >
>;

/** What a record says, for the words by which lists find it. */
export interface SaidByRecord {
  /** Every value that devices wrote side by side; the one that stands is last. */
  valuesOf(field: string): readonly unknown[];
  /** Null while the group is in conflict. */
  settled(group: string): Readonly<Record<string, unknown>> | null;
}

export interface RecordType<
  Type extends string = string,
  F extends Fields = Fields,
  G extends Groups = Groups,
> {
  readonly type: Type;
  /** Which scope replicates it: the organization's, or the team's that is its parent. */
  readonly scope: "organization" | "team";
  /** The type of record its parent must be; none for the organization itself. */
  readonly parent: "organization" | "team" | null;
  readonly read: readonly Role[];
  readonly create: readonly Role[];
  /** Roles that may move it to another parent of the same organization; none if it stays. */
  readonly move?: readonly Role[];
  readonly fields: F;
  readonly groups: G;
  /** Further words by which a list finds it: of what several fields say together. Pure. */
  wordsOf?(said: SaidByRecord): readonly string[];
}

/** The merging fields of a record type, as a reader gets them. */
export type FieldValues<R extends RecordType> = {
  readonly [Name in keyof R["fields"]]: FieldValueOf<R["fields"][Name]>;
};
export type GroupName<R extends RecordType> = keyof R["groups"] & string;
export type GroupContent<
  R extends RecordType,
  G extends GroupName<R>,
> = ContentOf<R["groups"][G]["parts"]>;

export function scalar<V>(
  schema: z.ZodType<V>,
  write: readonly Role[],
): ScalarField<V> {
  return { kind: "scalar", schema, write };
}

export function ordered<const V extends string>(
  order: readonly V[],
  write: readonly Role[],
): OrderedField<V> {
  return { kind: "ordered", order, write };
}

export function set<V>(
  schema: z.ZodType<V>,
  write: readonly Role[],
  options: { readonly appendOnlyUntil?: string } = {},
): SetField<V> {
  return { kind: "set", schema, write, ...options };
}

export function text(write: readonly Role[]): TextField {
  return { kind: "text", write };
}

export function counter(write: readonly Role[]): CounterField {
  return { kind: "counter", write };
}

export function entries<E>(part: Omit<EntriesPart<E>, "kind">): EntriesPart<E> {
  return { kind: "entries", ...part };
}

export function value<V>(part: Omit<ValuePart<V>, "kind">): ValuePart<V> {
  return { kind: "value", ...part };
}

export function group<const P extends Parts>(
  definition: GroupDefinition<P>,
): GroupDefinition<P> {
  return definition;
}

const reservedNames: ReadonlySet<string> = new Set([
  "recordId",
  "recordType",
  "parentId",
  "archive",
  "resolutions",
]);
const namePattern = /^[a-z][A-Za-z0-9]{0,39}$/;

/**
 * Declares a record type. Every type also has the group `recordStatus` (`declareRecordStatus`): nothing is ever deleted.
 * Throws at start-up for names that are reserved, malformed or used twice: a wrong declaration is a bug.
 */
export function defineRecord<
  const Type extends string,
  const F extends Fields,
  const G extends Groups,
>(definition: RecordType<Type, F, G>): RecordType<Type, F, G> {
  const names = [
    ...Object.keys(definition.fields),
    ...Object.keys(definition.groups),
  ];
  const partNames = Object.values(definition.groups).flatMap(({ parts }) =>
    Object.keys(parts),
  );
  for (const name of [...names, ...partNames]) {
    // What every object has (`constructor`) would be found where nothing was written.
    if (!namePattern.test(name) || name in Object.prototype)
      throw new Error(`record type ${definition.type}: bad name ${name}`);
  }
  for (const name of names) {
    if (reservedNames.has(name))
      throw new Error(`record type ${definition.type}: bad name ${name}`);
    if (names.indexOf(name) !== names.lastIndexOf(name))
      throw new Error(
        `record type ${definition.type}: ${name} is declared twice`,
      );
  }
  for (const [name, { basedOn }] of Object.entries(definition.groups)) {
    if (basedOn !== undefined && definition.fields[basedOn]?.kind !== "set") {
      throw new Error(
        `record type ${definition.type}: ${name} is based on ${basedOn}, which is not a set`,
      );
    }
  }
  for (const [name, { contradictedBy }] of Object.entries(definition.groups)) {
    if (contradictedBy === undefined) continue;
    const field = definition.fields[contradictedBy.field];
    if (
      field?.kind !== "ordered" ||
      !field.order.includes(contradictedBy.from)
    ) {
      throw new Error(
        `record type ${definition.type}: ${name} is contradicted by ${contradictedBy.field}, which has no such order`,
      );
    }
  }
  if ((definition.parent === null) !== (definition.type === "organization")) {
    throw new Error(
      `record type ${definition.type}: only an organization has no parent`,
    );
  }
  return definition;
}
