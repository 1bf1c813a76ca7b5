/**
 * A record as HTTP gives it: merging fields, and groups by the same reader that devices have, so that there is no way to one
 * value out of an open conflict. SPEC HT-3.
 */
import { z } from "@hono/zod-openapi";
import {
  groupOf,
  readFields,
  readGroup,
  readText,
  recordIdSchema,
  reviewIdSchema,
  scopeIdSchema,
  statusLabels,
  type ReadTransaction,
  type RecordFold,
  type RecordType,
} from "@suture/schema";

import { changeBytesTable } from "../../log/log-tables.ts";
import { reviewsByRecordTable } from "../../review/review-tables.ts";
import type { FoundRecord } from "./find-record.ts";

/** What a group says is declared by its record type; the API's document names it by the type. */
const anyValue = z.unknown();

export const groupReadingSchema = z
  .discriminatedUnion("status", [
    z.object({
      status: z.literal("settled"),
      content: anyValue,
      /** Who signed it: nobody yet, one, or several who said the same. */
      signatures: z.array(anyValue),
    }),
    z.object({
      status: z.literal("conflict"),
      /** What all had last seen settled; null if nothing was. */
      base: anyValue,
      candidates: z.array(anyValue),
      /** What care can lean on until it is settled; never a single answer where there are two. */
      safe: anyValue,
      rows: z.array(anyValue),
      /** Both edits together, where they touch different entries. Never preselected. */
      combination: anyValue,
    }),
  ])
  .openapi("GroupReading");

export const recordSchema = z
  .object({
    recordId: recordIdSchema,
    recordType: z.string(),
    organizationId: recordIdSchema,
    parentId: recordIdSchema.nullable(),
    scopeId: scopeIdSchema,
    createdByMemberId: recordIdSchema,
    createdAtMs: z.int(),
    /** Everything that is said here is durable on the server. */
    state: z.enum(["conflict", "synced"]),
    label: z.string(),
    fields: z.record(z.string(), anyValue),
    groups: z.record(z.string(), groupReadingSchema),
    openReviews: z.array(reviewIdSchema),
  })
  .openapi("Record");
export type RecordDescription = z.infer<typeof recordSchema>;

export async function describeRecord(
  tx: ReadTransaction,
  { row, type, view, membership }: FoundRecord,
): Promise<RecordDescription> {
  const fold = await view.loadFold();
  const groups = Object.fromEntries(
    Object.keys(type.groups).flatMap((name) => {
      const group = groupOf(type, name);
      if (group === undefined) return [];
      return [[name, asJson(readGroup(group, fold.live(name), fold))]];
    }),
  );
  const reviews = await tx.scan(reviewsByRecordTable, {
    prefix: [row.recordId],
  });
  const openReviews = reviews
    .filter(({ value }) => value.isOpen)
    .map(({ key }) => reviewIdSchema.parse(key[1]));
  const state = openReviews.length > 0 ? "conflict" : "synced";
  return {
    recordId: row.recordId,
    recordType: row.recordType,
    organizationId: membership.organizationId,
    parentId: row.parentId,
    scopeId: row.scopeId,
    createdByMemberId: row.createdByMemberId,
    createdAtMs: row.createdAtMs,
    state,
    label: statusLabels[state],
    fields: await fieldsOf(tx, { row, type, view }, fold),
    groups: z.record(z.string(), groupReadingSchema).parse(groups),
    openReviews,
  };
}

/** Text is merged by Automerge; everything else is folded. */
async function fieldsOf(
  tx: ReadTransaction,
  { row, type, view }: Pick<FoundRecord, "row" | "type" | "view">,
  fold: RecordFold,
): Promise<Readonly<Record<string, unknown>>> {
  const fields: Record<string, unknown> = { ...readFields(type, fold) };
  const texts = textFieldsOf(type);
  if (texts.length === 0) return fields;
  const changes: Uint8Array[] = [];
  for (const { hash } of view.index.changes()) {
    const bytes = await tx.get(changeBytesTable, [row.recordId, hash]);
    if (bytes !== undefined) changes.push(bytes);
  }
  for (const name of texts) fields[name] = readText(type, name, changes);
  return fields;
}

function textFieldsOf(type: RecordType): readonly string[] {
  return Object.entries(type.fields).flatMap(([name, field]) =>
    field.kind === "text" ? [name] : [],
  );
}

/** As JSON has it: what is absent stays absent, and absent versions in a list are null. */
export function asJson(value: unknown): unknown {
  const json: unknown = JSON.parse(JSON.stringify(value));
  return json;
}
