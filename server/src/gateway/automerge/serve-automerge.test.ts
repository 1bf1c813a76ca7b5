/** The sockets of plain Automerge clients, real ones: who is let in, and who has gone. */
import { once } from "node:events";
import { createServer } from "node:http";
import {
  deviceIdSchema,
  identityError,
  randomUuid,
  type MessageSocket,
} from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import type { TicketHolder } from "../../identity/automerge-tickets.ts";
import {
  createIdentityWorld,
  signInSomebody,
  type IdentityWorld,
} from "../../identity/identity-world.ts";
import { silentLog } from "../../system-log.ts";
import { HandTimers } from "../sync/hand-timers.test-support.ts";
import { serveSync } from "../sync/upgrade.ts";
import { serveAutomerge } from "./serve-automerge.ts";

const pingIntervalMs = 20_000;
const refused = async () =>
  ({ ok: false, error: identityError("token-missing") }) as const;

let identity: IdentityWorld["identity"];
let timers: HandTimers;
let url: string;
let accepted: { socket: MessageSocket; holder: TicketHolder }[];
let close: () => void;

beforeEach(async () => {
  const world = await createIdentityWorld();
  ({ identity } = world);
  timers = new HandTimers();
  accepted = [];
  const http = createServer();
  const shared = {
    timers,
    log: silentLog,
    allowedOrigins: new Set(["https://ours.example"]),
  };
  serveSync(http, {
    ...shared,
    identity: { verifySyncRequest: refused, redeemSyncTicket: refused },
    accept: () => undefined,
    answerOther: serveAutomerge({
      ...shared,
      identity,
      accept: (socket, holder) => void accepted.push({ socket, holder }),
      pingIntervalMs,
    }),
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = z.object({ port: z.int() }).parse(http.address());
  const { personId, sessionToken } = await signInSomebody(world, "a@b.example");
  const session = await identity.verifySessionRequest(`Bearer ${sessionToken}`);
  if (!session.ok) throw new Error(session.error.code);
  const { ticket } = await identity.automergeTickets.issue({
    personId,
    sessionId: session.value.sessionId,
    deviceId: deviceIdSchema.parse(randomUuid(world.random)),
  });
  url = `ws://127.0.0.1:${port}/automerge?ticket=${ticket}`;
  close = () => {
    http.closeAllConnections();
    http.close();
  };
});

afterEach(() => close());

test("[PA-2] a good ticket opens sockets, as often as it is shown, also from a page of ours", async () => {
  for (const options of [{}, { origin: "https://ours.example" }]) {
    const socket = new WebSocket(url, options);
    await once(socket, "open");
    expect(socket.protocol).toBe("");
    socket.terminate();
  }
  const [first, second] = accepted;
  expect(first?.holder).toEqual(second?.holder);
});

test("[PA-10] a peer that answers no ping is gone, one that does is not", async () => {
  const gone = new WebSocket(url, { autoPong: false });
  const there = new WebSocket(url);
  const closed = once(gone, "close");
  await Promise.all([once(gone, "open"), once(there, "open")]);
  for (let count = 0; count < 2; count += 1) {
    const pinged = once(there, "ping");
    timers.advance(pingIntervalMs);
    await pinged;
    // Its answer is behind the ping: what is sent now comes after it.
    there.send(new Uint8Array([0]));
    await new Promise<void>((resolve) => {
      const heard = { onFrame: () => resolve(), onClose: () => undefined };
      for (const { socket } of accepted) socket.listen(heard);
    });
  }
  expect(await closed).toMatchObject([1006, expect.anything()]);
  expect(there.readyState).toBe(WebSocket.OPEN);
  there.terminate();
});
