/** Real servers on free ports, in data directories of their own, and devices that reach them over real WebSockets. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  closeNameOf,
  decodeServerFrame,
  encodeFrame,
  organizationScope,
  protocolVersion,
  schemaVersion,
} from "@suture/schema";
import type {
  ClientMessage,
  DeviceId,
  RecordId,
  ServerMessage,
} from "@suture/schema";
import { expect } from "vitest";
import { WebSocket } from "ws";
import { readConfig, type Config } from "./config.ts";
import type { SyncLimits } from "./gateway/sync/sync-limits.ts";
import { nothingUnsynced } from "./gateway/sync/sync-world.test-support.ts";
import {
  createCheapHashing,
  createTestDevice,
  makeProof,
} from "./identity/identity-world.ts";
import type { TestDevice } from "./identity/identity-world.ts";
import type { RecordWriter } from "./sample/record-writer.ts";
import { samplePassword } from "./sample/sample-people.ts";
import { startServer, type RunningServer } from "./start-server.ts";
import { createSystemLog } from "./system-log.ts";
import { systemClock, systemRandom, systemTimers } from "./system-runtime.ts";

const toStop: RunningServer[] = [];
const toRemove: string[] = [];
/** What the servers of this test have logged. */
export const logLines: string[] = [];

/** To be called after each test: stops what runs and removes what was written. */
export async function tidyUp(): Promise<void> {
  for (const running of toStop.splice(0)) await running.stop();
  for (const dir of toRemove.splice(0)) rmSync(dir, { recursive: true });
  logLines.length = 0;
}

export function newDataDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "suture-"));
  toRemove.push(dir);
  return dir;
}

function configOf(variables: Readonly<Record<string, string>>): Config {
  const config = readConfig({ SUTURE_PORT: "0", ...variables });
  if (!config.ok) throw new Error("bad settings");
  return config.value;
}

export async function start(
  dataDir: string,
  variables: Readonly<Record<string, string>> = {},
  syncLimits: Partial<SyncLimits> = {},
) {
  const started = await startServer({
    config: configOf({ SUTURE_DATA_DIR: dataDir, ...variables }),
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log: createSystemLog({
      level: "debug",
      stream: { write: (line) => void logLines.push(line) },
    }),
    passwordHashing: createCheapHashing(),
    syncLimits,
  });
  if (started.ok) toStop.push(started.value);
  return started;
}

export async function running(
  dataDir = newDataDir(),
  variables: Readonly<Record<string, string>> = {},
  syncLimits: Partial<SyncLimits> = {},
): Promise<RunningServer> {
  const started = await start(dataDir, variables, syncLimits);
  if (!started.ok) throw new Error(started.error.code);
  return started.value;
}

export interface Device {
  readonly deviceId: DeviceId;
  readonly syncToken: string;
  readonly device: TestDevice;
}

/** Signs in and registers a device, over HTTP. */
export async function registered(
  { url }: RunningServer,
  email: string,
): Promise<Device> {
  const post = async (path: string, body: unknown, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    expect(response.ok).toBe(true);
    return response.json();
  };
  const { sessionToken } = (await post("/v1/sign-in", {
    email,
    password: samplePassword,
  })) as { sessionToken: string };
  const device = await createTestDevice();
  const dpop = await makeProof(device, {
    clock: systemClock,
    token: sessionToken,
    method: "POST",
    url: `${url}/v1/devices`,
  });
  const grant = (await post(
    "/v1/devices",
    { publicJwk: device.publicKey, name: "Tablet" },
    { authorization: `Bearer ${sessionToken}`, dpop },
  )) as { deviceId: DeviceId; syncToken: string };
  return { ...grant, device };
}

/** A device over a real WebSocket. */
export class WsClient {
  readonly socket: WebSocket;
  readonly #received: ServerMessage[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      const message = decodeServerFrame(new Uint8Array(data));
      if (!message.ok) throw new Error(message.error.reason);
      this.#received.push(message.value);
      this.#wake();
    });
  }

  static async open(
    { url }: RunningServer,
    { syncToken, device }: Device,
  ): Promise<WsClient> {
    const dpop = await makeProof(device, {
      clock: systemClock,
      token: syncToken,
      url: `${url}/sync`,
    });
    const socket = new WebSocket(`${url.replace("http", "ws")}/sync`, {
      headers: { authorization: `DPoP ${syncToken}`, dpop },
      perMessageDeflate: false,
    });
    const client = new WsClient(socket);
    await once(socket, "open");
    return client;
  }

  send(message: ClientMessage): void {
    this.socket.send(encodeFrame(message));
  }

  hello({ deviceId }: Device): void {
    this.send({
      type: "hello",
      protocolVersion,
      schemaVersion,
      appVersion: "test",
      deviceId,
      cursors: {},
      unsynced: nothingUnsynced,
    });
  }

  /** The next message of a type that nobody has taken yet. */
  async take<T extends ServerMessage["type"]>(
    type: T,
  ): Promise<Extract<ServerMessage, { readonly type: T }>> {
    for (;;) {
      const at = this.#received.findIndex((message) => message.type === type);
      const [found] = at === -1 ? [] : this.#received.splice(at, 1);
      // Found by its type.
      if (found !== undefined)
        return found as Extract<ServerMessage, { readonly type: T }>;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async closed(): Promise<string | undefined> {
    const [code] = (await once(this.socket, "close")) as [number];
    return closeNameOf(code);
  }
}

export function startOf(organizationId: RecordId, epoch: string) {
  const scopeId = organizationScope(organizationId);
  return { scopeId, cursor: { epoch, sequence: 0, chain: "0".repeat(64) } };
}

export function newEquipment(
  record: RecordWriter,
  { deviceId }: Device,
  parentId: RecordId,
  memberId: RecordId,
) {
  const writer = { memberId, deviceId, atMs: systemClock.now() };
  const { recordId, bytes } = record.create(writer, {
    parentId,
    fields: { deviceName: "Planted pump" },
  });
  return {
    type: "push" as const,
    pushId: 1,
    changes: [{ recordId, bytes }],
    unsynced: nothingUnsynced,
  };
}
