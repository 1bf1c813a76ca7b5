import { entryIdPattern } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import type {
  Field,
  GroupDefinition,
  Part,
  RecordType,
} from "./define-record.ts";

/** The record types an app knows. Client and server are given the same list. */
export interface RecordTypes {
  readonly list: readonly RecordType[];
  get(type: string): RecordType | undefined;
}

export function createRecordTypes(list: readonly RecordType[]): RecordTypes {
  const typesByName = new Map(list.map((type) => [type.type, type]));
  if (typesByName.size !== list.length)
    throw new Error("two record types have the same name");
  return { list, get: (type) => typesByName.get(type) };
}

/** What a key at the root of a record's document stands for. */
export type RootKey =
  | { readonly kind: "recordId" | "recordType" | "parentId" }
  | { readonly kind: "field"; readonly name: string; readonly field: Field }
  | {
      readonly kind: "entry";
      readonly name: string;
      readonly field: Field & { readonly kind: "set" };
      readonly entryId: string;
    }
  | {
      readonly kind: "group";
      readonly name: string;
      readonly group: GroupDefinition;
    }
  | {
      readonly kind: "archive";
      readonly name: string;
      readonly group: GroupDefinition;
      readonly entryId: string;
    }
  | { readonly kind: "resolution"; readonly resolutionId: string };

/** Reads a root key against a record type. Refuses every key the type does not declare. */
export function readRootKey(
  type: RecordType,
  key: string,
): Result<RootKey, "unknown-key"> {
  if (key === "recordId" || key === "recordType" || key === "parentId")
    return ok({ kind: key });
  if (!key.includes("/")) {
    const group = groupOf(type, key);
    if (group !== undefined) return ok({ kind: "group", name: key, group });
    const field = ownProperty(type.fields, key);
    return field === undefined || field.kind === "set"
      ? err("unknown-key")
      : ok({ kind: "field", name: key, field });
  }
  const [first = "", second = "", third, ...rest] = key.split("/");
  if (third === undefined) {
    if (!entryIdPattern.test(second)) return err("unknown-key");
    if (first === "resolutions")
      return ok({ kind: "resolution", resolutionId: second });
    const field = ownProperty(type.fields, first);
    return field?.kind === "set"
      ? ok({ kind: "entry", name: first, field, entryId: second })
      : err("unknown-key");
  }
  const group = groupOf(type, second);
  if (
    first !== "archive" ||
    rest.length > 0 ||
    group === undefined ||
    !entryIdPattern.test(third)
  )
    return err("unknown-key");
  return ok({ kind: "archive", name: second, group, entryId: third });
}

export function entryKey(field: string, entryId: string): string {
  return `${field}/${entryId}`;
}

export function archiveKey(group: string, entryId: string): string {
  return `archive/${group}/${entryId}`;
}

export function resolutionKey(resolutionId: string): string {
  return `resolutions/${resolutionId}`;
}

/** A group of the type by name, in the general form rules are written against. */
export function groupOf(
  type: RecordType,
  name: string,
): GroupDefinition | undefined {
  const found = ownProperty(type.groups, name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `check` is given only content that the group's own schemas have validated
  return found as GroupDefinition | undefined;
}

export function partsOf(
  group: GroupDefinition,
): readonly (readonly [string, Part])[] {
  return Object.entries(group.parts);
}

function ownProperty<V>(
  object: Readonly<Record<string, V>>,
  name: string,
): V | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
