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
 * same entry apart agree although each drew their own id. SPEC CF-5.
 */
export function agreementDigest(
  group: GroupDefinition,
  content: Content,
  base: Content,
): string {
  const compared: { [part: string]: JsonValue } = {};
  for (const [name, part] of partsOf(group)) {
    if (part.kind === "value") {
      compared[name] = content[name] ?? null;
      continue;
    }
    const kept: { [entryId: string]: JsonValue } = {};
    const added: string[] = [];
    const seen = entriesOf(base, name);
    for (const [entryId, entry] of Object.entries(entriesOf(content, name))) {
      if (Object.hasOwn(seen, entryId)) kept[entryId] = entry;
      else added.push(canonicalize(entry));
    }
    compared[name] = { kept, added: added.sort() };
  }
  return digest(compared);
}

/** Whether contents say the same to authors who had all seen the base. */
export function isAgreement(
  group: GroupDefinition,
  contents: readonly Content[],
  base: Content,
): boolean {
  const digests = contents.map((content) =>
    agreementDigest(group, content, base),
  );
  return new Set(digests).size <= 1;
}
