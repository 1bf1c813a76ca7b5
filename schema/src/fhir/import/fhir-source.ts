/**
 * Files of FHIR R4 as resources with their whereabouts: NDJSON of a bulk export, bundles (transaction, collection, searchset,
 * batch, document), single resources. What cannot be read is reported with file and line; the rest of the file goes on.
 */
import {
  isJsonObject,
  parseFhirJson,
  textOf,
  type JsonObject,
} from "./fhir-json.ts";

export interface SourceFile {
  /** As the report is to name it. */
  readonly name: string;
  readonly text: string;
}

export interface SourceResource {
  readonly file: string;
  /** From 1: of the resource in an NDJSON file, of its entry in a bundle. */
  readonly line: number;
  readonly resourceType: string;
  /** `Type/id` for reports and origins; `Type/#n` where the resource has no id. */
  readonly name: string;
  readonly id: string | null;
  /** The server it says to come from; empty for most files. */
  readonly base: string;
  readonly fullUrl: string | null;
  readonly json: JsonObject;
}

export interface UnreadableSource {
  readonly file: string;
  readonly line: number;
  readonly reason: "not-json" | "not-a-resource";
}

export interface FileContents {
  readonly resources: readonly SourceResource[];
  readonly unreadable: readonly UnreadableSource[];
  /** Lines or files of JSON that are no FHIR at all, such as an export's log or a package.json. */
  readonly foreign: number;
}

const idPattern = /^[A-Za-z0-9._-]{1,64}$/;
const resourceTypePattern = /^[A-Z][A-Za-z]{1,63}$/;

export function readFhirFile({ name, text }: SourceFile): FileContents {
  const body = text.startsWith("\ufeff") ? text.slice(1) : text;
  return name.endsWith(".ndjson")
    ? readLines(name, body)
    : readWhole(name, body);
}

function readLines(file: string, text: string): FileContents {
  const parts = text
    .split("\n")
    .map((lineText, index) => ({ lineText, line: index + 1 }))
    .filter(({ lineText }) => lineText.trim() !== "")
    .map(({ lineText, line }) => {
      const parsed = parseFhirJson(lineText);
      return parsed.ok
        ? fromJson(file, parsed.value, line, () => line)
        : unreadable(file, line, "not-json");
    });
  return join(parts);
}

function readWhole(file: string, text: string): FileContents {
  const parsed = parseFhirJson(text);
  if (!parsed.ok) return unreadable(file, parsed.error.line, "not-json");
  const entryLines = linesOfEntries(text);
  return fromJson(file, parsed.value, 1, (index) => entryLines[index] ?? 1);
}

function fromJson(
  file: string,
  json: unknown,
  line: number,
  lineOfEntry: (index: number) => number,
): FileContents {
  if (!isJsonObject(json)) return unreadable(file, line, "not-a-resource");
  if (!("resourceType" in json))
    return { resources: [], unreadable: [], foreign: 1 };
  if (json["resourceType"] !== "Bundle")
    return oneResource(file, line, json, null);
  const entries: unknown = json["entry"] ?? [];
  if (!Array.isArray(entries)) return unreadable(file, line, "not-a-resource");
  return join(
    entries.map((entry: unknown, index) => {
      const at = lineOfEntry(index);
      if (!isJsonObject(entry)) return unreadable(file, at, "not-a-resource");
      // An entry may hold only a request or a response; there is nothing to take from it.
      if (entry["resource"] === undefined) return join([]);
      return isJsonObject(entry["resource"])
        ? oneResource(file, at, entry["resource"], textOf(entry["fullUrl"]))
        : unreadable(file, at, "not-a-resource");
    }),
  );
}

function oneResource(
  file: string,
  line: number,
  json: JsonObject,
  fullUrl: string | null,
): FileContents {
  const resourceType = textOf(json["resourceType"]);
  if (resourceType === null || !resourceTypePattern.test(resourceType))
    return unreadable(file, line, "not-a-resource");
  const id = textOf(json["id"]);
  if (id !== null && !idPattern.test(id))
    return unreadable(file, line, "not-a-resource");
  const isNamedByUrl = fullUrl !== null && /^https?:\/\//.test(fullUrl);
  const tail = `/${resourceType}/${id ?? ""}`;
  const base =
    isNamedByUrl && id !== null && fullUrl.endsWith(tail)
      ? fullUrl.slice(0, -tail.length)
      : "";
  const name = `${resourceType}/${id ?? `#${line}`}`;
  return {
    resources: [{ file, line, resourceType, name, id, base, fullUrl, json }],
    unreadable: [],
    foreign: 0,
  };
}

/** The line on which each element of the root's `entry` begins, found without a second parse. */
function linesOfEntries(text: string): readonly number[] {
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let rootKey = "";
  for (let index = 0; index < text.length; index += 1) {
    switch (text[index]) {
      case "\n":
        line += 1;
        break;
      case '"': {
        const start = index + 1;
        index = start;
        while (index < text.length && text[index] !== '"')
          index += text[index] === "\\" ? 2 : 1;
        if (depth === 1 && /^\s*:/.test(text.slice(index + 1, index + 20)))
          rootKey = text.slice(start, index);
        break;
      }
      case "{":
      case "[":
        if (depth === 2 && rootKey === "entry") lines.push(line);
        depth += 1;
        break;
      case "}":
      case "]":
        depth -= 1;
        break;
      default:
        break;
    }
  }
  return lines;
}

function unreadable(
  file: string,
  line: number,
  reason: UnreadableSource["reason"],
): FileContents {
  return { resources: [], unreadable: [{ file, line, reason }], foreign: 0 };
}

function join(parts: readonly FileContents[]): FileContents {
  return {
    resources: parts.flatMap(({ resources }) => resources),
    unreadable: parts.flatMap((part) => part.unreadable),
    foreign: parts.reduce((sum, { foreign }) => sum + foreign, 0),
  };
}
