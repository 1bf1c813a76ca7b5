import { isRecordId, type DecodedChange, type RecordId } from "@suture/schema";

const wordPattern = /[1-9A-HJ-NP-Za-km-z]{20,30}/g;

/** The other records that a change's values name: their creation goes to the server first. SPEC CL-7. */
export function namedRecords(
  recordId: RecordId,
  change: DecodedChange,
): RecordId[] {
  const named = new Set<RecordId>();
  for (const { value } of change.ops) {
    if (typeof value !== "string" || value.length < 20) continue;
    for (const [word] of value.matchAll(wordPattern))
      if (word !== recordId && isRecordId(word)) named.add(word);
  }
  return [...named];
}
