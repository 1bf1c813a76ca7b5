import type { Page } from "playwright-core";

/** The browser reports no event that was painted sooner. */
const leastReportedMs = 16;
const keysBetween = 100;

/**
 * Types into the search for patients until `isOver`, and gives for each key the milliseconds until what it changed was painted, by the
 * browser's own event timing (in steps of 8 ms). `onKeys` hears how many there were, now and then.
 */
export async function paintsAfterKeys(
  page: Page,
  isOver: () => Promise<boolean>,
  onKeys: (keyCount: number) => void,
): Promise<readonly number[]> {
  await page.evaluate(`{
    globalThis.slowKeys = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        if (entry.name === "keydown") globalThis.slowKeys.push(entry.duration);
    }).observe({ type: "event", durationThreshold: ${leastReportedMs} });
  }`);
  const field = page.getByLabel("Find a patient");
  await field.focus();
  let keyCount = 0;
  do {
    await field.press("a");
    await field.press("Backspace");
    keyCount += 2;
    if (keyCount % keysBetween === 0) onKeys(keyCount);
    await page.waitForTimeout(60);
  } while (!(await isOver()));
  const slow: unknown = await page.evaluate("globalThis.slowKeys");
  const reported = Array.isArray(slow) ? slow.map(Number) : [];
  const quick = Math.max(0, keyCount - reported.length);
  return [...reported, ...Array.from({ length: quick }, () => leastReportedMs)];
}

/** Of at least one value. */
export function percentile(valuesOf: readonly number[], share: number): number {
  const sorted = valuesOf.toSorted((left, right) => left - right);
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return sorted[at] ?? NaN;
}
