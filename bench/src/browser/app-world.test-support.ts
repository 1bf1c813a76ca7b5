/**
 * The app as people use it: built, served by a real server with its sample organization, in real Chromium, each device behind a
 * network of its own that can be broken.
 */
import { startChaosProxy, type ChaosProxy } from "@suture/client/testing";
import {
  sampleEmail,
  samplePassword,
  samplePeople,
  type PasswordHashing,
  type RunningServer,
} from "@suture/server";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Page,
} from "playwright-core";

import { findChromium } from "../../../.ci/chromium.mjs";
import { startSampleServer } from "../sample-server.test-support.ts";

export type PersonKey = (typeof samplePeople)[number]["key"];

/** What passwords are kept by is proven elsewhere; here it would only cost time. */
const cheapHashing: PasswordHashing = {
  hash: async (password) => `plain:${password}`,
  verify: async (hash, password) => hash === `plain:${password}`,
};

export interface AppDevice {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Between this device and the server. */
  readonly network: ChaosProxy;
  /** What its pages said on the console that they should not have, and what they threw. */
  readonly complaints: readonly string[];
}

export interface DeviceLook {
  readonly isPhone?: boolean;
  readonly colorScheme?: "light" | "dark";
}

const maxDevices = 4;

export class AppWorld {
  readonly #directory: string;
  readonly #browser: Browser;
  readonly #networks: ChaosProxy[];
  readonly #running: RunningServer;
  readonly #contexts: BrowserContext[] = [];

  private constructor(parts: {
    readonly directory: string;
    readonly browser: Browser;
    readonly networks: ChaosProxy[];
    readonly running: RunningServer;
  }) {
    this.#directory = parts.directory;
    this.#browser = parts.browser;
    this.#networks = parts.networks;
    this.#running = parts.running;
  }

  static async create(): Promise<AppWorld> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error("there is no Chromium");
    const directory = await mkdtemp(join(tmpdir(), "suture-app-"));
    const { networks, running } = await startBehindNetworks(directory);
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox"],
    });
    return new AppWorld({ directory, browser, networks, running });
  }

  /** Of the server itself, with nothing between. */
  get url(): string {
    return this.#running.url;
  }

  /** A device that has never been used. */
  async openDevice(look: DeviceLook = {}): Promise<AppDevice> {
    const network = this.#networks.pop();
    if (network === undefined) throw new Error("there are no more networks");
    const { isPhone = false, colorScheme = "light" } = look;
    const context = await this.#browser.newContext({
      baseURL: network.url,
      colorScheme,
      reducedMotion: "reduce",
      viewport: isPhone
        ? { width: 360, height: 740 }
        : { width: 1280, height: 800 },
      hasTouch: isPhone,
    });
    this.#contexts.push(context);
    const complaints: string[] = [];
    context.on("weberror", (error) =>
      complaints.push(String(error.error().stack)),
    );
    context.on("console", (message) => {
      // What a broken network does the browser says by itself.
      const isNetwork = /ERR_|Failed to load resource|WebSocket/.test(
        message.text(),
      );
      if (message.type() === "error" && !isNetwork)
        complaints.push(message.text());
    });
    return { page: await context.newPage(), context, network, complaints };
  }

  async end(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    await this.#browser.close();
    for (const network of this.#networks) await network.close();
    await this.#running.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** The app is kept on the device: what is loaded from now on needs no network. */
export async function isKept({ page }: AppDevice): Promise<void> {
  await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
}

/** The networks have to know the server's port, and the server their addresses; somebody else may take the port meanwhile. */
async function startBehindNetworks(directory: string, attempts = 5) {
  const port = await freePort();
  const networks: ChaosProxy[] = [];
  while (networks.length < maxDevices)
    networks.push(await startChaosProxy({ to: `http://127.0.0.1:${port}` }));
  try {
    const running = await startSampleServer({
      directory,
      port: `${port}`,
      allowedOrigins: networks.map(({ url }) => url),
      passwordHashing: cheapHashing,
    });
    return { networks, running };
  } catch (cause) {
    for (const network of networks) await network.close();
    if (attempts === 1) throw cause;
    return startBehindNetworks(directory, attempts - 1);
  }
}

/** As somebody of the sample, by typing. The app is there afterwards, and has what the server has. */
export async function signIn({ page }: AppDevice, who: PersonKey) {
  const { email, password } = accountOf(who);
  await page.goto("/");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("All your work is sent").waitFor();
}

export function accountOf(who: PersonKey) {
  const person = samplePeople.find(({ key }) => key === who);
  if (person === undefined) throw new Error(`there is no ${who}`);
  return { email: sampleEmail(person), password: samplePassword };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === "string")
    throw new Error("no port is free");
  return address.port;
}
