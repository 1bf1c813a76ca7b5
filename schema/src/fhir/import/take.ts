/**
 * Takes of a FHIR value what a schema of ours has a place for. The schemas carry FHIR's own names, so a data type needs no
 * mapping of its own: members that the schema does not know stay behind (narratives, extensions), members that it knows and refuses
 * are left out and noted, decimals become text.
 */
import { z } from "zod";

import { decimalSchema } from "../quantity.ts";
import { decimalText, integerOf, isJsonObject, textOf } from "./fhir-json.ts";

/** Paths, without values, of what was known and could not be taken: `telecom[1].value`. */
export type Dropped = string[];

/** Undefined where nothing valid is left; what comes back is valid by the schema. */
export function take<V>(
  schema: z.ZodType<V>,
  json: unknown,
  path: string,
  dropped: Dropped,
): V | undefined {
  if (json === undefined || json === null) return undefined;
  const pruned = prune(schema, json, path, dropped);
  if (pruned === undefined) return undefined;
  const parsed = schema.safeParse(pruned);
  if (parsed.success) return parsed.data;
  dropped.push(path);
  return undefined;
}

/** Each element by itself: a broken one does not take the others with it. A value that is no list counts as one. */
export function takeEach<V>(
  schema: z.ZodType<V>,
  json: unknown,
  path: string,
  dropped: Dropped,
): readonly V[] {
  if (json === undefined || json === null) return [];
  const items: readonly unknown[] = Array.isArray(json) ? json : [json];
  return items.flatMap((item, index) => {
    const taken = take(schema, item, `${path}[${index}]`, dropped);
    return taken === undefined ? [] : [taken];
  });
}

function prune(
  schema: unknown,
  json: unknown,
  path: string,
  dropped: Dropped,
): unknown {
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodNullable)
    return prune(schema.unwrap(), json, path, dropped);
  if (schema instanceof z.ZodObject) {
    if (!isJsonObject(json)) return drop(path, dropped);
    const taken: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(schema.shape)) {
      const value = Object.hasOwn(json, key) ? json[key] : undefined;
      if (value === undefined || value === null) continue;
      const pruned = takeMember(member, value, `${path}.${key}`, dropped);
      if (pruned !== undefined) taken[key] = pruned;
    }
    return taken;
  }
  if (schema instanceof z.ZodArray) {
    const taken = takeEach(asType(schema.element), json, path, dropped);
    return taken.length === 0 ? undefined : taken;
  }
  if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) {
      const attempt: Dropped = [];
      const taken = take(asType(option), json, path, attempt);
      if (taken !== undefined && attempt.length === 0) return taken;
    }
    return drop(path, dropped);
  }
  return leaf(schema, json);
}

function takeMember(
  schema: unknown,
  json: unknown,
  path: string,
  dropped: Dropped,
): unknown {
  const inner = schema instanceof z.ZodExactOptional ? schema.unwrap() : schema;
  return take(asType(inner), json, path, dropped);
}

function leaf(schema: unknown, json: unknown): unknown {
  if (schema === decimalSchema) return decimalText(json) ?? json;
  if (schema instanceof z.ZodNumber) return integerOf(json) ?? json;
  return typeof json === "string" ? (textOf(json) ?? undefined) : json;
}

function drop(path: string, dropped: Dropped): undefined {
  dropped.push(path);
  return undefined;
}

/** Zod types what a schema holds by its core; every schema of ours is one of its classes. */
function asType(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error("a schema holds something that is no schema");
}
