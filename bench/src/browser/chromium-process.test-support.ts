/** A browser whose process can be killed, and whose profile outlives it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { chromium, type Browser } from "playwright-core";

export interface ChromiumProcess {
  readonly browser: Browser;
  /** At once, as a device does that runs out of power or memory. */
  kill(): Promise<void>;
}

export async function startChromium(
  executablePath: string,
  profile: string,
): Promise<ChromiumProcess> {
  const child = spawn(
    executablePath,
    [
      "--headless=new",
      "--no-sandbox",
      "--no-first-run",
      "--lang=en-US",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = once(child, "exit");
  for await (const line of createInterface(child.stderr)) {
    const url = /DevTools listening on (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stderr.resume();
    return {
      browser: await chromium.connectOverCDP(url),
      async kill() {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }
  throw new Error("Chromium did not start");
}
