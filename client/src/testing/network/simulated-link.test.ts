import { expect, test } from "vitest";

import { LinkBench } from "./link-bench.test-support.ts";
import {
  answerLost,
  busy,
  captivePortal,
  closesAtByte,
  halfOpen,
  lateFrames,
  lossy,
  networkFaultNames,
  offline,
  randomNetworkFault,
  repeatedFrames,
  slow,
  stripsWebSocket,
  throttled,
  vpnExpires,
} from "./network-faults.ts";
import { SeededRandom } from "../seeded-random.ts";

const limited = (bytesPerSecond: number) =>
  slow({ latencyMs: 0, jitterMs: 0, bytesPerSecond });

test("[WO-1] a link without faults carries frames both ways, in order, and a close with its code", async () => {
  const bench = new LinkBench();
  const { socket, heard, send } = await bench.opened();
  send([1, 2, 3]);
  await bench.run(100);
  expect(heard).toEqual([1, 2, 3]);
  socket.close(4001, "done");
  expect(heard).toEqual([1, 2, 3]);
  await bench.run(100);
  expect(heard).toEqual([1, 2, 3, "closed 4001"]);
  expect(bench.server.heard).toEqual([[1, 2, 3, "closed 4001"]]);
  expect(await bench.fetched()).toBe('200 {"path":"/v1/x"}');
  expect(bench.felt).toEqual([]);
});

test("[WO-1] every fault has a name, is plain data, and is drawn now and then", () => {
  const random = new SeededRandom("faults");
  const drawn = Array.from({ length: 400 }, () => randomNetworkFault(random));
  expect([...new Set(drawn.map(({ name }) => name))].toSorted()).toEqual(
    networkFaultNames,
  );
  expect(JSON.parse(JSON.stringify(drawn))).toEqual(drawn);
});

test("[WO-1] faults add up, each ends by itself, and healing ends all", async () => {
  const bench = new LinkBench();
  const end = bench.suffer(captivePortal());
  bench.suffer(slow({ latencyMs: 500, jitterMs: 0, bytesPerSecond: 1e6 }));
  const portal = await bench.connect();
  expect(portal.answer).toMatchObject({ error: { status: 200 } });
  expect(portal.tookMs).toBeGreaterThan(1_000);
  end();
  expect(bench.link.faults.map(({ name }) => name)).toEqual(["slow"]);
  expect((await bench.connect()).answer?.ok).toBe(true);
  bench.link.heal();
  expect(bench.link.faults).toEqual([]);
  expect((await bench.connect()).tookMs).toBe(40);
  expect(bench.felt).toEqual(["slow", "captivePortal"]);
});

test("[WO-2] what is sent takes the time that its bytes take, and is buffered until it has arrived", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const { socket, send } = await bench.opened();
  bench.suffer(limited(1_000));
  send([1, 2], 2_000);
  await bench.run(1_900);
  expect(bench.server.heard).toEqual([[]]);
  expect(socket.bufferedBytes).toBeGreaterThan(4_000);
  await bench.run(200);
  expect(bench.server.heard).toEqual([[1]]);
  expect(socket.bufferedBytes).toBeLessThan(2_100);
  await bench.run(2_000);
  expect(bench.server.heard).toEqual([[1, 2]]);
  expect(socket.bufferedBytes).toBe(0);
});

test("[WO-2] many small frames take no longer than their bytes", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const { send } = await bench.opened();
  bench.suffer(limited(160_000));
  // A frame takes a tenth of a millisecond.
  send(Array.from({ length: 100 }, () => 1));
  await bench.run(20 + 10);
  expect(bench.server.heard[0]).toHaveLength(100);
});

test("[WO-2] connections of a device share its bandwidth, a packet each in turn", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const first = await bench.opened();
  const second = await bench.opened();
  bench.suffer(limited(10_000));
  first.send([1], 100_000);
  second.send([2], 1_000);
  await bench.run(1_000);
  expect(bench.server.heard).toEqual([[], [2]]);
  await bench.run(10_000);
  expect(bench.server.heard).toEqual([[1], [2]]);
});

test("[WO-2] bandwidth that changes while something is sent counts for the rest of it", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const { send } = await bench.opened();
  const end = bench.suffer(throttled());
  send([1], 1_400);
  await bench.run(5_000);
  expect(bench.server.heard).toEqual([[]]);
  end();
  await bench.run(100);
  expect(bench.server.heard).toEqual([[1]]);
});

test("[WO-2] jitter delays each frame differently and never lets one overtake another", async () => {
  const bench = new LinkBench();
  const { heard, send } = await bench.opened();
  bench.suffer(slow({ latencyMs: 0, jitterMs: 3_000, bytesPerSecond: 1e9 }));
  const arrivals = new Set<number>();
  bench.link.watch(({ kind, atMs }) => {
    if (kind === "arrived") arrivals.add(atMs);
  });
  const numbers = Array.from({ length: 20 }, (_, number) => number);
  for (const number of numbers) {
    send([number]);
    await bench.run(200);
  }
  await bench.run(20_000);
  expect(heard).toEqual(numbers);
  expect(arrivals.size).toBeGreaterThan(5);
});

test("[WO-3] offline, a device notices at once what breaks, and the server hears nothing of it", async () => {
  const bench = new LinkBench();
  const { heard, send } = await bench.opened();
  send([1]);
  bench.suffer(offline());
  expect(heard).toEqual(["closed 1006"]);
  expect(await bench.connect()).toEqual({
    answer: { ok: false, error: { kind: "unreachable" } },
    tookMs: 1,
  });
  expect(await bench.fetched()).toBe("TypeError: fetch failed");
  await bench.run(60_000);
  bench.link.heal();
  await bench.run(60_000);
  expect(bench.server.heard).toEqual([[1]]);
});

test("[WO-4] half open, a connection carries nothing any more and nobody is told, also afterwards; a new one opens and is as dead", async () => {
  const bench = new LinkBench();
  const old = await bench.opened();
  const end = bench.suffer(halfOpen());
  const dead = await bench.opened();
  old.send([1]);
  dead.send([2]);
  await bench.run(60_000);
  end();
  old.send([3]);
  old.socket.close(1000, "");
  await bench.run(20_000);
  expect(old.heard).toEqual([]);
  // As `ws` gives up waiting for the other end's agreement.
  await bench.run(20_000);
  expect(old.heard).toEqual(["closed 1006"]);
  expect(dead.heard).toEqual([]);
  expect(bench.server.heard).toEqual([[], []]);
  expect(dead.socket.bufferedBytes).toBeGreaterThan(0);
  const good = await bench.opened();
  good.send([4]);
  await bench.run(100);
  expect(good.heard).toEqual([4]);
  expect(bench.felt).toEqual(["halfOpen"]);
});

test("[WO-4] when a VPN expires, what is open falls silent and nothing answers, until it ends", async () => {
  const bench = new LinkBench();
  const { heard, send } = await bench.opened();
  bench.suffer(vpnExpires({ afterMs: 5_000 }));
  send([1]);
  await bench.run(5_000);
  expect(heard).toEqual([1]);
  send([2]);
  const unanswered = await bench.connect();
  expect(unanswered.answer).toEqual({
    ok: false,
    error: { kind: "unreachable" },
  });
  expect(unanswered.tookMs).toBe(10_000);
  expect(await bench.fetched(15_000)).toBe("TypeError: fetch failed");
  bench.link.heal();
  await bench.opened();
  expect(heard).toEqual([1]);
  expect(bench.server.heard).toEqual([[1], []]);
});

test("[WO-4] on a lossy line a frame whose bytes are missing never arrives, nor anything behind it", async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const bench = new LinkBench(seed);
    bench.server.isEchoing = false;
    const { heard, send } = await bench.opened();
    bench.suffer(lossy({ share: 0.2 }));
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    send(numbers);
    await bench.run(60_000);
    const [arrived = []] = bench.server.heard;
    expect(arrived).toEqual(numbers.slice(0, arrived.length));
    expect(arrived.length).toBeLessThan(60);
    expect(heard).toEqual([]);
    expect(bench.felt).toEqual(["lossy"]);
  }
});

test("[WO-5] a connection breaks at one byte: what was whole before it arrived, the frame it lies in never does", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const { heard, send } = await bench.opened();
  // A frame of ten bytes is sixteen: two of header, four of mask.
  bench.suffer(closesAtByte({ direction: "up", byte: 2 * 16 + 3 }));
  send([1, 2, 3, 4]);
  await bench.run(100);
  expect(bench.server.heard).toEqual([[1, 2, "closed 1006"]]);
  expect(heard).toEqual(["closed 1006"]);
  const { answer } = await bench.connect();
  expect(answer).toEqual({ ok: false, error: { kind: "unreachable" } });
});

test("[WO-5] whichever byte it is, frames arrive whole and in order or not at all", async () => {
  for (const direction of ["up", "down"] as const)
    for (let byte = 0; byte < 80; byte += 1) {
      const bench = new LinkBench();
      const { heard, send } = await bench.opened();
      bench.suffer(closesAtByte({ direction, byte }));
      send([1, 2, 3, 4]);
      await bench.run(100);
      const whole = Math.floor(byte / (direction === "up" ? 16 : 12));
      const numbers = [1, 2, 3, 4].slice(0, whole);
      const reached = direction === "up" ? bench.server.heard[0] : heard;
      expect(reached).toEqual(
        whole < 4 ? [...numbers, "closed 1006"] : numbers,
      );
    }
});

test("[WO-6] where answers are lost, what is sent is carried out and nothing comes back; then the connection breaks", async () => {
  const bench = new LinkBench();
  const old = await bench.opened();
  bench.suffer(answerLost());
  old.send([1, 2]);
  await bench.run(5_000);
  expect(old.heard).toEqual(["closed 1006"]);
  expect(bench.server.heard).toEqual([[1, 2, "closed 1006"]]);
  // Of a connection that opens meanwhile, the first frame is answered: a session can begin.
  const next = await bench.opened();
  next.send([3, 4, 5]);
  await bench.run(5_000);
  expect(next.heard).toEqual([3, "closed 1006"]);
  expect(bench.server.heard[1]).toEqual([3, 4, 5, "closed 1006"]);
  expect(bench.felt).toEqual(["answerLost"]);
  expect(await bench.fetched(5_000)).toBe("TypeError: fetch failed");
  expect(bench.server.requests).toEqual(["POST hello"]);
});

test("[WO-7] frames of an old connection arrive after the next one has opened, in their order, and its end after them", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const story: string[] = [];
  bench.link.watch(({ kind, connection, frame }) => {
    if (kind === "arrived") story.push(`${connection}: ${frame[0]}`);
  });
  const old = await bench.opened();
  bench.suffer(lateFrames());
  const numbers = Array.from({ length: 30 }, (_, number) => number);
  old.send(numbers);
  await bench.run(60_000);
  expect(old.heard).toEqual(["closed 1006"]);
  const early = story.length;
  expect(early).toBeLessThan(numbers.length);
  const next = await bench.opened();
  next.send([99]);
  await bench.run(10_000);
  expect(story).toEqual([
    ...numbers.slice(0, early).map((number) => `0: ${number}`),
    "1: 99",
    ...numbers.slice(early).map((number) => `0: ${number}`),
  ]);
  expect(bench.server.heard[0]).toEqual([...numbers, "closed 1006"]);
  expect(bench.felt).toEqual(["lateFrames"]);
});

test("[WO-7] frames arrive twice: at once, and again on the next connection", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const old = await bench.opened();
  bench.suffer(repeatedFrames());
  const numbers = Array.from({ length: 30 }, (_, number) => number);
  old.send(numbers);
  await bench.run(1_000);
  const [first = []] = bench.server.heard;
  expect([...new Set(first)]).toEqual(numbers);
  expect(first.length).toBeGreaterThan(numbers.length);
  bench.link.cut();
  const next = await bench.opened();
  next.send([99]);
  await bench.run(1_000);
  expect(bench.server.heard[1]).toEqual([99, 27, 28, 29]);
});

test("[WO-8] a captive portal answers every request with its page, and breaks what was open", async () => {
  const bench = new LinkBench();
  const { heard } = await bench.opened();
  bench.suffer(captivePortal());
  expect(heard).toEqual(["closed 1006"]);
  const { answer } = await bench.connect();
  expect(answer).toMatchObject({
    error: { kind: "answered", status: 200, contentType: /^text\/html/ },
  });
  expect(await bench.fetched()).toMatch(/^200 <!doctype html>/);
  expect(bench.server.requests).toEqual([]);
});

test("[WO-8] a proxy that strips WebSocket passes the rest of a request on", async () => {
  const bench = new LinkBench();
  bench.suffer(stripsWebSocket());
  const { answer } = await bench.connect();
  expect(answer).toMatchObject({
    error: { kind: "answered", status: 200, body: '{"path":"/sync"}' },
  });
  expect(bench.server.heard).toEqual([]);
  expect(bench.server.requests).toEqual(["GET "]);
  expect(await bench.fetched()).toBe('200 {"path":"/v1/x"}');
});

test("[WO-8] a busy server says so and when to come back; what is open goes on", async () => {
  const bench = new LinkBench();
  const { heard, send } = await bench.opened();
  bench.suffer(busy({ retryAfterMs: 7_000 }));
  send([1]);
  await bench.run(100);
  expect(heard).toEqual([1]);
  expect((await bench.connect()).answer).toMatchObject({
    error: { kind: "answered", status: 503 },
  });
  expect(await bench.fetched()).toMatch(/^503 /);
});

test("[WO-9] a process that dies takes its connections with it; the other side hears of it as far as the network lets it", async () => {
  const bench = new LinkBench();
  const told = await bench.opened();
  bench.link.hangUp("server");
  await bench.run(100);
  expect(told.heard).toEqual(["closed 1006"]);
  const killed = await bench.opened();
  killed.send([1]);
  bench.link.hangUp("device");
  await bench.run(100);
  expect(killed.heard).toEqual([]);
  expect(bench.server.heard[1]).toEqual([1, "closed 1006"]);
  const dead = await bench.opened();
  bench.suffer(halfOpen());
  bench.link.hangUp("server");
  await bench.run(60_000);
  expect(dead.heard).toEqual([]);
  bench.isServerUp = false;
  bench.link.heal();
  const refused = await bench.connect();
  expect(refused.answer?.ok).toBe(false);
  expect(refused.tookMs).toBe(40);
});

test("[WO-12] who watches a link is told what is sent and what arrives, until they stop", async () => {
  const bench = new LinkBench();
  bench.server.isEchoing = false;
  const seen: string[] = [];
  const stop = bench.link.watch(
    ({ kind, direction, connection, frame, atMs }) =>
      seen.push(`${atMs}: ${connection} ${kind} ${direction} ${frame[0]}`),
  );
  const { send } = await bench.opened();
  const openedAtMs = bench.time.nowMs;
  send([1]);
  await bench.run(100);
  bench.suffer(halfOpen());
  send([2]);
  await bench.run(100);
  stop();
  send([3]);
  expect(seen).toEqual([
    `${openedAtMs}: 0 sent up 1`,
    `${openedAtMs + 20}: 0 arrived up 1`,
    `${openedAtMs + 100}: 0 sent up 2`,
  ]);
});
