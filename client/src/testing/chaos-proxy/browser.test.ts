/** A page in a real browser, reached through the chaos proxy: it meets the same network as a device. */
import { spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";

import { captivePortal } from "../network/network-faults.ts";
import { startChaosProxy } from "./start-chaos-proxy.ts";

const patienceMs = 120_000;
const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

/** Opens a socket again and again, and tells what it saw since it last could: of the socket, and of the page at its own address. */
const page = `<!doctype html><title>A ward</title><script>
const seen = [];
function open() {
  const socket = new WebSocket(location.href.replace("http", "ws"));
  socket.onopen = () => {
    fetch("/seen", { method: "POST", body: [...seen.splice(0), "open"].join() });
  };
  socket.onclose = async () => {
    const page = await fetch("/").then((answer) => answer.text(), () => "");
    seen.push(/<title>(.*)<.title>/.exec(page)?.[1] ?? "nothing");
    setTimeout(open, 50);
  };
}
open();
</script>`;

test(
  "[WO-41] a page in a browser meets the captive portal, and its socket is back when that is gone",
  async (context) => {
    if (browser === undefined) return context.skip("missing: chromium");
    const told = new EventEmitter();
    const server = createServer((request, response) => {
      if (request.method === "POST")
        request.on("data", (seen) => told.emit("seen", String(seen)));
      response.setHeader("content-type", "text/html");
      response.end(page);
    });
    const sockets = new WebSocketServer({ server });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string")
      throw new Error("it does not listen");
    const proxy = await startChaosProxy({
      to: `http://127.0.0.1:${address.port}`,
      onFelt: () => told.emit("felt"),
    });
    const profile = await mkdtemp(join(tmpdir(), "suture-browser-"));
    const running = spawn(
      browser,
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        `--user-data-dir=${profile}`,
        `${proxy.url}/`,
      ],
      { stdio: "ignore" },
    );
    try {
      expect(await once(told, "seen")).toEqual(["open"]);
      const end = proxy.suffer(captivePortal());
      // The page asks for itself and for a socket, in turns; the browser asks for what it likes to have.
      for (let asked = 0; asked < 5; asked += 1) await once(told, "felt");
      end();
      const [seen] = (await once(told, "seen")) as [string];
      expect(seen).toMatch(/\bWelcome,(.*,)?open$/);
    } finally {
      const exited = once(running, "exit");
      running.kill("SIGKILL");
      await exited;
      await proxy.close();
      sockets.close();
      server.closeAllConnections();
      server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 10 });
    }
  },
  patienceMs,
);
