/**
 * `npm run bench:app -- [--patients N] [--json]`: what the app costs whoever opens it, in Chromium on this machine, with a real server:
 * the bytes of a first load, the time from a cold start without a network to a usable list, and from a key to the paint behind it
 * while the device receives everything. Times depend on the machine; they are reported, and nothing is judged by them.
 */
import { samplePassword } from "@suture/server";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type BrowserContext, type Page } from "playwright-core";

import { chromiumMissing, findChromium } from "../../../.ci/chromium.mjs";
import { BudgetServer } from "./budget-server.ts";
import { paintsAfterKeys, percentile } from "./paints-after-keys.ts";

const { values } = parseArgs({
  options: {
    patients: { type: "string", default: "10000" },
    json: { type: "boolean", default: false },
  },
});
const patientCount = Number(values.patients);
const rounds = 5;
const directory = await mkdtemp(join(tmpdir(), "suture-budget-"));
const tell = (line: string) => console.error(line);

try {
  tell(`importing ${patientCount} patients …`);
  const server = await BudgetServer.start(directory);
  await server.stop();
  await importPatients();
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
  const startedMs = performance.now();
  const paintsMs = await paintsAfterKeys(page, () =>
    page.getByText("All your work is sent").first().isVisible(),
  );
  const receivedMs = performance.now() - startedMs;
  await page.goto("/patients");
  await page.getByText("Patient number").first().waitFor();
  await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
  await page.close();
  await server.stop();
  tell("cold starts without a network …");
  const startsMs: number[] = [];
  for (let round = 0; round < rounds; round++)
    startsMs.push(await coldStartMs(context));
  await browser.close();
  const figures = {
    patients: patientCount,
    firstLoadMegabytes: firstLoadBytes / 1e6,
    receivedSeconds: receivedMs / 1e3,
    keys: paintsMs.length,
    keyToPaintMsP50: percentile(paintsMs, 0.5),
    keyToPaintMsP95: percentile(paintsMs, 0.95),
    coldStartMsMedian: percentile(startsMs, 0.5),
    coldStartMsMost: Math.max(...startsMs),
  };
  for (const [name, figure] of Object.entries(figures))
    if (!values.json) console.log(`${name.padEnd(20)}${figure.toFixed(2)}`);
  if (values.json) console.log(JSON.stringify(figures));
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function importPatients(): Promise<void> {
  const lines = Array.from({ length: patientCount }, (_, number) =>
    JSON.stringify({
      resourceType: "Patient",
      id: `p${number}`,
      identifier: [{ system: "urn:budget", value: `B-${number}` }],
      name: [
        {
          family: `Family ${number % 997}`,
          given: ["Patient number", `${number}`],
        },
      ],
      gender: "unknown",
      birthDate: `19${50 + (number % 50)}-0${1 + (number % 9)}-11`,
    }),
  );
  const file = join(directory, "patients.ndjson");
  await writeFile(file, `${lines.join("\n")}\n`);
  const cli = new URL("../../../server/dist/cli.js", import.meta.url);
  const { status, stderr } = spawnSync(
    process.execPath,
    [cli.pathname, "import-fhir", "--data", join(directory, "server"), file],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`the import failed: ${stderr}`);
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

async function coldStartMs(context: BrowserContext): Promise<number> {
  const page = await context.newPage();
  const startMs = performance.now();
  await page.goto("/patients");
  await page.getByText("Patient number").first().waitFor();
  const tookMs = performance.now() - startMs;
  await page.close();
  return tookMs;
}
