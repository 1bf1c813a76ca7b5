/** Networks that answer in a server's place, and what becomes of frames across connections: as `ws` and `fetch` see it. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer, type RawData } from "ws";

import {
  busy,
  captivePortal,
  lateFrames,
  portalPage,
  repeatedFrames,
  stripsWebSocket,
  type NetworkFault,
  type NetworkFaultName,
} from "../network/network-faults.ts";
import type { ChaosProxy } from "./chaos-proxy.ts";
import { startChaosProxy } from "./start-chaos-proxy.ts";

let server: Server;
let sockets: WebSocketServer;
let proxy: ChaosProxy;
let onFrame: () => void = () => undefined;
/** What the server was sent, with the number of its connection. */
const frames: string[] = [];
const requests: IncomingMessage[] = [];
const felt: NetworkFaultName[] = [];
const opened: WebSocket[] = [];

beforeEach(async () => {
  let connections = 0;
  server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(request.method === "POST" ? 201 : 426);
    request.pipe(response);
  });
  sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    connections += 1;
    const number = connections;
    socket.on("message", (frame: RawData) => {
      if (Buffer.isBuffer(frame)) frames.push(`${number} ${frame.toString()}`);
      onFrame();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("it does not listen");
  proxy = await startChaosProxy({
    to: `http://127.0.0.1:${address.port}`,
    onFelt: (name) => felt.push(name),
  });
});

afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await proxy.close();
  sockets.close();
  server.closeAllConnections();
  server.close();
  for (const list of [frames, requests, felt]) list.length = 0;
});

async function open(): Promise<WebSocket> {
  const socket = new WebSocket(proxy.url.replace("http", "ws"));
  opened.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "open");
  return socket;
}

/** What a request for a socket is answered instead of one. */
async function refusalOf(): Promise<IncomingMessage> {
  const socket = new WebSocket(proxy.url.replace("http", "ws"));
  socket.on("error", () => undefined);
  const [, answer] = (await once(socket, "unexpected-response")) as [
    unknown,
    IncomingMessage,
  ];
  return answer;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  return Buffer.concat(await answer.toArray()).toString();
}

function whenFrames(count: number): Promise<void> {
  return new Promise((resolve) => {
    onFrame = () => {
      if (frames.length === count) resolve();
    };
    onFrame();
  });
}

test("[WO-44] a captive portal answers everything with its page, also on connections that were there", async () => {
  const socket = await open();
  expect((await fetch(proxy.url)).status).toBe(426);
  const end = proxy.suffer(captivePortal());
  await once(socket, "close");
  const answer = await refusalOf();
  expect(answer.statusCode).toBe(200);
  expect(await textOf(answer)).toBe(portalPage);
  const page = await fetch(proxy.url, { method: "POST", body: "a form" });
  expect(page.headers.get("content-type")).toContain("text/html");
  expect(await page.text()).toBe(portalPage);
  expect(requests).toHaveLength(1);
  end();
  expect((await fetch(proxy.url)).status).toBe(426);
  await open();
});

test("[WO-44] a busy network answers 503 and when to come again; a socket that is open goes on", async () => {
  const socket = await open();
  expect((await fetch(proxy.url)).status).toBe(426);
  proxy.suffer(busy({ retryAfterMs: 7_500 }));
  const answer = await refusalOf();
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([
    503,
    "8",
  ]);
  expect((await fetch(proxy.url)).status).toBe(503);
  socket.send("still here");
  await whenFrames(1);
  expect(frames).toEqual(["1 still here"]);
});

test("[WO-44] a proxy that strips WebSocket passes requests on, without what asks for a socket", async () => {
  proxy.suffer(stripsWebSocket());
  expect((await refusalOf()).statusCode).toBe(426);
  expect(requests[0]?.headers).toMatchObject({ "sec-websocket-version": "13" });
  expect(requests[0]?.headers.upgrade).toBeUndefined();
  const posted = await fetch(`${proxy.url}/v1/any?a=1`, {
    method: "POST",
    headers: { authorization: "a token" },
    body: "body",
  });
  expect([posted.status, await posted.text()]).toEqual([201, "body"]);
  expect(requests[1]?.url).toBe("/v1/any?a=1");
  expect(requests[1]?.headers.authorization).toBe("a token");
});

test("[WO-44] of two faults that answer, the one that began first does", async () => {
  const faults: readonly NetworkFault[] = [captivePortal(), stripsWebSocket()];
  for (const fault of faults) proxy.suffer(fault);
  expect((await refusalOf()).statusCode).toBe(200);
  proxy.heal();
  expect(proxy.faults).toEqual([]);
  for (const fault of faults.toReversed()) proxy.suffer(fault);
  expect((await refusalOf()).statusCode).toBe(426);
});

test("[WO-45] late frames: the device sees its connection break, and what it had sent arrives after the next one has opened", async () => {
  const socket = await open();
  socket.send("hello");
  await whenFrames(1);
  proxy.suffer(lateFrames());
  socket.send("late");
  await once(socket, "close");
  expect(frames).toEqual(["1 hello"]);
  await open();
  await whenFrames(2);
  expect(frames).toEqual(["1 hello", "1 late"]);
  expect(felt).toEqual(["lateFrames"]);
});

test("[WO-45] repeated frames: each arrives twice but the first, and once more on the next connection behind its first", async () => {
  proxy.suffer(repeatedFrames());
  const socket = await open();
  const long = "x".repeat(70_000);
  for (const text of ["hello", "short", "y".repeat(300), long])
    socket.send(text);
  await whenFrames(7);
  socket.terminate();
  const next = await open();
  next.send("hello again");
  await whenFrames(11);
  expect(
    frames.map((frame) => `${frame.slice(0, 12)} ${frame.length}`),
  ).toEqual([
    "1 hello 7",
    "1 short 7",
    "1 short 7",
    "1 yyyyyyyyyy 302",
    "1 yyyyyyyyyy 302",
    "1 xxxxxxxxxx 70002",
    "1 xxxxxxxxxx 70002",
    "2 hello agai 13",
    "2 short 7",
    "2 yyyyyyyyyy 302",
    "2 xxxxxxxxxx 70002",
  ]);
});
