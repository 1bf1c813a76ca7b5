import type { StormRecord, StormWork } from "../storm-work.ts";

const clinic = 0;
/** As many edits as take some seconds. */
const recordsPerDevice = 4;

/** Of one clinic, a few records of each of its devices. */
export function recordsOnScreens({
  records,
}: StormWork): readonly StormRecord[] {
  const countByDevice = new Map<number, number>();
  return records.filter((record) => {
    if (record.clinic !== clinic) return false;
    const count = (countByDevice.get(record.device) ?? 0) + 1;
    countByDevice.set(record.device, count);
    return count <= recordsPerDevice;
  });
}
