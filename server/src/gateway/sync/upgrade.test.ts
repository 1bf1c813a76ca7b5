import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
} from "node:http";
import { identityErrorSchema } from "@suture/schema";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  createIdentityWorld,
  createTestDevice,
  makeProof,
  registerOn,
  signInSomebody,
} from "../../identity/identity-world.ts";
import type {
  IdentityWorld,
  TestDevice,
} from "../../identity/identity-world.ts";
import {
  identityPartition,
  syncTicketsTable,
} from "../../identity/identity-tables.ts";
import type { SessionGrant } from "../../identity/session-tokens.ts";
import { syncTicketLifetimeMs } from "../../identity/sync-tickets.ts";
import type {
  SyncGrant,
  VerifiedSyncToken,
} from "../../identity/sync-tokens.ts";
import { silentLog } from "../../system-log.ts";
import { allowedOrigins } from "./allowed-origins.ts";
import { HandTimers } from "./hand-timers.test-support.ts";
import { serveSync } from "./upgrade.ts";

let world: IdentityWorld;
let tablet: TestDevice;
let ann: SessionGrant;
let grant: SyncGrant;
let http: Server;
let port: number;
let accepted: VerifiedSyncToken[];
let sockets: WebSocket[];

beforeEach(async () => {
  world = await createIdentityWorld();
  tablet = await createTestDevice();
  ann = await signInSomebody(world, "ann@clinic.example");
  const registered = await registerOn(world, tablet, ann.sessionToken);
  if (!registered.ok) throw new Error(registered.error.code);
  grant = registered.value;
  accepted = [];
  sockets = [];
  http = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  port = typeof address === "object" && address ? address.port : 0;
  const host = "127.0.0.1";
  const own = { publicUrl: undefined, host };
  serveSync(http, {
    identity: world.identity,
    accept: (_socket, caller) => void accepted.push(caller),
    timers: new HandTimers(),
    log: silentLog,
    allowedOrigins: allowedOrigins(
      { ...own, allowedOrigins: ["https://ward.example"] },
      port,
    ),
  });
});
afterEach(() => {
  for (const socket of sockets) socket.terminate();
  http.close();
});

async function syncHeaders() {
  const { syncToken } = grant;
  const url = `http://127.0.0.1:${port}/sync`;
  return {
    authorization: `DPoP ${syncToken}`,
    dpop: await makeProof(tablet, {
      clock: world.clock,
      token: syncToken,
      url,
    }),
  };
}

async function newTicket(): Promise<string> {
  const { syncToken } = grant;
  const url = "https://suture.example/v1/sync-tickets";
  const proved = { clock: world.clock, token: syncToken, method: "POST", url };
  const caller = await world.identity.verifySyncRequest({
    authorization: `DPoP ${syncToken}`,
    dpop: await makeProof(tablet, proved),
    method: "POST",
    url,
  });
  if (!caller.ok) throw new Error(caller.error.code);
  return (await world.identity.issueSyncTicket(caller.value)).ticket;
}

/** What a client gets: the subprotocol that was chosen, or the code it was refused with. */
async function open(
  headers: OutgoingHttpHeaders,
  protocols: readonly string[] = [],
): Promise<{ readonly protocol: string } | { readonly refused: string }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sync`, [...protocols], {
    headers,
  });
  sockets.push(socket);
  socket.on("error", () => undefined);
  return Promise.race([
    once(socket, "open").then(() => ({ protocol: socket.protocol })),
    once(socket, "unexpected-response").then(async ([, answer]) => {
      const response = answer as IncomingMessage;
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      const { code } = identityErrorSchema.parse(
        JSON.parse(Buffer.concat(parts).toString()),
      );
      return { refused: `${response.statusCode} ${code}` };
    }),
  ]);
}

const offering = (ticket: string) => ["suture.v2", `suture.ticket.${ticket}`];

test("[ID-25] a ticket opens one socket as the person and device it was issued to, and is not repeated in the answer", async () => {
  const ticket = await newTicket();
  expect(await open({}, offering(ticket))).toEqual({ protocol: "suture.v2" });
  expect(accepted).toMatchObject([
    { personId: ann.personId, deviceId: grant.deviceId, jkt: tablet.jkt },
  ]);
  expect(await open({}, offering(ticket))).toEqual({
    refused: "401 ticket-refused",
  });
});

test("[ID-25] of two sockets with one ticket at the same time, one opens", async () => {
  const ticket = await newTicket();
  const both = await Promise.all([
    open({}, offering(ticket)),
    open({}, offering(ticket)),
  ]);
  expect(both).toContainEqual({ protocol: "suture.v2" });
  expect(both).toContainEqual({ refused: "401 ticket-refused" });
});

test("[ID-25] unknown, altered, expired and crowded-out tickets answer the same", async () => {
  const refused = { refused: "401 ticket-refused" };
  const expired = await newTicket();
  world.clock.advance(syncTicketLifetimeMs);
  expect(await open({}, offering(expired))).toEqual(refused);
  const ticket = await newTicket();
  const elsewhere = ticket.replace(/^[^.]*/, grant.deviceId.replace(/^./, "0"));
  for (const wrong of ["x", `${ticket}A`, ticket.slice(0, -1), elsewhere])
    if (wrong !== ticket)
      expect(await open({}, offering(wrong))).toEqual(refused);
  for (const _more of [1, 2, 3, 4]) {
    world.clock.advance(1);
    await newTicket();
  }
  expect(await open({}, offering(ticket))).toEqual(refused);
  expect(accepted).toEqual([]);
});

test("[ID-25] a ticket is worth nothing once its sync token is revoked", async () => {
  const ticket = await newTicket();
  await world.identity.devices.revoke(grant.deviceId);
  expect(await open({}, offering(ticket))).toEqual({
    refused: "401 ticket-refused",
  });
});

test("[ID-25] a ticket beside a token, beside another ticket, or without the protocol it is for, is refused and not used up", async () => {
  const ticket = await newTicket();
  const refused = { refused: "401 ticket-refused" };
  const other = `suture.ticket.${await newTicket()}`;
  expect(await open(await syncHeaders(), offering(ticket))).toEqual(refused);
  expect(await open({}, [...offering(ticket), other])).toEqual(refused);
  expect(await open({}, [`suture.ticket.${ticket}`])).toEqual(refused);
  expect(await open({}, offering(ticket))).toEqual({ protocol: "suture.v2" });
});

test("[ID-25] the store holds no ticket that would work", async () => {
  const ticket = await newTicket();
  const rows = await world.store.read(identityPartition, (tx) =>
    tx.scan(syncTicketsTable),
  );
  expect(rows).toHaveLength(1);
  const [, secret = ""] = ticket.split(".");
  expect(JSON.stringify(rows)).not.toContain(secret);
  world.clock.advance(syncTicketLifetimeMs);
  expect(await world.identity.removeExpired()).toBe(1);
});

test("[ID-26] a page may connect from the server's own origins and those that were set, and from no other", async () => {
  const codes = [];
  for (const origin of [
    `http://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    "https://ward.example",
    "https://ward.example.evil.example",
    "http://ward.example",
    "https://ward.example:8443",
    `https://127.0.0.1:${port}`,
    "null",
    "",
    `http://127.0.0.1:${port}, https://evil.example`,
  ]) {
    const opened = await open({ ...(await syncHeaders()), origin });
    codes.push("refused" in opened ? opened.refused : "ok");
  }
  expect(codes).toEqual([
    "ok",
    "ok",
    "ok",
    ...Array.from({ length: 7 }, () => "403 origin-refused"),
  ]);
});

test("[ID-26] a foreign page does not use a ticket up, and a client without an origin needs none", async () => {
  const ticket = await newTicket();
  const origin = "https://evil.example";
  expect(await open({ origin }, offering(ticket))).toEqual({
    refused: "403 origin-refused",
  });
  expect(await open({}, offering(ticket))).toEqual({ protocol: "suture.v2" });
  expect(await open(await syncHeaders())).toEqual({ protocol: "" });
});

test("[ID-26] behind a proxy a page's own origin is the public URL's, whatever host the request names", () => {
  const config = {
    publicUrl: "https://suture.clinic.example/",
    host: "0.0.0.0",
    allowedOrigins: ["https://ward.example/"],
  };
  expect([...allowedOrigins(config, 8787)]).toEqual([
    "https://suture.clinic.example",
    "https://ward.example",
  ]);
});

test("[ID-27] a cookie authenticates nothing, and disturbs nothing", async () => {
  const { syncToken } = grant;
  const ticket = await newTicket();
  const proof = await syncHeaders();
  for (const value of [ann.sessionToken, syncToken, ticket])
    for (const name of ["session", "better-auth.session_token", "token"]) {
      const cookie = `${name}=${value}; authorization=DPoP ${syncToken}`;
      expect(await open({ cookie, dpop: proof.dpop })).toEqual({
        refused: "401 token-missing",
      });
    }
  const opened = await open({ ...proof, cookie: "session=other" });
  expect(opened).toEqual({ protocol: "" });
});

test("[ID-29] a ticket is worth nothing once a key is distrusted, which may have signed its token", async () => {
  const ticket = await newTicket();
  const [current] = (await world.identity.keys.jwks()).keys;
  await world.identity.keys.distrust(current?.kid ?? "");
  expect(await open({}, offering(ticket))).toEqual({
    refused: "401 ticket-refused",
  });
});
