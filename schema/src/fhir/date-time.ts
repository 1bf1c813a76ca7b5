/**
 * FHIR R4 `date`, `dateTime` and `Period`, and the one form in which bookings are compared.
 *
 * A partial date stays partial: "1974-12" is what is known, and no day is made up. Days that no calendar holds are refused.
 */
import { z } from "zod";

const datePattern = /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/;
const timePattern =
  /^T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;
const utcInstantPattern =
  /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** YYYY, YYYY-MM or YYYY-MM-DD. */
export const dateSchema = z.string().max(10).refine(isDate, "not a FHIR date");

/** A date, or a date with time and offset. */
export const dateTimeSchema = z
  .string()
  .max(40)
  .refine(isDateTime, "not a FHIR dateTime");

/**
 * RFC 3339 in UTC with three decimals, as `Date.toISOString` writes it: one text for one instant, so that intervals of
 * different clinics compare and equal bookings have equal digests.
 */
export const utcInstantSchema = z
  .string()
  .max(24)
  .refine(isUtcInstant, "not an instant in UTC");

/** When something was in force. Either end may be open; without both there is nothing to say. */
export const periodSchema = z
  .strictObject({
    start: dateTimeSchema.exactOptional(),
    end: dateTimeSchema.exactOptional(),
  })
  .refine(
    ({ start, end }) => start !== undefined || end !== undefined,
    "a period has a start or an end",
  );
export type Period = z.infer<typeof periodSchema>;

/** Half-open: from `start` up to, not including, `end`. */
export const intervalSchema = z
  .strictObject({ start: utcInstantSchema, end: utcInstantSchema })
  .refine(
    ({ start, end }) => Date.parse(start) < Date.parse(end),
    "an interval ends after it starts",
  );
export type Interval = z.infer<typeof intervalSchema>;

export function isDate(text: string): boolean {
  if (!datePattern.test(text)) return false;
  const [year = 0, month = 1, day = 1] = text.split("-").map(Number);
  return year > 0 && day <= daysInMonth(year, month);
}

export function isDateTime(text: string): boolean {
  const timeAt = text.indexOf("T");
  if (timeAt === -1) return isDate(text);
  return (
    timeAt === 10 &&
    isDate(text.slice(0, timeAt)) &&
    timePattern.test(text.slice(timeAt))
  );
}

function isUtcInstant(text: string): boolean {
  return utcInstantPattern.test(text) && isDate(text.slice(0, 10));
}

function daysInMonth(year: number, month: number): number {
  // Day 0 of the next month is the last of this one; pure arithmetic, no clock.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
