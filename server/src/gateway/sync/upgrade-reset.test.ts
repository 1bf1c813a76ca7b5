import { once } from "node:events";
import { IncomingMessage, createServer } from "node:http";
import { Socket, connect, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { err, identityError } from "@suture/schema";
import { expect, test } from "vitest";
import { silentLog } from "../../system-log.ts";
import { HandTimers } from "./hand-timers.test-support.ts";
import { serveSync } from "./upgrade.ts";

/** An HTTP server whose upgrades are all refused. */
function refusing() {
  const server = createServer();
  const refused = err(identityError("token-missing"));
  serveSync(server, {
    identity: {
      verifySyncRequest: async () => refused,
      redeemSyncTicket: async () => refused,
    },
    accept: () => undefined,
    timers: new HandTimers(),
    log: silentLog,
    allowedOrigins: new Set(),
  });
  return server;
}

test.each(["/elsewhere", "/sync"])(
  "[HO-10] a connection that is reset while its refusal is on the way ends nothing else: %s",
  async (path) => {
    const server = refusing();
    const request = new IncomingMessage(new Socket());
    request.url = path;
    const connection = new PassThrough();
    let answer = "";
    connection.on("data", (piece: Buffer) => (answer += String(piece)));
    server.emit("upgrade", request, connection, Buffer.alloc(0));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 40[14] /);
    // An emitter without a listener for it throws.
    const reset = new Error("read ECONNRESET");
    expect(() => connection.emit("error", reset)).not.toThrow();
  },
);

test("[SY-2] a refused connection is let go also where the other side never hangs up", async () => {
  const server = refusing();
  const whenAccepted = once(server, "connection");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // What `listen` with a port gives.
  const { port } = server.address() as AddressInfo;
  const stranger = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  const [accepted] = (await whenAccepted) as [Socket];
  const whenGone = once(accepted, "close");
  stranger.write(
    "GET /sync HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  const [answer] = (await once(stranger, "data")) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
  await whenGone;
  stranger.destroy();
  server.close();
});
