import type { Page } from "playwright-core";

/** Long enough for what was found before to be there. */
const restMs = 1_500;
const mostMs = 60_000;

/**
 * Types into the search for patients, and gives the milliseconds from the last key until there is what `isShown`, an expression in the page,
 * looks for, painted. It must not hold before. NaN where it did not come.
 */
export async function paintAfterSearch(
  page: Page,
  sought: string,
  isShown: string,
): Promise<number> {
  const field = page.getByLabel("Find a patient");
  await field.fill(sought.slice(0, -1));
  await page.waitForTimeout(restMs);
  await page.evaluate(`{
    globalThis.paintedAfterMs = new Promise((resolve) => {
      const onKey = ({ timeStamp }) => {
        const look = () => {
          if (performance.now() - timeStamp > ${mostMs}) return resolve(NaN);
          if (!(${isShown})) return requestAnimationFrame(look);
          requestAnimationFrame(() =>
            setTimeout(() => resolve(performance.now() - timeStamp)),
          );
        };
        look();
      };
      addEventListener("keydown", onKey, { once: true, capture: true });
    });
    null;
  }`);
  await field.press(sought.slice(-1));
  return Number(await page.evaluate("globalThis.paintedAfterMs"));
}

export const showsOnePatient = `document.querySelector(".virtual-list")?.children.length === 1`;
export const showsNoMatch = `document.body.textContent.includes("No match on this device")`;
