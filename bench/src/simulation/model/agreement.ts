/**
 * Whether statements say the same. Two people who add the same entry apart draw ids of their own, so the id of an entry that
 * not all of them had seen does not count; that of one they had all seen does.
 */
import { isPlainObject, textOf } from "./canonical-text.ts";

type Content = Readonly<Record<string, unknown>>;

/** `known`: ids of entries that stood in what all the signers had seen. */
export function agree(
  contents: readonly Content[],
  known: ReadonlySet<string>,
): boolean {
  return (
    new Set(contents.map((content) => meaningText(content, known))).size <= 1
  );
}

function meaningText(content: Content, known: ReadonlySet<string>): string {
  return textOf(
    Object.fromEntries(
      Object.entries(content).map(([part, value]) => [
        part,
        isByEntryId(value) ? withoutNewIds(value, known) : value,
      ]),
    ),
  );
}

function withoutNewIds(entries: Content, known: ReadonlySet<string>): unknown {
  const kept = Object.entries(entries).filter(([id]) => known.has(id));
  const added = Object.entries(entries)
    .filter(([id]) => !known.has(id))
    .map(([, entry]) => textOf(entry))
    .toSorted();
  return { kept: Object.fromEntries(kept), added };
}

export function entryIdsOf(content: Content): readonly string[] {
  return Object.values(content).flatMap((value) =>
    isByEntryId(value) ? Object.keys(value) : [],
  );
}

const uuidPattern =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function isByEntryId(value: unknown): value is Content {
  return (
    isPlainObject(value) &&
    Object.keys(value).every((key) => uuidPattern.test(key))
  );
}
