/** What every draft keeps, whatever came in: it could be written as it stands. */
import { expect } from "vitest";

import {
  canonicalize,
  defaultCanonicalLimits,
} from "../../canonical/canonical-json.ts";
import { encodeUtf8 } from "../../canonical/utf8.ts";
import { isRecordId } from "../../ids.ts";
import {
  archiveKey,
  createRecordTypes,
  entryKey,
  groupOf,
  partsOf,
  readRootKey,
} from "../../records/record-types.ts";
import { sutureRecords } from "../../records/suture-records.ts";
import type { RecordDraft } from "./record-draft.ts";

const types = createRecordTypes(sutureRecords);

export function expectValidDraft(draft: RecordDraft): void {
  const type = types.get(draft.type);
  if (type === undefined) throw new Error(`no type ${draft.type}`);
  expect(isRecordId(draft.recordId)).toBe(true);
  for (const name of Object.keys(draft.fields))
    expect(readRootKey(type, name).ok, name).toBe(true);
  for (const [name, entries] of Object.entries(draft.entries)) {
    const field = type.fields[name];
    if (field?.kind !== "set") throw new Error(`${name} is no set`);
    for (const [entryId, value] of Object.entries(entries)) {
      expect(readRootKey(type, entryKey(name, entryId)).ok).toBe(true);
      expect(field.schema.safeParse(value).success, name).toBe(true);
    }
  }
  for (const [name, content] of Object.entries(draft.groups)) {
    const group = groupOf(type, name);
    if (group === undefined) throw new Error(`${name} is no group`);
    expect(Object.keys(content).toSorted()).toEqual(
      Object.keys(group.parts).toSorted(),
    );
    for (const [partName, part] of partsOf(group)) {
      if (part.kind === "value")
        expect(part.schema.safeParse(content[partName]).success).toBe(true);
      else
        for (const entry of Object.values(content[partName] ?? {})) {
          expect(part.schema.safeParse(entry).success, partName).toBe(true);
          expect(part.isEnded(entry)).toBe(false);
        }
    }
    expect(group.check?.(content) ?? null).toBeNull();
    expect(encodeUtf8(canonicalize(content)).length).toBeLessThan(
      defaultCanonicalLimits.maxBytes,
    );
  }
  for (const [name, entries] of Object.entries(draft.archive))
    for (const entryId of Object.keys(entries))
      expect(readRootKey(type, archiveKey(name, entryId)).ok).toBe(true);
}
