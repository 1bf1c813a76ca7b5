import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";

import { systemTimers } from "../system-runtime.ts";
import { openWithin } from "./connect-websocket.ts";

let server: Server;
let url: string;
beforeEach(async () => {
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // What `listen` with a port gives.
  const { port } = server.address() as AddressInfo;
  url = `ws://127.0.0.1:${port}/sync`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A page of somebody else's that begins and never ends, but goes on coming. */
function answerWithoutEnd(page: string): void {
  server.on("request", (_request, response) => {
    response.writeHead(503, { "content-type": "text/html" });
    response.write(page);
    const drip = () => {
      response.write(" ");
      if (!response.closed) systemTimers.after(10, drip);
    };
    drip();
  });
}

const prove = () => Promise.resolve({});

test.each([
  ["<html>", 100],
  ["x".repeat(100_000), 60_000],
])(
  "[SY-21] a page that never ends is an answer all the same, and little of it is read",
  async (page, timeoutMs) => {
    answerWithoutEnd(page);
    const opened = await openWithin(timeoutMs, { url, prove });
    if (opened.ok || opened.error.kind !== "answered")
      throw new Error("it was answered");
    const { status, body } = opened.error;
    expect([status, body.trimEnd()]).toEqual([503, page.slice(0, 4_096)]);
  },
);

test.each([
  ["120", 120_000],
  ["soon", undefined],
  ["Wed, 21 Oct 2026 07:28:00 GMT", undefined],
])(
  "[SY-20] when a busy server asks to come back is read: %s",
  async (header, retryAfterMs) => {
    server.on("request", (_request, response) => {
      response.writeHead(503, { "retry-after": header }).end();
    });
    const opened = await openWithin(10_000, { url, prove });
    expect(opened).toMatchObject({ error: { status: 503, retryAfterMs } });
  },
);
