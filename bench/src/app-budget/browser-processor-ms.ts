import type { Browser } from "playwright-core";

/** What all processes of the browser together have used so far; of a machine that others use, too, it says more than a clock. */
export async function browserProcessorMs(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1e3, 0);
}
