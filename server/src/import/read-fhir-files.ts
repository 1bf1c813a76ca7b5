/**
 * Files and folders of FHIR as resources. Folders are read whole, with what lies below them, in the order of their names, so
 * that of two resources with the same id the same one comes first every time. A file that cannot be read is reported like a
 * broken line, and the rest goes on.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { err, ok, readFhirFile } from "@suture/schema";
import type { Result, SourceResource, UnreadableSource } from "@suture/schema";

export interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly reason: UnreadableSource["reason"] | "not-utf8" | "not-readable";
}

export interface FhirFiles {
  readonly resources: readonly SourceResource[];
  readonly problems: readonly FileProblem[];
  /** Lines and files of JSON that are no FHIR. */
  readonly foreignCount: number;
  readonly fileCount: number;
  /** Where a file lies that the resources name: `file` of a resource to the path as it was given. */
  pathOf(file: string): string;
}

export interface PathProblem {
  readonly code: "path-not-found";
  readonly path: string;
}

/** A file to read, by the name that stays the same wherever the folder is moved: ids may be derived from it. */
interface Found {
  readonly name: string;
  readonly path: string;
}

const fhirFile = /\.(json|ndjson)$/i;

export function readFhirFiles(
  paths: readonly string[],
  onProgress: (doneCount: number, totalCount: number) => void,
): Result<FhirFiles, PathProblem> {
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const listed = listFiles(path, seen);
    if (!listed.ok) return listed;
    found.push(...listed.value);
  }
  const resources: SourceResource[] = [];
  const problems: FileProblem[] = [];
  const pathsByName = new Map<string, string>();
  let foreignCount = 0;
  for (const [position, file] of found.entries()) {
    const name = freeName(file.name, pathsByName);
    pathsByName.set(name, file.path);
    const text = readText(file.path);
    if (text.ok) {
      const contents = readFhirFile({ name, text: text.value });
      for (const resource of contents.resources) resources.push(resource);
      problems.push(...contents.unreadable);
      foreignCount += contents.foreign;
    } else problems.push({ file: name, line: 1, reason: text.error });
    onProgress(position + 1, found.length);
  }
  return ok({
    resources,
    problems,
    foreignCount,
    fileCount: found.length,
    pathOf: (file) => pathsByName.get(file) ?? file,
  });
}

/** Each file once, though several paths lead to it. */
function listFiles(
  path: string,
  seen: Set<string>,
): Result<readonly Found[], PathProblem> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return err({ code: "path-not-found", path });
  const name = basename(resolve(path));
  return ok(
    stats.isDirectory()
      ? listFolder(path, name, seen)
      : keepNew({ name, path }, seen),
  );
}

function listFolder(
  path: string,
  name: string,
  seen: Set<string>,
): readonly Found[] {
  const real = realpathSync(path);
  if (seen.has(real)) return [];
  seen.add(real);
  return readdirSync(path)
    .toSorted()
    .flatMap((child) => {
      const at = { name: `${name}/${child}`, path: join(path, child) };
      const stats = statSync(at.path, { throwIfNoEntry: false });
      if (stats?.isDirectory() === true)
        return listFolder(at.path, at.name, seen);
      return fhirFile.test(child) ? keepNew(at, seen) : [];
    });
}

function keepNew(file: Found, seen: Set<string>): readonly Found[] {
  const real = realpathSync.native(file.path);
  if (seen.has(real)) return [];
  seen.add(real);
  return [file];
}

/** Two folders of the same name may be given: the later one's files are told apart by number. */
function freeName(name: string, taken: ReadonlyMap<string, string>): string {
  for (let number = 2, free = name; ; number += 1) {
    if (!taken.has(free)) return free;
    free = `${number}/${name}`;
  }
}

function readText(path: string): Result<string, "not-utf8" | "not-readable"> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    if (isSystemError(cause)) return err("not-readable");
    throw cause;
  }
  try {
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof TypeError) return err("not-utf8");
    if (isSystemError(cause)) return err("not-readable");
    throw cause;
  }
}

function isSystemError(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause;
}
