/** The README's examples, run as they stand there: against a server as `npm start` starts it, and in a simulated world. */
import { createMemoryTokenStore, type Client } from "@suture/client";
import * as clientForNode from "@suture/client/node";
import * as clientForTesting from "@suture/client/testing";
import type { World, WorldOptions } from "@suture/client/testing";
import { statusLabels } from "@suture/schema";
import { samplePassword, type RunningServer } from "@suture/server";
import * as serverForTesting from "@suture/server/testing";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import * as fridgeApp from "./fridge-app.test-support.ts";
import { exampleOf, runExample } from "./readme-example.test-support.ts";
import { startSampleServer } from "./sample-server.ts";

const patienceMs = 60_000;

let directory: string;
let running: RunningServer;
const clients: Client[] = [];

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

describe("against a server", () => {
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "suture-readme-"));
    running = await startSampleServer({ directory });
  }, patienceMs);

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await running.stop();
    await rm(directory, { recursive: true });
  });

  test(
    "[DM-14] the SDK in ten lines does what it says",
    async () => {
      const example = await exampleOf("readme-example");
      expect(linesOf(example)).toHaveLength(10);

      // Only where the server is and where the device lies are put in for what the README says.
      const placed = example
        .replace("http://127.0.0.1:8787", running.url)
        .replace("./ward-tablet", join(directory, "tablet"));
      const [label, ...others] = await runExample(placed, {
        "@suture/client/node": {
          ...clientForNode,
          createNodeClient: createClient,
        },
      });
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
});

test("[WO-48] a screen on a captive portal, tested in ten lines, shows what the README says, and recovers", async () => {
  const example = await exampleOf("readme-world");
  const [code = "", says = ""] = example.split("console.log(screen.text);\n");
  const imports = linesOf(code).filter((line) => line.startsWith("import "));
  expect(linesOf(example).length - imports.length).toBe(10);
  const shown = says.replaceAll(/^\/\/ /gm, "").trimEnd();

  let world: World | undefined;
  let screen: fridgeApp.FridgeScreen | undefined;
  try {
    const printed = await runExample(example, {
      "@suture/client/testing": {
        ...clientForTesting,
        createWorld: async (options: WorldOptions) =>
          (world = await clientForTesting.createWorld(options)),
      },
      "@suture/server/testing": serverForTesting,
      "./fridge-app.ts": {
        ...fridgeApp,
        FridgeScreen: {
          open: async (client: Client) =>
            (screen = await fridgeApp.FridgeScreen.open(client)),
        },
      },
    });
    expect(printed).toEqual([shown]);

    world?.heal();
    await world?.run(60_000);
    expect(screen?.text.split("\n").at(-1)).toBe(statusLabels.confirmed);
  } finally {
    await world?.close();
  }
});

/** Without comments and empty ones. */
function linesOf(example: string): readonly string[] {
  return example
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("//"));
}
