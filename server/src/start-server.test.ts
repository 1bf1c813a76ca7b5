import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equipment } from "@suture/schema";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import {
  logLines,
  newDataDir,
  newEquipment,
  registered,
  running,
  start,
  startOf,
  tidyUp,
  WsClient,
} from "./running-server.test-support.ts";
import { RecordWriter } from "./sample/record-writer.ts";
import { samplePassword } from "./sample/sample-people.ts";
import { systemRandom } from "./system-runtime.ts";
import { welcomeText } from "./welcome-text.ts";

afterEach(tidyUp);

describe("a server on this machine", () => {
  test("[OP-5] a start that fails half way lets go of what it had opened", async () => {
    const dataDir = newDataDir();
    const appDir = newDataDir();
    // A folder where a file of the app is to be.
    mkdirSync(join(appDir, "app.js"));
    await expect(
      start(dataDir, { SUTURE_APP_DIR: appDir }),
    ).rejects.toMatchObject({ code: "EISDIR" });
    // Whoever closes the database last takes its log away.
    expect(readdirSync(dataDir)).not.toContainEqual(
      expect.stringMatching(/-wal$/),
    );
    await running(dataDir, { SUTURE_SAMPLE: "off" });
  });

  test("[OP-2] the first start seeds the sample organization and says who can sign in; the second finds it", async () => {
    const dataDir = newDataDir();
    const first = await running(dataDir);
    expect(first.hasSample).toBe(true);
    const text = welcomeText(first);
    expect(text).toContain(first.url);
    expect(text).toContain(samplePassword);
    for (const role of ["admin", "clinician", "technician", "auditor"])
      expect(text).toContain(`${role}@riverbend.example`);
    const clinician = await registered(first, "clinician@riverbend.example");
    const client = await WsClient.open(first, clinician);
    client.hello(clinician);
    const welcome = await client.take("welcome");
    expect(welcome.scopes).toHaveLength(3);
    const reviews = await client.take("reviews");
    expect(reviews.open.map(({ kind }) => kind).toSorted()).toEqual([
      "conflict",
      "double-booking",
    ]);
    await first.stop();

    const second = await running(dataDir);
    expect(second.hasSample).toBe(true);
    const again = await WsClient.open(second, clinician);
    again.hello(clinician);
    expect((await again.take("welcome")).scopes).toEqual(welcome.scopes);
  });

  test("[OP-6] without the sample there is nobody; a server that holds something is never given it", async () => {
    const dataDir = newDataDir();
    const empty = await running(dataDir, { SUTURE_SAMPLE: "off" });
    expect(empty.hasSample).toBe(false);
    expect(welcomeText(empty)).not.toContain(samplePassword);
    const refused = await fetch(`${empty.url}/v1/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        email: "admin@riverbend.example",
        password: samplePassword,
      }),
    });
    expect(refused.status).toBe(401);
  });

  test("[OP-5] a second process on the same data is refused in one sentence, until the first has stopped", async () => {
    const dataDir = newDataDir();
    const first = await running(dataDir, { SUTURE_SAMPLE: "off" });
    const second = await start(dataDir, { SUTURE_SAMPLE: "off" });
    expect(second).toMatchObject({
      ok: false,
      error: {
        code: "data-unusable",
        message: expect.stringContaining("Another Suture process is using it"),
      },
    });
    await first.stop();
    await running(dataDir, { SUTURE_SAMPLE: "off" });
  });

  test("[OP-3] a port in use is said in one sentence, and nothing is left open", async () => {
    const first = await running(newDataDir(), { SUTURE_SAMPLE: "off" });
    const port = new URL(first.url).port;
    const second = await start(newDataDir(), {
      SUTURE_PORT: port,
      SUTURE_SAMPLE: "off",
    });
    expect(second).toMatchObject({
      ok: false,
      error: { code: "port-in-use" },
    });
    expect(!second.ok && second.error.message).toContain(port);
  });

  test("[OP-3] a data directory that cannot be used is said in one sentence", async () => {
    const dataDir = newDataDir();
    writeFileSync(
      join(dataDir, "suture.db"),
      "not a database, but long enough",
    );
    const started = await start(dataDir);
    expect(started).toMatchObject({
      ok: false,
      error: { code: "data-unusable" },
    });
  });

  test("[OP-8] a damaged database is refused in one sentence that says what helps, and left as it was", async () => {
    const dataDir = newDataDir();
    const first = await running(dataDir, { SUTURE_SAMPLE: "off" });
    await first.stop();
    const file = join(dataDir, "suture.db");
    const db = new Database(file);
    db.exec("UPDATE kv_identity_signing_keys SET checksum = checksum + 1");
    db.close();
    const before = readFileSync(file);
    const started = await start(dataDir);
    expect(started).toMatchObject({
      ok: false,
      error: { code: "data-unusable" },
    });
    expect(!started.ok && started.error.message).toContain(
      "restore the latest backup",
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("[OP-3] stopping answers what was received and tells every device; what was accepted is there at the next start", async () => {
    const dataDir = newDataDir();
    const first = await running(dataDir);
    const technician = await registered(first, "technician@riverbend.example");
    const client = await WsClient.open(first, technician);
    client.hello(technician);
    const { memberships } = await client.take("welcome");
    const [membership] = memberships;
    if (membership === undefined) throw new Error("no member");
    const { organizationId, memberId } = membership;
    const record = new RecordWriter(equipment, systemRandom);
    const push = newEquipment(record, technician, organizationId, memberId);
    client.send({ ...push, token: technician.syncToken });
    // Received before it is told to stop: this answer comes behind the push.
    client.send({ type: "pull", ...startOf(organizationId, "0".repeat(32)) });
    await client.take("log-regressed");
    const closing = client.closed();
    await first.stop();
    expect(await closing).toBe("server-stopping");
    expect((await client.take("verdicts")).verdicts).toMatchObject([
      { verdict: "accepted" },
    ]);

    const second = await running(dataDir);
    const again = await WsClient.open(second, technician);
    again.hello(technician);
    await again.take("welcome");
    again.send({ ...push, token: technician.syncToken });
    expect((await again.take("verdicts")).verdicts).toMatchObject([
      { verdict: "duplicate" },
    ]);
  });

  test("[SY-2] a text frame ends its session; the server and the others go on", async () => {
    const server = await running();
    const device = await registered(server, "manager@riverbend.example");
    const [talker, other] = [
      await WsClient.open(server, device),
      await WsClient.open(server, device),
    ];
    other.hello(device);
    await other.take("welcome");
    const closed = talker.closed();
    talker.socket.send("hello");
    expect(await closed).toBe("message-malformed");
    other.send({ type: "ping", number: 7 });
    expect(await other.take("pong")).toEqual({ type: "pong", number: 7 });
  });

  test("[SY-2] a broken WebSocket frame and a connection cut off mid-upgrade end nothing else", async () => {
    const server = await running();
    const device = await registered(server, "manager@riverbend.example");
    const client = await WsClient.open(server, device);
    const closed = once(client.socket, "close");
    // Reserved bits set, unmasked: what no client may send (RFC 6455, 5.2).
    const raw = client.socket as unknown as {
      readonly _socket: { write(bytes: Uint8Array): void };
    };
    raw._socket.write(Uint8Array.from([0xf2, 0x04, 1, 2, 3, 4]));
    await closed;
    const other = await WsClient.open(server, device);
    other.hello(device);
    await other.take("welcome");
  });

  test("[SY-2] who does not prove who they are gets no socket, and the code as JSON", async () => {
    const server = await running(newDataDir(), { SUTURE_SAMPLE: "off" });
    const answerTo = async (headers: Record<string, string>) => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/sync`, {
        headers,
      });
      socket.on("error", () => undefined);
      const [, response] = (await once(socket, "unexpected-response")) as [
        unknown,
        import("node:http").IncomingMessage,
      ];
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      return {
        status: response.statusCode,
        body: JSON.parse(Buffer.concat(parts).toString()) as unknown,
      };
    };
    expect(await answerTo({})).toMatchObject({
      status: 401,
      body: { code: "token-missing" },
    });
    expect(
      await answerTo({ authorization: "DPoP planted-token" }),
    ).toMatchObject({ status: 401, body: { code: "token-invalid" } });
  });

  test("[OP-4] no name, no content and no token is ever in the log", async () => {
    const server = await running();
    const { url } = server;
    const technician = await registered(server, "technician@riverbend.example");
    const client = await WsClient.open(server, technician);
    client.hello(technician);
    const { memberships } = await client.take("welcome");
    const [membership] = memberships;
    if (membership === undefined) throw new Error("no member");
    const { organizationId, memberId } = membership;
    const record = new RecordWriter(equipment, systemRandom);
    const push = newEquipment(record, technician, organizationId, memberId);
    client.send({ ...push, token: technician.syncToken });
    client.send({ ...push, token: "planted-token" });
    await client.take("verdicts");
    await client.take("verdicts");
    await fetch(`${url}/v1/sign-in`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: "Bearer planted-token",
      },
      body: '{"email":"planted@name.example","password":"planted-password"}',
    });
    client.socket.send("planted text");
    await client.closed();
    await server.stop();
    expect(logLines.length).toBeGreaterThan(2);
    const log = logLines.join("");
    for (const secret of [
      "planted",
      technician.syncToken,
      "Planted pump",
      "Sample Technician",
      "riverbend",
    ])
      expect(log).not.toContain(secret);
  });
});
