/**
 * Who may do what, as pure functions of a record type and the roles of a person. Everything follows from the declarations:
 * nothing here knows a record type by name. SPEC AC-1 to AC-4.
 *
 * Roles add up: a person may do what any one of their roles may. What a type does not name is refused.
 */
import { groupOf } from "../records/record-types.ts";
import type { GroupDefinition, RecordType } from "../records/define-record.ts";
import type { Role } from "./role.ts";

export function mayRead(type: RecordType, held: ReadonlySet<Role>): boolean {
  return holdsAny(type.read, held);
}

export function mayCreate(type: RecordType, held: ReadonlySet<Role>): boolean {
  return holdsAny(type.create, held);
}

/** Whether a merging field, or an entry of a set, may be written. */
export function mayWrite(
  type: RecordType,
  fieldName: string,
  held: ReadonlySet<Role>,
): boolean {
  if (!Object.hasOwn(type.fields, fieldName)) return false;
  return holdsAny(type.fields[fieldName]?.write ?? [], held);
}

/**
 * Whether a statement may be signed whose parts of these names differ from what it overwrites. A part that names signers of its
 * own is signed by those alone. Each changed part must be allowed, though not by the same role; one that restates everything needs
 * the group's own leave.
 */
export function maySign(
  group: Pick<GroupDefinition, "parts" | "sign">,
  changedParts: Iterable<string>,
  held: ReadonlySet<Role>,
): boolean {
  const names = [...changedParts];
  if (names.length === 0) return holdsAny(group.sign, held);
  return names.every(
    (name) =>
      Object.hasOwn(group.parts, name) &&
      holdsAny(group.parts[name]?.sign ?? group.sign, held),
  );
}

/** Whether a conflict of the group may be settled by choosing; to combine, `maySign` is enough (SPEC CF). */
export function mayResolve(
  group: Pick<GroupDefinition, "resolve">,
  held: ReadonlySet<Role>,
): boolean {
  return holdsAny(group.resolve, held);
}

/** Whether a record may be given another parent of the same organization. */
export function mayMove(type: RecordType, held: ReadonlySet<Role>): boolean {
  return holdsAny(type.move ?? [], held);
}

export type PermissionVerb =
  "read" | "create" | "move" | "write" | "sign" | "resolve";

export interface PermissionRow {
  readonly type: string;
  /** A field, a group, a part as `group.part`; null where the verb is about the whole record. */
  readonly target: string | null;
  readonly verb: PermissionVerb;
  /** In the order in which roles are declared in the type. */
  readonly roles: readonly Role[];
}

/** Every permission there is, one a row, in the order of declaration. */
export function permissionTable(
  types: readonly RecordType[],
): readonly PermissionRow[] {
  return types.flatMap((type) => [
    row(type, null, "read", type.read),
    row(type, null, "create", type.create),
    row(type, null, "move", type.move ?? []),
    ...Object.entries(type.fields).map(([name, field]) =>
      row(type, name, "write", field.write),
    ),
    ...Object.keys(type.groups).flatMap((name) => groupRows(type, name)),
  ]);
}

function groupRows(type: RecordType, name: string): PermissionRow[] {
  const group = groupOf(type, name);
  if (group === undefined) return [];
  return [
    row(type, name, "sign", group.sign),
    ...Object.entries(group.parts).map(([partName, part]) =>
      row(type, `${name}.${partName}`, "sign", part.sign ?? group.sign),
    ),
    row(type, name, "resolve", group.resolve),
  ];
}

function row(
  type: RecordType,
  target: string | null,
  verb: PermissionVerb,
  roles: readonly Role[],
): PermissionRow {
  return { type: type.type, target, verb, roles };
}

function holdsAny(allowed: readonly Role[], held: ReadonlySet<Role>): boolean {
  return allowed.some((role) => held.has(role));
}
