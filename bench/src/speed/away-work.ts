/**
 * One device that was away while its clinic went on: it holds every record of the clinic, has missed the edits of some, and brings
 * edits of its own to others. Each of these records was edited once. SPEC BE-6.
 */
import type { Away } from "./party.ts";
import type { StormRecord, StormWork } from "./storm-work.ts";

/** The one that comes back. */
export const returning = 0;
/** Who wrote what it missed. */
const colleague = 1;

export function missedRecords(
  { records }: StormWork,
  { missed }: Away,
): readonly StormRecord[] {
  return records.filter(({ device }) => device === colleague).slice(0, missed);
}

export function broughtRecords(
  { records }: StormWork,
  { brought }: Away,
): readonly StormRecord[] {
  return records.filter(({ device }) => device === returning).slice(0, brought);
}
