import { mayRead, type RecordTypes, type Role } from "@suture/schema";

/** Names of the types of record that somebody of these roles may read. */
export function readableTypes(
  types: RecordTypes,
  roles: readonly Role[],
): readonly string[] {
  const held = new Set(roles);
  return types.list
    .filter((type) => mayRead(type, held))
    .map(({ type }) => type);
}
