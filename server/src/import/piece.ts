/**
 * Names of the pieces of a record that an import compares one by one: a field, an entry of a set, a value of a group, an entry
 * of a group, which is the same piece whether it is current or archived.
 */

export function setEntryPiece(field: string, entryId: string): string {
  return `${field}/${entryId}`;
}

export function groupValuePiece(group: string, part: string): string {
  return `${group}.${part}`;
}

export function groupEntryPiece(group: string, entryId: string): string {
  return `${group}.*/${entryId}`;
}
