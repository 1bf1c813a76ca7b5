/**
 * A statement: the value of a safety group, signed as one thing.
 *
 * It is canonical JSON (RFC 8785, NFC, decimals as strings) of `{ attribution, content }` in one Automerge scalar, so nothing
 * can splice two versions together and it can be hashed, compared and shown alone. `content` holds the current entries;
 * `attribution` says who signed, where, when by that device's clock, and why. The nonce makes every statement distinct.
 * Refused: text that is not canonical, more than 64 KiB, content that the group's schemas do not accept.
 */
import { z } from "zod";

import {
  canonicalize,
  parseCanonical,
  type JsonValue,
} from "../canonical/canonical-json.ts";
import { encodeUtf8 } from "../canonical/utf8.ts";
import { deviceIdSchema, entryIdSchema, recordIdSchema } from "../ids.ts";
import type {
  ContentOf,
  GroupDefinition,
  Parts,
} from "../records/define-record.ts";
import { partsOf } from "../records/record-types.ts";
import { err, ok, type Result } from "../result.ts";

export const maxStatementBytes = 64 * 1024;
export const maxReasonLength = 1_000;

export const attributionSchema = z.strictObject({
  memberId: recordIdSchema,
  deviceId: deviceIdSchema,
  /** The signing device's clock, Unix epoch. Shown beside the server's; nothing is ordered by it. */
  authoredAtMs: z.int().nonnegative(),
  reason: z.string().min(1).max(maxReasonLength).optional(),
  /** 128 random bits, hex. */
  nonce: z.string().regex(/^[0-9a-f]{32}$/),
  /** Measurements the signer had seen, where the group is based on some. */
  basedOn: z.array(entryIdSchema).max(200).optional(),
});
export type Attribution = z.infer<typeof attributionSchema>;

/** Content in the general form rules work on: entries parts are objects keyed by entry id, value parts are any value. */
export type Content = Readonly<Record<string, JsonValue>>;
export type Entries = Readonly<Record<string, JsonValue>>;

export interface Statement<C = Content> {
  readonly content: C;
  readonly attribution: Attribution;
}

export interface StatementMalformed {
  readonly code: "statement-malformed";
  /** Names the part or entry; never a value. */
  readonly reason: string;
}

export function encodeStatement(statement: Statement): string {
  return canonicalize({
    attribution: attributionJson(statement.attribution),
    content: statement.content,
  });
}

/** Whether two attributions say the same in every field. */
export function sameAttribution(
  left: Attribution,
  right: Attribution,
): boolean {
  return (
    canonicalize(attributionJson(left)) === canonicalize(attributionJson(right))
  );
}

/** An entry that was read before, as canonical text of the same part. */
export interface KnownEntry {
  readonly part: string;
  readonly entryId: string;
  readonly entry: JsonValue;
}

/**
 * Parses the text of a statement against its group. What comes out is exactly what the text says. SPEC CF-1.
 *
 * `known` are entries for which the text holds `{}`: they take their places (`KnownStatement`).
 */
export function parseStatement(
  group: GroupDefinition,
  text: string,
  known: readonly KnownEntry[] = [],
): Result<Statement, StatementMalformed> {
  const parsed = parseCanonical(text, {
    maxBytes: maxStatementBytes,
    maxDepth: 32,
  });
  if (!parsed.ok)
    return malformed("the statement is not canonical JSON within 64 KiB");
  if (!isObject(parsed.value))
    return malformed("the statement is not an object");
  const { attribution, content, ...others } = parsed.value;
  if (Object.keys(others).length > 0)
    return malformed("the statement holds more than content and attribution");
  const signed = attributionSchema.safeParse(attribution);
  if (!signed.success)
    return malformed("the attribution is incomplete or malformed");
  if (content === undefined || !isObject(content))
    return malformed("the content is not an object");
  const whole = withEntries(content, known);
  const problem = contentProblem(
    group,
    whole,
    new Set(known.map(({ entry }) => entry)),
  );
  return problem === null
    ? ok({ content: whole, attribution: signed.data })
    : malformed(problem);
}

/** Whether a text is longer than a statement's may be: a code unit takes three bytes at most. */
export function isTooLong(text: string): boolean {
  return (
    text.length * 3 > maxStatementBytes &&
    encodeUtf8(text).length > maxStatementBytes
  );
}

function withEntries(content: Content, known: readonly KnownEntry[]): Content {
  const added = new Map<string, { [entryId: string]: JsonValue }>();
  for (const { part, entryId, entry } of known) {
    const entries = added.get(part) ?? { ...entriesOf(content, part) };
    entries[entryId] = entry;
    added.set(part, entries);
  }
  return added.size === 0
    ? content
    : { ...content, ...Object.fromEntries(added) };
}

/** What is wrong with content signed for a group, in one sentence without values; null if nothing is. `valid` are entries that were looked at before. */
export function contentProblem(
  group: GroupDefinition,
  content: Content,
  valid: ReadonlySet<JsonValue> = new Set(),
): string | null {
  for (const name of Object.keys(content))
    if (!Object.hasOwn(group.parts, name))
      return `${name} is not a part of this group`;
  for (const [name, part] of partsOf(group)) {
    const stated = content[name];
    if (stated === undefined) return `${name} is missing`;
    if (part.kind === "value") {
      if (!part.schema.safeParse(stated).success) return `${name} is not valid`;
      continue;
    }
    if (!isObject(stated)) return `${name} is not a map of entries`;
    for (const [entryId, entry] of Object.entries(stated)) {
      if (!entryIdSchema.safeParse(entryId).success)
        return `${name} has an entry whose id is not a UUID`;
      if (valid.has(entry)) continue;
      if (!part.schema.safeParse(entry).success)
        return `an entry of ${name} is not valid`;
      if (part.isEnded(entry))
        return `an ended entry of ${name} belongs in the archive`;
    }
  }
  return group.check?.(content) ?? null;
}

/** What stands before anyone has signed: no entries, initial values. */
export function initialContent<P extends Parts>(
  group: GroupDefinition<P>,
): ContentOf<P> {
  const content = Object.fromEntries(
    Object.entries(group.parts).map(([name, part]) => [
      name,
      part.kind === "entries" ? {} : part.initial,
    ]),
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built part by part from the declaration
  return content as ContentOf<P>;
}

/** The entries of one part; none if the content does not hold it. */
export function entriesOf(content: Content, part: string): Entries {
  const stated = content[part];
  return stated !== undefined && isObject(stated) ? stated : {};
}

function isObject(value: JsonValue): value is Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** As it is written: members that are undefined are not there. */
export function attributionJson(attribution: Attribution): JsonValue {
  const given = Object.entries(attribution).filter(
    (pair): pair is [string, Exclude<(typeof pair)[1], undefined>] =>
      pair[1] !== undefined,
  );
  return Object.fromEntries(given);
}

function malformed(reason: string): {
  readonly ok: false;
  readonly error: StatementMalformed;
} {
  return err({ code: "statement-malformed", reason });
}
