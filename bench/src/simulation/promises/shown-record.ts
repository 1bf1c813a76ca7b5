/** What a device shows of a record to the person in whose hands it is. */
import type { Client, RecordSnapshot, SutureRecord } from "@suture/client";
import { sutureRecords, type RecordId, type RecordType } from "@suture/schema";

import type { ShownRecord } from "../model/compare-shown.ts";

const typesByName = new Map<string, RecordType>(
  sutureRecords.map((type) => [type.type, type]),
);

export function recordTypeNamed(name: string): RecordType {
  const type = typesByName.get(name);
  if (type === undefined) throw new Error(`there is no record type ${name}`);
  return type;
}

/** The order of a field's values, where it has one. */
export function orderOf(
  recordType: string,
): (field: string) => readonly string[] | undefined {
  const { fields } = recordTypeNamed(recordType);
  return (name) => {
    const field = fields[name];
    return field?.kind === "ordered" ? field.order : undefined;
  };
}

/** Undefined where it is not theirs to read, or not here. Anything else that is wrong is said by its code. */
export async function openShown(
  client: Client,
  recordId: RecordId,
  recordType: string,
): Promise<SutureRecord | { readonly problem: string } | undefined> {
  const record = await client
    .records(recordTypeNamed(recordType))
    .get(recordId);
  if (record.ok) return record.value;
  return record.error.code === "record-unknown"
    ? undefined
    : { problem: record.error.code };
}

export function readShown(
  snapshot: RecordSnapshot,
  recordType: string,
): ShownRecord {
  const { groups } = recordTypeNamed(recordType);
  return {
    heads: snapshot.heads,
    fields: snapshot.fields,
    groups: Object.fromEntries(
      Object.keys(groups).map((name) => {
        const reading = snapshot.group(name);
        return [
          name,
          reading.status === "settled"
            ? { status: "settled", content: reading.content }
            : {
                status: "conflict",
                contents: reading.candidates.map(({ content }) => content),
              },
        ];
      }),
    ),
  };
}
