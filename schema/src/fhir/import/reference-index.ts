/**
 * Finds what a FHIR reference points at, among the resources at hand: relative (`Patient/1`, `Patient/1/_history/2`), absolute and
 * `urn:uuid:` by full URL, conditional (`Practitioner?identifier=system|value`), logical (only an `identifier`), contained (`#med`).
 *
 * A reference that fits two resources finds none: guessing whose prescription it is would be worse than not knowing.
 */
import { isJsonObject, textOf, type JsonObject } from "./fhir-json.ts";
import type { SourceResource } from "./fhir-source.ts";

export type Referent =
  | { readonly kind: "resource"; readonly resource: SourceResource }
  | { readonly kind: "contained"; readonly json: JsonObject }
  /** No reference at all, or one that only has a display. */
  | { readonly kind: "none" }
  | { readonly kind: "unresolved" };

export interface ReferenceIndex {
  /** `types`: what the element may point at; anything else is unresolved. */
  resolve(
    from: SourceResource,
    reference: unknown,
    types: readonly string[],
  ): Referent;
}

export function createReferenceIndex(
  resources: readonly SourceResource[],
): ReferenceIndex {
  const byKey = new Map<string, SourceResource | "ambiguous">();
  const note = (key: string, resource: SourceResource) => {
    const known = byKey.get(key);
    byKey.set(
      key,
      known === undefined || known === resource ? resource : "ambiguous",
    );
  };
  for (const resource of resources) {
    const { resourceType, id, base, fullUrl, json } = resource;
    if (id !== null) note(`${base}/${resourceType}/${id}`, resource);
    if (fullUrl !== null) note(fullUrl, resource);
    for (const key of identifierKeys(resourceType, json)) note(key, resource);
  }

  const find = (
    keys: readonly string[],
    types: readonly string[],
  ): Referent => {
    for (const key of keys) {
      const found = byKey.get(key);
      if (found === undefined || found === "ambiguous") continue;
      if (types.includes(found.resourceType))
        return { kind: "resource", resource: found };
    }
    return { kind: "unresolved" };
  };

  return {
    resolve(from, reference, types) {
      if (!isJsonObject(reference)) return { kind: "none" };
      const text = textOf(reference["reference"]);
      if (text === null) {
        const keys = types.flatMap((type) =>
          identifierKey(type, reference["identifier"]),
        );
        return keys.length === 0 ? { kind: "none" } : find(keys, types);
      }
      if (text.startsWith("#")) return containedIn(from, text.slice(1), types);
      const conditional = /^([A-Za-z]+)\?identifier=(.*)$/.exec(text);
      if (conditional !== null) {
        const [, type = "", token = ""] = conditional;
        return find([`${type}?${decodeToken(token)}`], types);
      }
      const withoutVersion = text.replace(/\/_history\/[^/]*$/, "");
      const isAbsolute = /^[a-z][a-z0-9+.-]*:/i.test(withoutVersion);
      return isAbsolute
        ? find([withoutVersion], types)
        : find([`${from.base}/${withoutVersion}`], types);
    },
  };
}

function containedIn(
  from: SourceResource,
  id: string,
  types: readonly string[],
): Referent {
  const contained: unknown = from.json["contained"];
  const list: readonly unknown[] = Array.isArray(contained) ? contained : [];
  for (const json of list) {
    if (
      isJsonObject(json) &&
      json["id"] === id &&
      types.includes(textOf(json["resourceType"]) ?? "")
    )
      return { kind: "contained", json };
  }
  return { kind: "unresolved" };
}

function identifierKeys(type: string, json: JsonObject): readonly string[] {
  const identifiers: unknown = json["identifier"];
  const list: readonly unknown[] = Array.isArray(identifiers)
    ? identifiers
    : [identifiers];
  return list.flatMap((identifier) => identifierKeysOf(type, identifier));
}

/** With its system, and without, for a search that names only the value. */
function identifierKeysOf(
  type: string,
  identifier: unknown,
): readonly string[] {
  if (!isJsonObject(identifier)) return [];
  const value = textOf(identifier["value"]);
  return value === null
    ? []
    : [...identifierKey(type, identifier), `${type}?${value}`];
}

function identifierKey(type: string, identifier: unknown): readonly string[] {
  if (!isJsonObject(identifier)) return [];
  const value = textOf(identifier["value"]);
  const system = textOf(identifier["system"]) ?? "";
  return value === null ? [] : [`${type}?${system}|${value}`];
}

/** A search token as a URL carries it; a stray percent sign is left as it is. */
function decodeToken(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch (cause) {
    if (cause instanceof URIError) return token;
    throw cause;
  }
}
