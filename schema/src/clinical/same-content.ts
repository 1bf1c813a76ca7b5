import {
  canonicalize,
  digest,
  type JsonValue,
} from "../canonical/canonical-json.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { partsOf } from "../records/record-types.ts";
import { entriesOf, type Content } from "./statement.ts";

/**
 * Digest of content as agreement judges it: the ids of entries the base does not hold don't count, so two people who add the
 * same entry apart agree although each drew their own id. `seen` is the content of the last statements all of them had seen.
 * SPEC CF-5.
 */
export function agreementDigest(
  group: GroupDefinition,
  content: Content,
  seen: readonly Content[],
): string {
  const compared: { [part: string]: JsonValue } = {};
  for (const [name, part] of partsOf(group)) {
    if (part.kind === "value") {
      compared[name] = content[name] ?? null;
      continue;
    }
    const kept: { [entryId: string]: JsonValue } = {};
    const added: string[] = [];
    for (const [entryId, entry] of Object.entries(entriesOf(content, name))) {
      if (seen.some((base) => Object.hasOwn(entriesOf(base, name), entryId)))
        kept[entryId] = entry;
      else added.push(canonicalize(entry));
    }
    compared[name] = { kept, added: added.sort() };
  }
  return digest(compared);
}

/** Whether statements say the same, given what all their authors had seen. */
export function isAgreement(
  group: GroupDefinition,
  contents: readonly Content[],
  seen: readonly Content[],
): boolean {
  return (
    new Set(contents.map((content) => agreementDigest(group, content, seen)))
      .size <= 1
  );
}
