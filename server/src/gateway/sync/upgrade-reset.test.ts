import { IncomingMessage, createServer } from "node:http";
import { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { err, identityError } from "@suture/schema";
import { expect, test } from "vitest";
import { silentLog } from "../../system-log.ts";
import { HandTimers } from "./hand-timers.test-support.ts";
import { serveSync } from "./upgrade.ts";

test.each(["/elsewhere", "/sync"])(
  "[HO-10] a connection that is reset while its refusal is on the way ends nothing else: %s",
  async (path) => {
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
    const request = new IncomingMessage(new Socket());
    request.url = path;
    const connection = new PassThrough();
    server.emit("upgrade", request, connection, Buffer.alloc(0));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(String(connection.read())).toMatch(/^HTTP\/1\.1 40[14] /);
    // An emitter without a listener for it throws.
    const reset = new Error("read ECONNRESET");
    expect(() => connection.emit("error", reset)).not.toThrow();
  },
);
