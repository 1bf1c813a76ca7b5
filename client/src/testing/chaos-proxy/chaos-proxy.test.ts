/** What each fault does to the bytes between two sockets, seen from both ends. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";

import {
  answerLost,
  closesAtByte,
  halfOpen,
  lossy,
  offline,
  slow,
  throttled,
  vpnExpires,
  type NetworkFaultName,
} from "../network/network-faults.ts";
import { SeededRandom } from "../seeded-random.ts";
import { SimulatedTime } from "../simulated-time.ts";
import { ChaosProxy } from "./chaos-proxy.ts";

const megabyte = new SeededRandom("a megabyte").bytes(1_000_000);

/** One end of a connection, with all that it has received. */
class End {
  readonly socket: Socket;
  receivedBytes = 0;
  isClosed = false;
  #received: Buffer[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      this.#received.push(bytes);
      this.receivedBytes += bytes.length;
      for (const look of this.#waiting) look();
    });
    socket.on("close", () => {
      this.isClosed = true;
      for (const look of this.#waiting) look();
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  forget(): void {
    this.#received = [];
    this.receivedBytes = 0;
  }

  until(holds: (end: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  receives(count: number): Promise<void> {
    return this.until(({ receivedBytes }) => receivedBytes >= count);
  }

  closes(): Promise<void> {
    return this.until(({ isClosed }) => isClosed);
  }
}

let time: SimulatedTime;
let server: Server;
let proxy: ChaosProxy;
const felt: NetworkFaultName[] = [];
const ends: End[] = [];

beforeEach(async () => {
  time = new SimulatedTime(0);
  server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("it does not listen");
  proxy = await ChaosProxy.open({
    to: { host: "127.0.0.1", port: address.port },
    port: 0,
    clock: { now: () => time.nowMs },
    timers: time,
    random: new SeededRandom(1),
    onFelt: (name) => felt.push(name),
  });
});

afterEach(async () => {
  await proxy.close();
  for (const { socket } of ends.splice(0)) socket.destroy();
  server.close();
  felt.length = 0;
});

function dial(): End {
  const { port, hostname } = new URL(proxy.url);
  const device = new End(connect(Number(port), hostname));
  ends.push(device);
  return device;
}

async function openConnection(): Promise<{ device: End; far: End }> {
  const accepted = once(server, "connection");
  const device = dial();
  const far = new End((await accepted)[0] as Socket);
  ends.push(far);
  return { device, far };
}

/** Time passes, as much as it takes. */
async function pass(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    time.runNext();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("[WO-40] without a fault all bytes pass, both ways, and so does the end", async () => {
  const { device, far } = await openConnection();
  device.socket.write(megabyte);
  far.socket.end(megabyte);
  await Promise.all([device.closes(), far.receives(megabyte.length)]);
  expect(Buffer.compare(device.received, megabyte)).toBe(0);
  expect(Buffer.compare(far.received, megabyte)).toBe(0);
  expect(felt).toEqual([]);
});

test("[WO-42] slow: bytes come after their time, in their order, and no faster than the line", async () => {
  const { device, far } = await openConnection();
  proxy.suffer(slow({ latencyMs: 500, jitterMs: 100, bytesPerSecond: 10_000 }));
  device.socket.write(megabyte.subarray(0, 20_000));
  await pass(() => far.receivedBytes > 0);
  expect(time.nowMs).toBeGreaterThanOrEqual(500 + 146);
  await pass(() => far.receivedBytes === 20_000);
  expect(time.nowMs).toBeGreaterThanOrEqual(500 + 2_000);
  expect(time.nowMs).toBeLessThanOrEqual(600 + 2_000);
  expect(Buffer.compare(far.received, megabyte.subarray(0, 20_000))).toBe(0);
});

test("[WO-42] the sender feels a throttled line, and what is on its way arrives when that is healed", async () => {
  const { device, far } = await openConnection();
  const end = proxy.suffer(throttled());
  const much = Buffer.concat(Array.from({ length: 16 }, () => megabyte));
  device.socket.write(much);
  await pass(() => far.receivedBytes > 0);
  expect(device.socket.writableLength).toBeGreaterThan(0);
  end();
  await far.receives(much.length);
  expect(Buffer.compare(far.received, much)).toBe(0);
});

test("[WO-43] lossy: bytes arrive up to the first packet that does not, then none, and nobody is told", async () => {
  const { device, far } = await openConnection();
  const end = proxy.suffer(lossy({ share: 0.01 }));
  device.socket.write(megabyte);
  await pass(() => felt.length > 0);
  end();
  device.socket.write("behind the gap");
  const other = await openConnection();
  other.device.socket.write("whole");
  await other.far.receives(5);
  await far.receives(1);
  const { received } = far;
  expect(received.length).toBeLessThan(megabyte.length);
  expect(received.equals(megabyte.subarray(0, received.length))).toBe(true);
  expect(felt).toEqual(["lossy"]);
  expect(far.isClosed).toBe(false);
});

test("[WO-43] half-open: what is open carries nothing more, for good, and neither does what opens meanwhile", async () => {
  const old = await openConnection();
  old.device.socket.write("before");
  await old.far.receives(6);
  const end = proxy.suffer(halfOpen());
  const meanwhile = await openConnection();
  meanwhile.device.socket.write("meanwhile");
  await pass(() => felt.length > 1);
  end();
  const later = await openConnection();
  for (const { device } of [old, meanwhile, later])
    device.socket.write("after");
  await later.far.receives(5);
  for (const { far, device } of [old, meanwhile])
    expect([far.isClosed, device.isClosed]).toEqual([false, false]);
  expect(old.far.received.toString()).toBe("before");
  expect(meanwhile.far.received.toString()).toBe("");
});

test.each(["up", "down"] as const)(
  "[WO-43] a connection that closes at a byte of what goes %s carries the bytes before it, and both ends see it close",
  async (direction) => {
    const old = await openConnection();
    old.device.socket.write("counted from here");
    await old.far.receives(17);
    old.far.forget();
    proxy.suffer(closesAtByte({ byte: 2_000, direction }));
    for (const { device, far } of [old, await openConnection()]) {
      const [from, to] = direction === "up" ? [device, far] : [far, device];
      to.socket.write("the other way");
      await from.receives(13);
      from.socket.write(megabyte.subarray(0, 2_001));
      await Promise.all([from.closes(), to.closes()]);
      expect(Buffer.compare(to.received, megabyte.subarray(0, 2_000))).toBe(0);
    }
  },
);

test("[WO-43] an answer is lost: what was asked arrives, nothing comes back, and the connection breaks", async () => {
  const { device, far } = await openConnection();
  proxy.suffer(answerLost());
  device.socket.write("question");
  await far.receives(8);
  far.socket.write("answer");
  await pass(() => device.isClosed && far.isClosed);
  expect(device.received.toString()).toBe("");
  expect(felt).toEqual(["answerLost"]);
});

test("[WO-43] offline: the device sees everything break and reaches nothing; the server is not told", async () => {
  const { device, far } = await openConnection();
  const end = proxy.suffer(offline());
  await device.closes();
  await dial().closes();
  expect(far.isClosed).toBe(false);
  end();
  await openConnection();
});

test("[WO-43] a VPN expires in mid-connection: silence, then nothing can be reached until that ends", async () => {
  const { device, far } = await openConnection();
  const end = proxy.suffer(vpnExpires({ afterMs: 1_000 }));
  device.socket.write("still here");
  await far.receives(10);
  expect(felt).toEqual([]);
  time.runNext();
  expect(time.nowMs).toBe(1_000);
  device.socket.write("and now");
  await dial().closes();
  expect(far.received.toString()).toBe("still here");
  expect([device.isClosed, far.isClosed]).toEqual([false, false]);
  end();
  await openConnection();
});
