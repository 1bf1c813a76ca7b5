/**
 * `npm run bench:app -- [--patients N] [--minutes M] [--json]`: what the app costs whoever opens it, in Chromium on this machine, with a
 * real server: the bytes of a first load, from a key to the paint behind it while the device receives everything, the time from a cold
 * start without a network to a usable list, and from the last key of a search among all patients to what it found. Receiving ends after
 * M minutes (8), and then it says that it was not over: what follows is of what had come. Times depend on the machine, and processor
 * times less so; they are reported, and nothing is judged by them.
 */
import { samplePassword } from "@suture/server";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Page,
} from "playwright-core";

import { chromiumMissing, findChromium } from "../../../.ci/chromium.mjs";
import { browserProcessorMs } from "./browser-processor-ms.ts";
import { RestartableServer } from "../restartable-server.ts";
import { importPatients } from "./import-patients.ts";
import {
  paintAfterSearch,
  showsNoMatch,
  showsOnePatient,
} from "./paint-after-search.ts";
import { paintsAfterKeys, percentile } from "./paints-after-keys.ts";

const { values } = parseArgs({
  options: {
    patients: { type: "string", default: "10000" },
    minutes: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});
const patientCount = Number(values.patients);
const mostReceivingMs = Number(values.minutes) * 60_000;
const rounds = 5;
/** A machine that others use takes its time. */
const patiently = { timeout: 120_000 };
const directory = await mkdtemp(join(tmpdir(), "suture-budget-"));
const beganMs = performance.now();
const tell = (line: string) =>
  console.error(
    `${((performance.now() - beganMs) / 1e3).toFixed(0).padStart(4)} s  ${line}`,
  );

try {
  tell(`importing ${patientCount} patients …`);
  const server = await RestartableServer.start(directory);
  await server.stop();
  await importPatients(directory, patientCount);
  await server.startAgain();
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(chromiumMissing);
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox"],
  });
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  tell("a first load …");
  const firstLoadBytes = await bytesOf(page, async () => {
    await page.goto("/", { waitUntil: "networkidle" });
  });
  tell("typing while everything is received …");
  await signIn(page);
  const receiving = await measured(browser, async () => {
    const endMs = performance.now() + mostReceivingMs;
    return paintsAfterKeys(
      page,
      async () => (await hasReceived(page)) || performance.now() > endMs,
      (keyCount) => tell(`${keyCount} keys`),
    );
  });
  const isAllReceived = await hasReceived(page);
  if (!isAllReceived) tell(`not over after ${values.minutes} minutes`);
  await page.goto("/patients");
  await page.getByText("Patient number").first().waitFor(patiently);
  await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
  await page.close();
  await server.stop();
  tell("cold starts without a network …");
  const starts: Measured<void>[] = [];
  for (let round = 0; round < rounds; round++)
    starts.push(await coldStart(browser, context));
  tell("searching without a network …");
  const searches = isAllReceived ? await searchOffline(context) : {};
  await browser.close();
  const startsMs = starts.map(({ tookMs }) => tookMs);
  const figures = {
    patients: patientCount,
    firstLoadMegabytes: firstLoadBytes / 1e6,
    isAllReceived: Number(isAllReceived),
    receivedSeconds: receiving.tookMs / 1e3,
    receivedProcessorSeconds: receiving.processorMs / 1e3,
    keys: receiving.result.length,
    keyToPaintMsP50: percentile(receiving.result, 0.5),
    keyToPaintMsP95: percentile(receiving.result, 0.95),
    coldStartMsMedian: percentile(startsMs, 0.5),
    coldStartMsMost: Math.max(...startsMs),
    coldStartProcessorMs: percentile(
      starts.map(({ processorMs }) => processorMs),
      0.5,
    ),
    ...searches,
  };
  for (const [name, figure] of Object.entries(figures))
    if (!values.json) console.log(`${name.padEnd(26)}${figure.toFixed(2)}`);
  if (values.json) console.log(JSON.stringify(figures));
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function bytesOf(page: Page, load: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await load();
  return bytes;
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel("E-mail").fill("clinician@riverbend.example");
  await page.getByLabel("Password").fill(samplePassword);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Patients" }).click();
}

function hasReceived(page: Page): Promise<boolean> {
  return page.getByText("All your work is sent").first().isVisible();
}

interface Measured<T> {
  readonly result: T;
  readonly tookMs: number;
  /** Of all the browser's processes. */
  readonly processorMs: number;
}

async function measured<T>(
  browser: Browser,
  work: () => Promise<T>,
): Promise<Measured<T>> {
  const beforeMs = await browserProcessorMs(browser);
  const startMs = performance.now();
  const result = await work();
  const tookMs = performance.now() - startMs;
  const processorMs = (await browserProcessorMs(browser)) - beforeMs;
  return { result, tookMs, processorMs };
}

async function coldStart(
  browser: Browser,
  context: BrowserContext,
): Promise<Measured<void>> {
  const page = await context.newPage();
  const start = await measured(browser, async () => {
    await page.goto("/patients");
    await page.getByText("Patient number").first().waitFor(patiently);
  });
  await page.close();
  return start;
}

async function searchOffline(context: BrowserContext) {
  const page = await context.newPage();
  await page.goto("/patients");
  await page.getByText("Patient number").first().waitFor(patiently);
  const last = patientCount - 1;
  const searchByIdMs = await paintAfterSearch(
    page,
    `b-${last}`,
    showsOnePatient,
  );
  const searchByNumberMs = await paintAfterSearch(
    page,
    `${last}`,
    showsOnePatient,
  );
  const searchInVainMs = await paintAfterSearch(
    page,
    `b-${last}x`,
    showsNoMatch,
  );
  await page.close();
  return { searchByIdMs, searchByNumberMs, searchInVainMs };
}
