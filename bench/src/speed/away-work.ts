/**
 * One device that was away while its clinic went on: it holds every record of the clinic, has missed the edits of some, and brings
 * edits of its own to others. SPEC BE-6.
 */
import type { Away } from "./party.ts";
import type { StormRecord, StormWork } from "./storm-work.ts";

/** The one that comes back. */
export const returning = 0;
/** Who wrote what it missed. */
const colleague = 1;

/** Its first colleague's, then everybody else's, then what it has written itself and no longer has. */
export function missedRecords(
  { records }: StormWork,
  { missed }: Away,
): readonly StormRecord[] {
  const rank = ({ device }: StormRecord) =>
    device === colleague ? 0 : device === returning ? 2 : 1;
  return records
    .toSorted((one, other) => rank(one) - rank(other))
    .slice(0, missed);
}

export function broughtRecords(
  { records }: StormWork,
  { brought }: Away,
): readonly StormRecord[] {
  return records.filter(({ device }) => device === returning).slice(0, brought);
}
