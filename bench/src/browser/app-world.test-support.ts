/**
 * The app as people use it: built, served by a real server with its sample organization, in real Chromium, each device behind a
 * network of its own that can be broken.
 */
import {
  offline,
  startChaosProxy,
  type ChaosProxy,
} from "@suture/client/testing";
import {
  sampleEmail,
  samplePassword,
  samplePeople,
  type PasswordHashing,
  type RunningServer,
} from "@suture/server";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Page,
} from "playwright-core";
import { expect } from "vitest";

import { findChromium } from "../../../.ci/chromium.mjs";
import {
  startChromium,
  type ChromiumProcess,
} from "./chromium-process.test-support.ts";
import {
  startSampleServer,
  type SampleServerOptions,
} from "../sample-server.ts";

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

/** Of the server that all devices of a world use. */
export type AppServerOptions = Pick<
  SampleServerOptions,
  "appDir" | "clock" | "settings" | "syncLimits"
>;

type Start = (options: AppServerOptions) => Promise<RunningServer>;

const maxDevices = 8;

export class AppWorld {
  readonly #directory: string;
  readonly #browser: Browser;
  readonly #networks: readonly ChaosProxy[];
  #running: RunningServer;
  readonly #start: Start;
  readonly #contexts: BrowserContext[] = [];
  readonly #mortals: ChromiumProcess[] = [];
  readonly #executablePath: string;
  #networksTaken = 0;

  private constructor(parts: {
    readonly directory: string;
    readonly browser: Browser;
    readonly networks: readonly ChaosProxy[];
    readonly running: RunningServer;
    readonly start: Start;
    readonly executablePath: string;
  }) {
    this.#directory = parts.directory;
    this.#browser = parts.browser;
    this.#networks = parts.networks;
    this.#running = parts.running;
    this.#start = parts.start;
    this.#executablePath = parts.executablePath;
  }

  static async create(options: AppServerOptions = {}): Promise<AppWorld> {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error("there is no Chromium");
    const directory = await mkdtemp(join(tmpdir(), "suture-app-"));
    const served = await startBehindNetworks(directory, options);
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox"],
    });
    return new AppWorld({ directory, browser, executablePath, ...served });
  }

  /** Of the server itself, with nothing between. */
  get url(): string {
    return this.#running.url;
  }

  /** A device with a browser of its own, which can be killed and is there again with the next call. */
  async openMortalDevice(
    network = this.#takeNetwork(),
  ): Promise<AppDevice & { kill(): Promise<void> }> {
    const { port } = new URL(network.url);
    const profile = join(this.#directory, `profile-${port}`);
    const running = await startChromium(this.#executablePath, profile);
    this.#mortals.push(running);
    const [context] = running.browser.contexts();
    if (context === undefined) throw new Error("it has no profile");
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    return { page, context, network, complaints, kill: () => running.kill() };
  }

  /** The same server, stopped and started again in another way. */
  async restart(options: AppServerOptions): Promise<void> {
    await this.#running.stop();
    this.#running = await this.#start(options);
  }

  /** What the server holds now, for `restore`: nobody can reach it meanwhile. */
  async backUp(): Promise<void> {
    await this.#standingStill((data, backup) =>
      cp(data, backup, { recursive: true }),
    );
  }

  /** The server loses whatever it was told since `backUp`. */
  async restore(): Promise<void> {
    await this.#standingStill(async (data, backup) => {
      await rm(data, { recursive: true });
      await cp(backup, data, { recursive: true });
    });
  }

  async #standingStill(
    work: (data: string, backup: string) => Promise<void>,
  ): Promise<void> {
    await this.#running.stop();
    await work(
      join(this.#directory, "server"),
      join(this.#directory, "backup"),
    );
    this.#running = await this.#start({});
  }

  /** A device that has never been used. */
  async openDevice(look: DeviceLook = {}): Promise<AppDevice> {
    const network = this.#takeNetwork();
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
    const complaints = complaintsOf(context);
    return { page: await context.newPage(), context, network, complaints };
  }

  #takeNetwork(): ChaosProxy {
    const network = this.#networks[this.#networksTaken];
    if (network === undefined) throw new Error("there are no more networks");
    this.#networksTaken += 1;
    return network;
  }

  async end(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    for (const mortal of this.#mortals) await mortal.kill();
    await this.#browser.close();
    for (const network of this.#networks) await network.close();
    await this.#running.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function complaintsOf(context: BrowserContext): readonly string[] {
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
  return complaints;
}

/** In another tab of the same device. */
export async function opened(
  context: BrowserContext,
  address: string,
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** A field that holds this. In a tab opened later than it was typed, that also says that it is kept. */
export async function fieldOf(page: Page, label: string, text: string) {
  const field = page.getByLabel(label, { exact: true });
  await field.waitFor();
  await expect.poll(() => field.inputValue()).toBe(text);
}

/** The app is kept on the device: what is loaded from now on needs no network. */
export async function isKept({ page }: AppDevice): Promise<void> {
  await page.evaluate("navigator.serviceWorker.ready.then(() => null)");
}

/** The networks have to know the server's port, and the server their addresses; somebody else may take the port meanwhile. */
async function startBehindNetworks(
  directory: string,
  options: AppServerOptions,
  attempts = 5,
) {
  const port = await freePort();
  const networks: ChaosProxy[] = [];
  while (networks.length < maxDevices)
    networks.push(await startChaosProxy({ to: `http://127.0.0.1:${port}` }));
  const start: Start = (how) =>
    startSampleServer({
      ...how,
      directory,
      port: `${port}`,
      allowedOrigins: networks.map(({ url }) => url),
      passwordHashing: cheapHashing,
    });
  try {
    return { networks, start, running: await start(options) };
  } catch (cause) {
    for (const network of networks) await network.close();
    if (attempts === 1) throw cause;
    return startBehindNetworks(directory, options, attempts - 1);
  }
}

/** As somebody of the sample, by typing. The app is there afterwards, and has what the server has. */
export async function signIn({ page, network }: AppDevice, who: PersonKey) {
  const { email, password } = accountOf(who);
  await page.goto(network.url);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("All your work is sent").waitFor();
}

/** Nothing of it reaches the server any more, and its page says so. */
export async function cutOff({ network, page }: AppDevice): Promise<void> {
  network.suffer(offline());
  await page.getByText("Offline").first().waitFor();
}

/** Whoever is here does not wait for the next try. Afterwards the server has all of their work. */
export async function comesBack({ network, page }: AppDevice): Promise<void> {
  network.heal();
  await page.reload();
  await page.getByText("All your work is sent").first().waitFor();
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
