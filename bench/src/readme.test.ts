/** The README's example, run as it stands there against a server as `npm start` starts it. */
import { createMemoryTokenStore, type Client } from "@suture/client";
import * as clientForNode from "@suture/client/node";
import { statusLabels } from "@suture/schema";
import { samplePassword, type RunningServer } from "@suture/server";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { startSampleServer } from "./sample-server.test-support.ts";

const readme = new URL("../../README.md", import.meta.url);
const patienceMs = 60_000;

let directory: string;
let running: RunningServer;
const clients: Client[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "suture-readme-"));
  running = await startSampleServer({ directory });
}, patienceMs);

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await running.stop();
  await rm(directory, { recursive: true });
});

async function exampleOf(marker: string): Promise<string> {
  const text = await readFile(readme, "utf8");
  const [, after = ""] = text.split(`<!-- ${marker}`);
  const [, example = ""] = /```ts\n(.*?)```/s.exec(after) ?? [];
  return example;
}

/** Runs it as a module; only where the server is and where the device lies are put in for what the README says. */
async function runExample(example: string): Promise<readonly unknown[]> {
  const printed: unknown[] = [];
  const body = example
    .replace(
      /^import (\{[^}]*\}) from "@suture\/client\/node";$/m,
      "const $1 = client;",
    )
    .replace("http://127.0.0.1:8787", running.url)
    .replace("./ward-tablet", join(directory, "tablet"));
  const { constructor } = Object.getPrototypeOf(async () => undefined);
  const run = Reflect.construct(constructor, ["client", "console", body]);
  await Reflect.apply(run as () => Promise<void>, undefined, [
    { ...clientForNode, createNodeClient: createClient },
    { log: (...values: unknown[]) => printed.push(...values) },
  ]);
  return printed;
}

async function createClient(
  options: clientForNode.NodeClientOptions,
): Promise<Client> {
  const client = await clientForNode.createNodeClient(options);
  clients.push(client);
  return client;
}

function whenSent(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const look = async () => {
      if ((await client.unsynced()).length > 0) return;
      stop();
      resolve();
    };
    const stop = client.watch(() => void look());
    void look();
  });
}

test(
  "[DM-14] the README's example does what it says, in ten lines",
  async () => {
    const example = await exampleOf("readme-example");
    const lines = example
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("//"));
    expect(lines).toHaveLength(10);

    const [label, ...others] = await runExample(example);
    expect([statusLabels.queued, statusLabels.synced]).toContain(label);
    expect(others).toEqual([]);

    const [tablet] = clients;
    if (tablet === undefined) throw new Error("the example made no client");
    await whenSent(tablet);
    const colleague = await createClient({
      url: running.url,
      directory: join(directory, "desk"),
      tokens: createMemoryTokenStore(),
    });
    await colleague.signIn({
      email: "receptionist@riverbend.example",
      password: samplePassword,
      deviceName: "Front desk",
    });
    await colleague.catchUp();
    const [alma] = await colleague.patients.list({ matching: "alma" });
    expect(Object.values(alma?.fields.notes ?? {})).toContainEqual({
      status: "active",
      text: "Prefers mornings.",
    });
  },
  patienceMs,
);
