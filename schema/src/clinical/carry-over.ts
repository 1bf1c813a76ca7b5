import { canonicalize, type JsonValue } from "../canonical/canonical-json.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { partsOf } from "../records/record-types.ts";
import { contentProblem, entriesOf, type Content } from "./statement.ts";

/**
 * What a signer changed, applied to other content: by entry and by value part, everything else as it stands there. Null where
 * something they changed does not stand there as they saw it (it came from work that was refused), or where the result would
 * contradict itself. Then only a person can say what was meant. SPEC SW-3.
 */
export function carryOver(
  group: GroupDefinition,
  { before, after }: { readonly before: Content; readonly after: Content },
  onto: Content,
): Content | null {
  const carried: { [part: string]: JsonValue } = {};
  for (const [name, { kind }] of partsOf(group)) {
    if (kind === "value") {
      const value = carriedValue(before[name], after[name], onto[name]);
      if (value === undefined) return null;
      carried[name] = value.value ?? null;
      continue;
    }
    const entries = { ...entriesOf(onto, name) };
    const seen = entriesOf(before, name);
    const signed = entriesOf(after, name);
    for (const entryId of Object.keys({ ...seen, ...signed })) {
      const entry = carriedValue(
        seen[entryId],
        signed[entryId],
        entries[entryId],
      );
      if (entry === undefined) return null;
      if (entry.value === undefined) delete entries[entryId];
      else entries[entryId] = entry.value;
    }
    carried[name] = entries;
  }
  return contentProblem(group, carried) === null ? carried : null;
}

/** Undefined where what was changed is not what stands there; `value` is undefined for what does not stand. */
function carriedValue(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  onto: JsonValue | undefined,
): { readonly value: JsonValue | undefined } | undefined {
  if (isSame(before, after)) return { value: onto };
  return isSame(before, onto) ? { value: after } : undefined;
}

function isSame(
  left: JsonValue | undefined,
  right: JsonValue | undefined,
): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalize(left) === canonicalize(right);
}
