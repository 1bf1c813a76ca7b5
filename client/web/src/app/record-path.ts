import type { RecordId } from "@suture/schema";

/** The page of a record; null where a kind of record has none. */
export function recordPathOf(
  recordType: string | null,
  recordId: RecordId,
): string | null {
  switch (recordType) {
    case "patient":
      return `/patients/${recordId}`;
    case "appointment":
      return `/appointments/${recordId}`;
    case "serviceJob":
      return `/jobs/${recordId}`;
    case "equipment":
      return `/equipment/${recordId}`;
    default:
      return null;
  }
}
