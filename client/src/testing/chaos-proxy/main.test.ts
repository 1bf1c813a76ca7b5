/** The chaos proxy as a process of its own, from the build. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { portalPage } from "../network/network-faults.ts";

const entryPoint = fileURLToPath(
  new URL("../../../dist/testing/chaos-proxy/main.js", import.meta.url),
);

vi.setConfig({ testTimeout: 60_000 });

let server: Server;
let child: ChildProcess;
let lines: Interface;

beforeEach(async () => {
  server = createServer((_request, response) => response.end("the server"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  child.kill("SIGKILL");
  server.closeAllConnections();
  server.close();
});

function start(...options: readonly string[]): void {
  child = spawn(process.execPath, [entryPoint, ...options], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  if (child.stdout === null) throw new Error("it has no stdout");
  lines = createInterface({ input: child.stdout });
}

async function nextLine(): Promise<string> {
  const [line] = (await once(lines, "line")) as [string];
  return line;
}

async function say(line: string): Promise<string> {
  child.stdin?.write(`${line}\n`);
  return nextLine();
}

test("[WO-46] the process says where it listens, does what it is told, says what was felt, and ends by a signal", async () => {
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("it does not listen");
  start("--to", `http://127.0.0.1:${address.port}`);
  const [, url = ""] = /^listening (http:.*)$/.exec(await nextLine()) ?? [];
  const read = async () => (await fetch(url)).text();

  expect(await say("fault captivePortal")).toBe("suffers captivePortal");
  const [felt, page] = await Promise.all([nextLine(), read()]);
  expect([felt, page]).toEqual(["felt captivePortal", portalPage]);
  expect(await say("heal")).toBe("healed");
  expect(await read()).toBe("the server");
  expect(
    await say(
      'fault slow {"latencyMs": 1, "jitterMs": 0, "bytesPerSecond": 100000}',
    ),
  ).toBe("suffers slow");

  const exited = once(child, "exit");
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

test("[WO-46] a line that is no command is answered by a sentence, and changes nothing", async () => {
  start("--to", "http://127.0.0.1:9");
  await nextLine();
  expect(await say("hurt captivePortal")).toMatch(/^not understood: Say /);
  expect(await say("fault flood")).toMatch(/there are .*captivePortal/);
  expect(await say('fault lossy {"share": 2}')).toMatch(/parameters of lossy/);
});

test("[WO-46] without an address to lead to it says how it is used", async () => {
  start();
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(2);
});
