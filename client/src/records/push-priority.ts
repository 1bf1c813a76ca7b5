import type { Clock, Edit, Priority, RecordType } from "@suture/schema";
import { groupOf } from "@suture/schema";

const soonMs = 24 * 60 * 60 * 1000;

/**
 * How urgent a change is: resolutions and the statements declared so come first, then bookings within 24 hours, then other
 * statements, then the rest. Only a device has a clock to say "within 24 hours" by; nothing else depends on it. SPEC CL-7.
 */
export function pushPriority(
  type: RecordType,
  edits: readonly Edit[],
  clock: Clock,
): Priority {
  if (edits.some(({ kind }) => kind === "resolution")) return 0;
  return edits.reduce<Priority>((most, edit) => {
    if (edit.kind !== "statement") return most;
    const declared = groupOf(type, edit.name)?.priority ?? 3;
    const priority =
      declared === 2 && isSoon(edit.statement.content["period"], clock)
        ? 1
        : declared;
    return priority < most ? priority : most;
  }, 3);
}

/** Whether an interval starts in the next 24 hours, or has started and not ended. */
function isSoon(period: unknown, clock: Clock): boolean {
  if (typeof period !== "object" || period === null) return false;
  const startMs = "start" in period ? Date.parse(String(period.start)) : NaN;
  const endMs = "end" in period ? Date.parse(String(period.end)) : NaN;
  const nowMs = clock.now();
  return startMs < nowMs + soonMs && endMs > nowMs;
}
