/**
 * A statement that was read, for reading those that overwrite it: an entry whose text stands in both is neither parsed, written
 * nor validated again, and is the same object in both. SPEC CF-1.
 *
 * What is left of a text, with `{}` where entries stand unchanged, is read as any other. Canonical text is written part by part, so
 * the whole is canonical if that and those entries are. Wherever a text is not laid out as a statement, all of it is read anew.
 */
import { endOfString } from "../canonical/canonical-json.ts";
import type { GroupDefinition } from "../records/define-record.ts";
import { partsOf } from "../records/record-types.ts";
import type { Result } from "../result.ts";
import {
  entriesOf,
  isTooLong,
  parseStatement,
  type Statement,
  type StatementMalformed,
} from "./statement.ts";

/** A text of some two entries is read as quickly anew. */
const leastLength = 1_000;

export class KnownStatement {
  readonly statement: Statement;
  readonly #group: GroupDefinition;
  readonly #text: string;
  #slices: ReadonlyMap<string, string> | undefined;

  /** `statement` is what `parseStatement` reads in the text. */
  constructor(group: GroupDefinition, text: string, statement: Statement) {
    this.#group = group;
    this.#text = text;
    this.statement = statement;
  }

  /** Gives what `parseStatement` gives, whatever the text and the group. */
  readNext(
    group: GroupDefinition,
    text: string,
  ): Result<Statement, StatementMalformed> {
    if (group !== this.#group || text.length < leastLength || isTooLong(text))
      return parseStatement(group, text);
    this.#slices ??= slicesOf(group, this.#text);
    const placed = placeEntries(group, text, this.#slices);
    const unchanged = placed?.filter(({ isKnown }) => isKnown) ?? [];
    if (unchanged.length === 0) return parseStatement(group, text);
    let rest = "";
    let end = 0;
    for (const entry of unchanged) {
      rest += `${text.slice(end, entry.start)}{}`;
      end = entry.end;
    }
    rest += text.slice(end);
    const { content } = this.statement;
    return parseStatement(
      group,
      rest,
      unchanged.flatMap(({ part, entryId }) => {
        const entry = entriesOf(content, part)[entryId];
        return entry === undefined ? [] : [{ part, entryId, entry }];
      }),
    );
  }
}

interface PlacedEntry {
  readonly part: string;
  readonly entryId: string;
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
  readonly isKnown: boolean;
}

/** The text of each entry that is an object. Nothing but itself begins with it: what begins as one of these did is that entry. */
function slicesOf(
  group: GroupDefinition,
  text: string,
): ReadonlyMap<string, string> {
  const placed = placeEntries(group, text, new Map()) ?? [];
  return new Map(
    placed
      .filter(({ start }) => text[start] === "{")
      .map(({ part, entryId, start, end }) => [
        `${part} ${entryId}`,
        text.slice(start, end),
      ]),
  );
}

/** Where each entry stands in a text that is laid out as a statement's; null for any other. No JSON is parsed. */
function placeEntries(
  group: GroupDefinition,
  text: string,
  known: ReadonlyMap<string, string>,
): readonly PlacedEntry[] | null {
  const entriesParts = new Set(
    partsOf(group).flatMap(([name, { kind }]) =>
      kind === "entries" ? [name] : [],
    ),
  );
  const placed: PlacedEntry[] = [];
  const content = behind(
    text,
    endOfValue(text, behind(text, 0, attribution)),
    `,"content":`,
  );
  const end = visitMembers(text, content, (part, at) =>
    entriesParts.has(part) && text[at] === "{"
      ? visitMembers(text, at, (entryId, start) => {
          const slice = known.get(`${part} ${entryId}`);
          const isKnown = slice !== undefined && text.startsWith(slice, start);
          const entryEnd = isKnown
            ? start + slice.length
            : endOfValue(text, start);
          placed.push({ part, entryId, start, end: entryEnd, isKnown });
          return entryEnd;
        })
      : endOfValue(text, at),
  );
  return end !== -1 && text.slice(end) === "}" ? placed : null;
}

const attribution = `{"attribution":`;

/** Behind the object that begins there; -1 where none does, or `visit`, which gives the end of a member's value, finds none. */
function visitMembers(
  text: string,
  start: number,
  visit: (name: string, at: number) => number,
): number {
  if (start === -1 || text[start] !== "{") return -1;
  if (text[start + 1] === "}") return start + 2;
  for (let at = start + 1; ;) {
    if (text[at] !== '"') return -1;
    const nameEnd = endOfString(text, at);
    if (nameEnd === -1 || text[nameEnd + 1] !== ":") return -1;
    at = visit(text.slice(at + 1, nameEnd), nameEnd + 2);
    if (at === -1) return -1;
    if (text[at] === "}") return at + 1;
    if (text[at] !== ",") return -1;
    at += 1;
  }
}

/** Behind the value that begins there, if any does; -1 where it does not end. */
function endOfValue(text: string, start: number): number {
  if (start === -1) return -1;
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      if (at === -1) return -1;
    } else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") {
      if (depth === 0) return at;
      depth -= 1;
    } else if (character === "," && depth === 0) return at;
    else continue;
    if (depth === 0) return at + 1;
  }
  return -1;
}

function behind(text: string, at: number, expected: string): number {
  return at !== -1 && text.startsWith(expected, at) ? at + expected.length : -1;
}
