/** Days and times as the clock on the wall has them. */

/** Midnight before. */
export function dayStartOf(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

/** Midnight `days` later: by the calendar, as a day may have 23 hours. */
export function daysAfter(startMs: number, days: number): number {
  const day = new Date(startMs);
  return day.setDate(day.getDate() + days);
}

/** `YYYY-MM-DD` here. */
export function dayText(atMs: number): string {
  const day = new Date(atMs);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** `HH:MM` here. */
export function timeText(atMs: number): string {
  return new Date(atMs).toTimeString().slice(0, 5);
}

/** What a day and a time here are; null where they are none. */
export function instantOf(day: string, time: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}/.test(time))
    return null;
  const atMs = Date.parse(`${day}T${time.slice(0, 5)}`);
  return Number.isNaN(atMs) ? null : atMs;
}
