import type { GroupContent, OpId, patient } from "@suture/schema";
import type { SutureRecord } from "@suture/client";

/** What a form on prescribing begins with: the settled content, or the version that was chosen. Null while neither is so. */
export function prescribingShown(
  record: SutureRecord<typeof patient>,
  candidate: OpId | undefined,
): GroupContent<typeof patient, "prescribing"> | null {
  const reading = record.group("prescribing");
  if (reading.status === "settled") return reading.content;
  const chosen = reading.candidates.find(({ opId }) => opId === candidate);
  return chosen?.content ?? null;
}
