/**
 * How often people open again what they saved, only to look, as their devices counted it: per device, member and day, counts only.
 * What is told is added up by week. SPEC HT-14.
 *
 * A device's counts of a day only rise, so the greater of two that arrive holds: a report may be sent again, and in any order.
 */
import {
  defineTable,
  deviceIdSchema,
  type DeviceId,
  type RecordId,
  type Store,
} from "@suture/schema";
import { z } from "@hono/zod-openapi";

const countShape = {
  saveCount: z.int().min(0).max(100_000),
  /** Of these saves. */
  reopenCount: z.int().min(0).max(100_000),
};

/** `[day, memberId, deviceId]` */
export const reopenCountsTable = defineTable({
  name: "reopen_counts",
  schema: z.object(countShape),
});

const daySchema = z.iso.date();

export const reopenReportSchema = z.object({
  deviceId: deviceIdSchema,
  /** Of the saves, in UTC, by the device's clock. */
  days: z
    .array(
      z
        .object({ day: daySchema, ...countShape })
        .refine(({ saveCount, reopenCount }) => reopenCount <= saveCount),
    )
    .max(31),
});
export type ReopenReport = z.infer<typeof reopenReportSchema>;

export const reopenWeekSchema = z
  .object({
    /** Its Monday. */
    fromDay: daySchema,
    saveCount: z.int().nonnegative(),
    reopenCount: z.int().nonnegative(),
    deviceCount: z.int().positive(),
  })
  .openapi("ReopenWeek");
export type ReopenWeek = z.infer<typeof reopenWeekSchema>;

const dayMs = 24 * 60 * 60_000;
const weeksKept = 9;

/** Days that nobody asks for any more, or that have not begun anywhere, are not kept. */
export async function keepReopenReport(
  store: Store,
  of: { readonly organizationId: RecordId; readonly memberId: RecordId },
  { deviceId, days }: ReopenReport,
  nowMs: number,
): Promise<void> {
  const oldest = oldestDay(nowMs);
  const latest = dayOf(nowMs + dayMs);
  await store.write(of.organizationId, async (tx) => {
    for (const { day, saveCount, reopenCount } of days) {
      if (day < oldest || day > latest) continue;
      const key = [day, of.memberId, deviceId];
      const held = await tx.get(reopenCountsTable, key);
      await tx.put(reopenCountsTable, key, {
        saveCount: Math.max(saveCount, held?.saveCount ?? 0),
        reopenCount: Math.max(reopenCount, held?.reopenCount ?? 0),
      });
    }
    const past = await tx.scan(reopenCountsTable, {
      before: [oldest],
      limit: 100,
    });
    for (const { key } of past) await tx.delete(reopenCountsTable, key);
  });
}

/** The latest week first; weeks of which nothing is known are left out. */
export async function readReopenWeeks(
  store: Store,
  organizationId: RecordId,
  nowMs: number,
): Promise<readonly ReopenWeek[]> {
  const rows = await store.read(organizationId, (tx) =>
    tx.scan(reopenCountsTable, { after: [oldestDay(nowMs)] }),
  );
  const weeks = new Map<
    string,
    { saveCount: number; reopenCount: number; devices: Set<DeviceId> }
  >();
  for (const { key, value } of rows) {
    const fromDay = mondayOf(daySchema.parse(key[0]));
    const week = weeks.get(fromDay) ?? {
      saveCount: 0,
      reopenCount: 0,
      devices: new Set<DeviceId>(),
    };
    weeks.set(fromDay, week);
    week.saveCount += value.saveCount;
    week.reopenCount += value.reopenCount;
    week.devices.add(deviceIdSchema.parse(key[2]));
  }
  return [...weeks]
    .map(([fromDay, { devices, ...counts }]) => ({
      fromDay,
      ...counts,
      deviceCount: devices.size,
    }))
    .sort((left, right) => (left.fromDay < right.fromDay ? 1 : -1));
}

function oldestDay(nowMs: number): string {
  return mondayOf(dayOf(nowMs - (weeksKept - 1) * 7 * dayMs));
}

function mondayOf(day: string): string {
  const atMs = Date.parse(day);
  const daysSinceMonday = (new Date(atMs).getUTCDay() + 6) % 7;
  return dayOf(atMs - daysSinceMonday * dayMs);
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
